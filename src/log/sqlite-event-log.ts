import { mkdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type {
  AppendOutcome,
  EventLog,
  NewEvent,
  ReadOptions,
  RecordedEvent,
  StreamRevision,
  StreamSlice,
} from './event-log.ts'
import { LogUnavailableError } from './event-log.ts'
import { encodeEvents } from './encode-events.ts'
import type { Position } from './position.ts'
import type { AppendResult } from './sqlite-append.ts'
import { backupLog } from './sqlite-backup.ts'
import { checkLog } from './sqlite-check.ts'
import type { Finding, Progress } from './sqlite-check.ts'
import { SqliteReader } from './sqlite-reader.ts'
import { logFile, openForWriting, syncFolderOf } from './sqlite-schema.ts'
import { SqliteWake } from './sqlite-wake.ts'
import { SqliteWriterClient } from './sqlite-writer-client.ts'

const DEFAULT_BATCH = 1_000
const DEFAULT_BACK = 500

type Batches = AsyncGenerator<readonly RecordedEvent[], void>

/** The embedded log: an `EventLog` in one SQLite file, with what only a file can offer. */
export interface SqliteEventLog extends EventLog {
  /** Everything that is wrong with the file, as `checkLog` finds it; [] for a sound log. */
  checkIntegrity(onProgress?: Progress): Promise<Finding[]>
  /** A flushed copy of the log as it is now, while it goes on being written. See `backupLog`. */
  backup(toFile: string, onProgress?: Progress): Promise<void>
}

/**
 * Opens the log in a folder, creating both where they are absent. `readonly` opens what is there and starts no
 * writer: appends throw `LogUnavailableError`. Several processes may have the same log open. Rejects where the
 * folder can't be written, the file is no log, or its format is later than this program's.
 */
export async function openSqliteEventLog(
  folder: string,
  options: { readonly readonly?: boolean } = {},
): Promise<SqliteEventLog> {
  const file = logFile(folder)
  if (options.readonly === true) return new FileLog(file, undefined)
  mkdirSync(folder, { recursive: true })
  openForWriting(file).close()
  syncFolderOf(file)
  const log = new FileLog(file, (onCommit) => new SqliteWriterClient(file, onCommit))
  await log.ready()
  return log
}

class FileLog implements SqliteEventLog {
  readonly #file: string
  readonly #reader: SqliteReader
  readonly #wake: SqliteWake
  readonly #writer: SqliteWriterClient | undefined
  #closing: Promise<void> | undefined

  constructor(file: string, startWriter: ((onCommit: () => void) => SqliteWriterClient) | undefined) {
    this.#file = file
    this.#reader = new SqliteReader(file)
    this.#wake = new SqliteWake(() => this.#reader.version())
    this.#writer = startWriter?.(() => this.#wake.wake())
  }

  async ready(): Promise<void> {
    await this.#writer?.ready()
  }

  async append(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    const encoded = encodeEvents(events)
    if (this.#closing !== undefined) throw new LogUnavailableError('the log is closed')
    if (this.#writer === undefined) throw new LogUnavailableError('the log was opened for reading only')
    const request = { stream, expected: expected === 'no-stream' ? -1 : Number(expected), events: encoded }
    return toOutcome(await this.#writer.append(request))
  }

  async readStream(stream: string, fromRevision = 0n): Promise<StreamSlice> {
    return this.#reader.stream(stream, fromRevision)
  }

  readAll(after: Position, { batchSize = DEFAULT_BATCH, signal }: ReadOptions = {}): Batches {
    return pages((from) => this.#reader.page(from ?? after, batchSize), after, { batchSize, signal })
  }

  readBack(before: Position | undefined, { batchSize = DEFAULT_BACK, signal }: ReadOptions = {}): Batches {
    return pages((from) => this.#reader.pageBack(from, batchSize), before, { batchSize, signal })
  }

  async *follow(
    after: Position,
    options: ReadOptions & { readonly signal: AbortSignal },
  ): AsyncGenerator<readonly RecordedEvent[], void> {
    const { batchSize = DEFAULT_BATCH, signal } = options
    const leave = this.#wake.join()
    try {
      let position = after
      let caughtUp = false
      while (!signal.aborted) {
        const seen = this.#wake.changes
        const events = this.#reader.page(position, batchSize)
        const last = events.at(-1)
        if (last !== undefined || !caughtUp) yield events
        caughtUp = last === undefined
        position = last?.position ?? position
        await (caughtUp ? this.#wake.changedSince(seen, signal) : nextTurn())
      }
    } finally {
      leave()
    }
  }

  async head(): Promise<Position> {
    return this.#reader.head()
  }

  async checkIntegrity(onProgress?: Progress): Promise<Finding[]> {
    return checkLog(this.#file, onProgress)
  }

  async backup(toFile: string, onProgress?: Progress): Promise<void> {
    await backupLog(this.#file, toFile, onProgress)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /**
   * What was accepted is answered first. The writer's connection closes last: the last one out moves the WAL into the
   * file and deletes it, which a connection that only reads can't. Followers wake and meet a closed log.
   */
  async #close(): Promise<void> {
    await this.#writer?.settled()
    this.#reader.close()
    this.#wake.wake()
    await this.#writer?.close()
  }
}

/** Page by page, each behind the last event of the one before, until one is not full. */
async function* pages(
  read: (from: Position | undefined) => readonly RecordedEvent[],
  from: Position | undefined,
  { batchSize, signal }: { readonly batchSize: number; readonly signal: AbortSignal | undefined },
): Batches {
  let position = from
  while (signal?.aborted !== true) {
    const events = read(position)
    const last = events.at(-1)
    if (last === undefined) return
    yield events
    if (events.length < batchSize) return
    position = last.position
    // A page is read without waiting; others get their turn between two of them.
    await nextTurn()
  }
}

function toOutcome(result: AppendResult): AppendOutcome {
  switch (result[0]) {
    case 'appended': {
      const place = BigInt(result[2])
      return { kind: 'appended', revision: BigInt(result[1]), position: { commit: place, prepare: place } }
    }
    case 'conflict':
      return { kind: 'conflict', actual: result[1] < 0 ? 'no-stream' : BigInt(result[1]) }
    case 'unavailable':
      throw new LogUnavailableError(`the log can not be written: ${result[1]}`)
  }
}
