import { setTimeout as pause } from 'node:timers/promises'
import {
  type AppendOutcome,
  type EventLog,
  LogUnavailableError,
  type NewEvent,
  type ReadOptions,
  type RecordedEvent,
  type StreamRevision,
  type StreamSlice,
} from './event-log.ts'
import { APPEND_LIMITS, type AppendLimits, EventStoreDbAppender } from './eventstoredb-append.ts'
import { EventStoreDbConnection } from './eventstoredb-connection.ts'
import { SILENCE_MS, subscribed } from './eventstoredb-follow.ts'
import { EventStoreDbReader, type Names } from './eventstoredb-read.ts'
import { comparePositions, type Position } from './position.ts'

/** How long a close waits for what was accepted: what has no answer by then stays unknown. */
const CLOSE_MS = 3_000
/** Events of a batch that is read backwards. */
const DEFAULT_BACK = 500

export type EventStoreDbOptions = {
  /** As `readEventStoreDbUrl` takes it: TLS, credentials, CA file and cluster seeds are in it. */
  readonly url: string
  /** What the streams of the registry begin with: the server's other streams are not ours. */
  readonly prefixes: readonly string[]
  /** Stands before every stream's name on the server. Tests share a server that way. */
  readonly namespace?: string
  readonly limits?: AppendLimits
  /** After how many milliseconds without a word a reading is looked after. */
  readonly silence?: number
}

/**
 * The log on EventStoreDB 24.6 or a cluster of it. Connects at the first call, so a server that is away does not keep
 * a node from starting. Throws `TypeError` for a URL that can't be read.
 */
export class EventStoreDbEventLog implements EventLog {
  readonly #connection: EventStoreDbConnection
  readonly #names: Names
  readonly #reader: EventStoreDbReader
  readonly #appender: EventStoreDbAppender
  readonly #silence: number
  readonly #accepted = new Set<Promise<unknown>>()
  readonly #closed = new AbortController()
  #closing: Promise<void> | undefined

  constructor({
    url,
    prefixes,
    namespace = '',
    limits = APPEND_LIMITS,
    silence = SILENCE_MS,
  }: EventStoreDbOptions) {
    this.#silence = silence
    this.#connection = new EventStoreDbConnection(url)
    this.#names = { namespace, prefixes }
    this.#reader = new EventStoreDbReader(this.#connection, this.#names, limits.attempt)
    this.#appender = new EventStoreDbAppender(this.#connection, this.#reader, namespace, limits)
  }

  async append(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    this.#mustBeOpen()
    const outcome = this.#appender.append(stream, expected, events)
    const settled = outcome.catch(() => {})
    this.#accepted.add(settled)
    void settled.then(() => this.#accepted.delete(settled))
    return outcome
  }

  async readStream(stream: string, fromRevision = 0n): Promise<StreamSlice> {
    this.#mustBeOpen()
    return this.#reader.stream(stream, fromRevision)
  }

  async *readAll(after: Position, options: ReadOptions = {}): AsyncGenerator<readonly RecordedEvent[], void> {
    if (options.signal?.aborted) return
    if (comparePositions(await this.head(), after) <= 0) return
    yield* this.#subscribed(after, { ...options, live: false })
  }

  async *readBack(
    before: Position | undefined,
    { batchSize = DEFAULT_BACK, signal }: ReadOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[], void> {
    this.#mustBeOpen()
    // Before the first event there is none, and the server would take it for the end.
    if (signal?.aborted || (before && before.commit < 0n)) return
    for await (const batch of this.#reader.back(before, batchSize)) {
      if (batch.length > 0) yield batch
      if (signal?.aborted) return
      this.#mustBeOpen()
    }
  }

  follow(
    after: Position,
    options: ReadOptions & { readonly signal: AbortSignal },
  ): AsyncGenerator<readonly RecordedEvent[], void> {
    return this.#subscribed(after, { ...options, live: true })
  }

  async head(): Promise<Position> {
    this.#mustBeOpen()
    return this.#reader.head()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#appender.stop()
    await Promise.race([Promise.all(this.#accepted), pause(CLOSE_MS, undefined, { ref: false })])
    this.#closed.abort()
    await this.#connection.dispose()
  }

  /** Readers of a log that is closed meet an error, as with any other end that they did not ask for. */
  async *#subscribed(
    after: Position,
    options: ReadOptions & { readonly live: boolean },
  ): AsyncGenerator<readonly RecordedEvent[], void> {
    this.#mustBeOpen()
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#closed.signal])
      : this.#closed.signal
    yield* subscribed(this.#connection, this.#reader, this.#names, after, {
      ...options,
      silence: this.#silence,
      signal,
    })
    if (!options.signal?.aborted) this.#mustStayOpen()
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw new LogUnavailableError('the log is closed')
  }

  #mustStayOpen(): void {
    if (this.#closed.signal.aborted) throw new LogUnavailableError('the log was closed')
  }
}
