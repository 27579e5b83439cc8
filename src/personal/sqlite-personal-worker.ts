/**
 * The personal store's writing thread: neither a flush nor the cleaning after a removal (VACUUM) pauses the main
 * thread. Takes arrays of requests, answers with arrays of results in the same order.
 */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { clean, needsCleaning } from './sqlite-clean.ts'
import { keepSecret, openForWriting, putRows, removePerson, removeRows } from './sqlite-openings.ts'
import type { OpeningRow } from './opening-row.ts'

export type PersonalRequest =
  | { readonly kind: 'put'; readonly rows: readonly OpeningRow[] }
  | { readonly kind: 'forget-person'; readonly personId: string }
  | { readonly kind: 'remove'; readonly commitments: readonly string[] }
  | { readonly kind: 'secret'; readonly name: string; readonly proposed: string }
  | { readonly kind: 'copy'; readonly toFile: string }

export type PersonalResult =
  | { readonly kind: 'done'; readonly count: number }
  | { readonly kind: 'conflict'; readonly commitment: string }
  | { readonly kind: 'unavailable'; readonly reason: string }

if (parentPort === null) throw new Error('sqlite-personal-worker.ts runs as a worker thread')
const port = parentPort
const database = openForWriting(String(workerData))
port.on('message', (message: readonly PersonalRequest[] | 'close') => {
  if (message !== 'close') return port.postMessage(answer(database, message))
  database.close()
  port.close()
})

/** Puts and removals of one message share one transaction, so one flush; each has its own result. */
function answer(writer: DatabaseSync, requests: readonly PersonalRequest[]): PersonalResult[] {
  try {
    writer.exec('BEGIN IMMEDIATE')
    const results = requests.map((request) => apply(writer, request))
    writer.exec('COMMIT')
    const cleaning = requests.some(isRemoval) ? cleanWhereDue(writer) : undefined
    return results.map((result, index) => afterCommit(writer, requests[index], result, cleaning))
  } catch (error) {
    if (writer.isTransaction) writer.exec('ROLLBACK')
    return requests.map(() => unavailable(error))
  }
}

function apply(writer: DatabaseSync, request: PersonalRequest): PersonalResult {
  switch (request.kind) {
    case 'put': {
      const commitment = putRows(writer, request.rows)
      return commitment === undefined ? { kind: 'done', count: 0 } : { kind: 'conflict', commitment }
    }
    case 'forget-person':
      return { kind: 'done', count: removePerson(writer, request.personId) }
    case 'remove':
      return { kind: 'done', count: removeRows(writer, request.commitments) }
    case 'secret':
      keepSecret(writer, request.name, request.proposed)
      return { kind: 'done', count: 0 }
    case 'copy':
      return { kind: 'done', count: 0 }
  }
}

function isRemoval({ kind }: PersonalRequest): boolean {
  return kind === 'forget-person' || kind === 'remove'
}

function cleanWhereDue(writer: DatabaseSync): PersonalResult | undefined {
  try {
    if (needsCleaning(writer)) clean(writer)
    return undefined
  } catch (error) {
    return unavailable(error)
  }
}

/** A put holds whatever became of the cleaning; a removal is done only when no byte remains. A copy is taken last. */
function afterCommit(
  writer: DatabaseSync,
  request: PersonalRequest | undefined,
  result: PersonalResult,
  cleaning: PersonalResult | undefined,
): PersonalResult {
  if (request?.kind === 'copy') return copy(writer, request.toFile)
  return request !== undefined && isRemoval(request) ? (cleaning ?? result) : result
}

function copy(writer: DatabaseSync, toFile: string): PersonalResult {
  try {
    writer.prepare('VACUUM INTO ?').run(toFile)
    return { kind: 'done', count: 0 }
  } catch (error) {
    return unavailable(error)
  }
}

function unavailable(error: unknown): PersonalResult {
  return { kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) }
}
