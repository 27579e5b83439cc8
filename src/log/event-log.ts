import type { Position } from './position.ts'

/** JSON as it is stored: no `undefined`, no bigint, no lone surrogate. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** The number of the last event of a stream, from 0; `no-stream` where it has none. */
export type StreamRevision = bigint | 'no-stream'

/**
 * What is known about an event beside what it says. Flat strings, so that every log can keep them.
 * No personal data: `actor` names a key (`issuer/keyId`) or the command line, never a person.
 */
export type EventMetadata = {
  /** Our clock, UTC, RFC 3339 with milliseconds. Never goes back within a stream. */
  readonly recordedAt: string
  readonly actor: string
  readonly correlationId: string
  readonly causationId: string
  /** Decimal number of the stored shape, `"1"` first; an older shape has an upcaster. */
  readonly schemaVersion: string
  /** SHA-256 (hex) of the request without its personal fields: tells a repeat from another body under the same key. */
  readonly requestDigest?: string
}

export type NewEvent = {
  /** UUID, chosen by the caller from what is recorded, so that a repeat carries the same one. */
  readonly id: string
  readonly type: string
  readonly data: JsonObject
  readonly metadata: EventMetadata
}

export type RecordedEvent = NewEvent & {
  readonly stream: string
  readonly revision: bigint
  readonly position: Position
}

export type AppendOutcome =
  | { readonly kind: 'appended'; readonly revision: bigint; readonly position: Position }
  | { readonly kind: 'conflict'; readonly actual: StreamRevision }

/** An event, or the events of one append, that the log does not take. Nothing was written. */
export class EventTooLargeError extends Error {
  readonly bytes: number
  constructor(bytes: number) {
    super(`an event of ${bytes} bytes is over the limit of ${MAX_EVENT_BYTES}`)
    this.name = 'EventTooLargeError'
    this.bytes = bytes
  }
}

/** The log can't be reached or can't write now. What was asked may be repeated unchanged: same ids, same revision. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError'
}

/** The largest event, its data as UTF-8 JSON: 60 KiB. */
export const MAX_EVENT_BYTES = 60 * 1024

/** The most events of one append. */
export const MAX_APPEND_EVENTS = 256

/**
 * The only truth of the registry: streams of events in one total order, never changed and never deleted.
 *
 * - **Durability**: what `append` answered with `appended` survives kill -9 and power loss.
 * - **Atomicity**: the events of one append are all there, next to one another in their stream, or none is.
 * - **Concurrency**: every method may be called at any time by many callers, in several processes. One of two racing
 *   appends with the same expected revision wins; the other gets `conflict`, a value and not an error.
 * - **Repeats**: an append whose expected revision lies in the past and whose ids equal those that follow it, all of
 *   them and in order, answers `appended` with the original revision and position, for ever, whatever came after.
 *   Only ids are compared. A prefix, or an id that differs, is a conflict. Repeating is the caller's cure for an
 *   unknown outcome (`LogUnavailableError`, a lost connection).
 * - **Absence**: a stream without events is `no-stream` and [], never an error.
 * - **Order**: positions grow with time of writing; no event ever becomes visible before one that a reader has seen
 *   behind it. Everybody sees the same order.
 * - **Retries**: the log retries nothing that could write twice; the caller decides.
 */
export interface EventLog {
  /**
   * Appends 1 to `MAX_APPEND_EVENTS` events. Throws `EventTooLargeError` (over `MAX_EVENT_BYTES` each),
   * `RangeError` (no events, too many), `LogUnavailableError` (full disk, no connection: outcome unknown).
   */
  append(stream: string, expected: StreamRevision, events: readonly NewEvent[]): Promise<AppendOutcome>

  /** The events of a stream in revision order, from `fromRevision` (inclusive, default 0). `revision` is the stream's last. */
  readStream(stream: string, fromRevision?: bigint): Promise<StreamSlice>

  /**
   * All events behind `after`, in order, in batches of at most `batchSize` (default 1,000), up to the head at the time
   * of the call or beyond it; ends there. Reads with back-pressure: the next batch is read when it is asked for.
   * An aborted signal ends the iteration without an error.
   */
  readAll(after: Position, options?: ReadOptions): AsyncIterable<readonly RecordedEvent[]>

  /**
   * All events before a position, or all there are now where it is absent, **newest first**, in batches of at most
   * `batchSize` (default 500). Otherwise as `readAll`.
   */
  readBack(before: Position | undefined, options?: ReadOptions): AsyncIterable<readonly RecordedEvent[]>

  /**
   * As `readAll`, and goes on with what is written later, by whatever process: in this process at once, from another
   * within 100 ms. An **empty batch** says that everything visible so far has been delivered (caught up); more follow.
   * Ends only by the signal. A fault of the log throws; the caller follows again from what it has committed.
   */
  follow(
    after: Position,
    options: ReadOptions & { readonly signal: AbortSignal },
  ): AsyncIterable<readonly RecordedEvent[]>

  /** The position of the last event, `START` where there is none. */
  head(): Promise<Position>

  /** Finishes what was accepted, flushes, releases files and connections. A second call does nothing. */
  close(): Promise<void>
}

export type StreamSlice = { readonly revision: StreamRevision; readonly events: readonly RecordedEvent[] }
export type ReadOptions = { readonly batchSize?: number; readonly signal?: AbortSignal }
