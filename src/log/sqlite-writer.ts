/**
 * The writer's thread: its own connection, so that the length of a flush is never a pause of the main thread.
 * Takes arrays of appends, answers with arrays of results in the same order; an empty array says that it is ready.
 */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { SqliteAppender } from './sqlite-append.ts'
import type { AppendRequest } from './sqlite-append.ts'
import { openForWriting } from './sqlite-schema.ts'

/** A transaction stops growing here, so that the first of its appends does not wait for too many others. */
const MAX_GROUP = 1_000

/** What the main thread sends: appends, or that it wants no more. */
type Message = readonly AppendRequest[] | 'close'

if (parentPort === null) throw new Error('sqlite-writer.ts runs as a worker thread')
serve(parentPort, openForWriting(String(workerData)))

function serve(port: MessagePort, database: DatabaseSync): void {
  const appender = new SqliteAppender(database)
  port.on('message', (message: Message) => {
    if (message !== 'close' && writeGroup(port, appender, message) === 'go on') return
    database.close()
    port.close()
  })
  port.postMessage([])
}

/** Writes what came and what arrives meanwhile: it shares the flush. */
function writeGroup(
  port: MessagePort,
  appender: SqliteAppender,
  first: readonly AppendRequest[],
): 'go on' | 'close' {
  let size = first.length
  let closing = false
  const more = () => {
    const next = size < MAX_GROUP ? (receiveMessageOnPort(port)?.message as Message | undefined) : undefined
    if (next === 'close') closing = true
    if (next === undefined || next === 'close') return []
    size += next.length
    return next
  }
  port.postMessage(appender.appendAll(first, more))
  return closing ? 'close' : 'go on'
}
