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
  port.on('message', (first: Message) => {
    const { appends, closing } = drain(port, first)
    if (appends.length > 0) port.postMessage(appender.appendAll(appends))
    if (!closing) return
    database.close()
    port.close()
  })
  port.postMessage([])
}

/** Adds what has arrived since: it shares the flush. */
function drain(port: MessagePort, first: Message): { appends: AppendRequest[]; closing: boolean } {
  const appends: AppendRequest[] = []
  let message: Message | undefined = first
  while (message !== undefined) {
    if (message === 'close') return { appends, closing: true }
    appends.push(...message)
    if (appends.length >= MAX_GROUP) break
    message = receiveMessageOnPort(port)?.message as Message | undefined
  }
  return { appends, closing: false }
}
