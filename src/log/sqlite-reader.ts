import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EventMetadata, JsonObject, RecordedEvent, StreamSlice } from './event-log.ts'
import { LogUnavailableError } from './event-log.ts'
import { openForReading } from './sqlite-schema.ts'
import { START } from './position.ts'
import type { Position } from './position.ts'

type Row = [
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
]

const COLUMNS = 'position, stream, revision, id, type, data, metadata'

/** SQLite's largest integer; a position beyond it is behind every event. */
const MAX_INTEGER = 2n ** 63n - 1n

/**
 * Reads the log's file over a connection of its own. In WAL mode no read waits for a write or its flush. Every
 * method throws `LogUnavailableError` where the file can't be read or the reader is closed.
 */
export class SqliteReader {
  readonly #database: DatabaseSync
  readonly #stream: StatementSync
  readonly #last: StatementSync
  readonly #page: StatementSync
  readonly #pageBack: StatementSync
  readonly #head: StatementSync
  readonly #version: StatementSync

  constructor(file: string) {
    const database = openForReading(file)
    const prepare = (sql: string) => {
      const statement = database.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#database = database
    this.#stream = prepare(
      `SELECT ${COLUMNS} FROM event WHERE stream = ? AND revision >= ? ORDER BY revision`,
    )
    this.#last = prepare('SELECT max(revision) FROM event WHERE stream = ?')
    this.#page = prepare(`SELECT ${COLUMNS} FROM event WHERE position > ? ORDER BY position LIMIT ?`)
    this.#pageBack = prepare(`SELECT ${COLUMNS} FROM event WHERE position < ? ORDER BY position DESC LIMIT ?`)
    this.#head = prepare('SELECT max(position) FROM event')
    this.#version = prepare('PRAGMA data_version')
  }

  /** Asks for the end first where the beginning is known: mostly nothing has been added since. */
  stream(stream: string, fromRevision: bigint): StreamSlice {
    if (fromRevision > 0n) {
      const last = this.#number(this.#last, stream)
      if (last === undefined) return { revision: 'no-stream', events: [] }
      if (BigInt(last) < fromRevision) return { revision: BigInt(last), events: [] }
    }
    const events = this.#all(this.#stream, stream, clamp(fromRevision)).map(toEvent)
    return { revision: events.at(-1)?.revision ?? 'no-stream', events }
  }

  /** At most `limit` events behind `after`, in the order of the log. */
  page(after: Position, limit: number): RecordedEvent[] {
    return this.#all(this.#page, clamp(after.commit), limit).map(toEvent)
  }

  /** At most `limit` events before a position, the newest first. */
  pageBack(before: Position | undefined, limit: number): RecordedEvent[] {
    return this.#all(this.#pageBack, clamp(before?.commit ?? MAX_INTEGER), limit).map(toEvent)
  }

  head(): Position {
    const position = this.#number(this.#head)
    return position === undefined ? START : toPosition(position)
  }

  /** A number that differs whenever another connection, of whatever process, has committed since it was last read. */
  version(): number {
    return this.#number(this.#version) ?? 0
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #all(statement: StatementSync, ...values: (string | number | bigint)[]): Row[] {
    return this.#reading(() => statement.all(...values) as unknown as Row[])
  }

  #number(statement: StatementSync, ...values: string[]): number | undefined {
    const row = this.#reading(() => statement.get(...values) as unknown as [number | null] | undefined)
    return row?.[0] ?? undefined
  }

  #reading<T>(read: () => T): T {
    if (!this.#database.isOpen) throw new LogUnavailableError('the log is closed')
    try {
      return read()
    } catch (cause) {
      throw new LogUnavailableError('the log can not be read', { cause })
    }
  }
}

function clamp(value: bigint): bigint {
  return value > MAX_INTEGER ? MAX_INTEGER : value
}

function toPosition(position: number): Position {
  const place = BigInt(position)
  return { commit: place, prepare: place }
}

function toEvent([position, stream, revision, id, type, data, metadata]: Row): RecordedEvent {
  return {
    id,
    type,
    data: JSON.parse(data) as JsonObject,
    metadata: JSON.parse(metadata) as EventMetadata,
    stream,
    revision: BigInt(revision),
    position: toPosition(position),
  }
}
