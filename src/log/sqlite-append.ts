import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EncodedEvent } from './encode-events.ts'

const SQLITE_CONSTRAINT_UNIQUE = 2067

/**
 * One append on its way to the writer. `expected` is -1 for an absent stream. Numbers and strings only, since it
 * crosses a thread.
 */
export type AppendRequest = {
  readonly stream: string
  readonly expected: number
  readonly events: readonly EncodedEvent[]
}

/**
 * What became of one append: its last revision and position; or the stream's actual last revision (-1 where it is
 * absent); or why nothing is known of it.
 */
export type AppendResult =
  | readonly ['appended', revision: number, position: number]
  | readonly ['conflict', actual: number]
  | readonly ['unavailable', reason: string]

/** Appends to one writing connection, many at a time. */
export class SqliteAppender {
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #last: StatementSync
  readonly #insert: StatementSync
  readonly #recorded: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#last = database.prepare(
      'SELECT revision FROM event WHERE stream = ? ORDER BY revision DESC LIMIT 1',
    )
    this.#last.setReturnArrays(true)
    this.#insert = database.prepare(
      'INSERT INTO event (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#recorded = database.prepare(
      'SELECT id, position FROM event WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?',
    )
    this.#recorded.setReturnArrays(true)
  }

  /**
   * Writes a group of appends in one transaction, so that they share one flush; `more` gives what has arrived while
   * the first were inserted, [] to commit. Each has its own result: a conflict of one leaves the others as they are.
   * Where the transaction fails (full disk, lock not to be had), nothing of the group is known to be stored: all get
   * `unavailable`, and the connection goes on working. A crash before COMMIT leaves nothing of the group; a crash
   * after it leaves all of it, though nobody was told: the callers repeat and are found.
   */
  appendAll(
    first: readonly AppendRequest[],
    more: () => readonly AppendRequest[] = () => [],
  ): AppendResult[] {
    const results: AppendResult[] = []
    let taken = 0
    try {
      this.#begin.run()
      for (let requests = first; requests.length > 0; requests = more()) {
        taken += requests.length
        for (const request of requests) results.push(this.#append(request))
      }
      this.#commit.run()
      return results
    } catch (error) {
      this.#rollback()
      const reason = error instanceof Error ? error.message : String(error)
      return Array.from({ length: Math.max(taken, first.length) }, () => ['unavailable', reason] as const)
    }
  }

  /** Some failures have already rolled back; asking again would be an error of its own. */
  #rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
  }

  #append(request: AppendRequest): AppendResult {
    const { stream, expected, events } = request
    if (expected < 0) return this.#insertNew(request)
    const last = this.#lastRevision(stream)
    if (last !== expected) return this.#repeated(request) ?? ['conflict', last]
    return this.#insertAll(stream, expected, events)
  }

  /** A new stream needs no look at its last revision: the unique index knows whether it is absent. */
  #insertNew(request: AppendRequest): AppendResult {
    const { stream, expected, events } = request
    try {
      return this.#insertAll(stream, expected, events)
    } catch (error) {
      if (!isTaken(error)) throw error
      return this.#repeated(request) ?? ['conflict', this.#lastRevision(stream)]
    }
  }

  #insertAll(stream: string, expected: number, events: readonly EncodedEvent[]): AppendResult {
    let revision = expected
    let position: number | bigint = 0
    for (const [id, type, data, metadata] of events) {
      revision += 1
      position = this.#insert.run(stream, revision, id, type, data, metadata).lastInsertRowid
    }
    return ['appended', revision, Number(position)]
  }

  #lastRevision(stream: string): number {
    const row = this.#last.get(stream) as unknown as [number] | undefined
    return row === undefined ? -1 : row[0]
  }

  /** The first answer again, where exactly these ids follow the expected revision. */
  #repeated({ stream, expected, events }: AppendRequest): AppendResult | undefined {
    const rows = this.#recorded.all(stream, expected, events.length) as unknown as [string, number][]
    const last = rows.at(-1)
    if (last === undefined || rows.length < events.length) return undefined
    if (!rows.every(([id], index) => id === events[index]?.[0])) return undefined
    return ['appended', expected + rows.length, last[1]]
  }
}

/** Only the first event of an append can meet this, so nothing of the append is there. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_CONSTRAINT_UNIQUE
}
