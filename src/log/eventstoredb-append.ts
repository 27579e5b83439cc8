import { type AppendExpectedRevision, jsonEvent, NO_STREAM } from '@eventstore/db-client'
import { setTimeout as pause } from 'node:timers/promises'
import { encodeEvents } from './encode-events.ts'
import { type AppendOutcome, EventTooLargeError, type NewEvent, type StreamRevision } from './event-log.ts'
import { type EventStoreDbConnection, failureOf, unavailable } from './eventstoredb-connection.ts'
import type { EventStoreDbReader } from './eventstoredb-read.ts'

/** Times in milliseconds. */
export type AppendLimits = {
  /** How long one attempt may take: the client's deadline, and half as long again until we stop to listen. */
  readonly attempt: number
  /** How long attempts go on. A cluster that lost its leader answers again within 6 s. */
  readonly total: number
}
export const APPEND_LIMITS: AppendLimits = { attempt: 2_000, total: 8_000 }

const FIRST_PAUSE = 50
const LONGEST_PAUSE = 1_000

/**
 * Appends with the same ids and the same expected revision until the outcome is known or the time is up: the server
 * then tells a repeat from a conflict for ever, by its index. A refreshed revision would write the events twice.
 */
export class EventStoreDbAppender {
  readonly #connection: EventStoreDbConnection
  readonly #reader: EventStoreDbReader
  readonly #namespace: string
  readonly #limits: AppendLimits
  readonly #stopping = new AbortController()

  constructor(
    connection: EventStoreDbConnection,
    reader: EventStoreDbReader,
    namespace: string,
    limits: AppendLimits,
  ) {
    this.#connection = connection
    this.#reader = reader
    this.#namespace = namespace
    this.#limits = limits
  }

  /** As `EventLog.append`. */
  async append(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    encodeEvents(events)
    const giveUpAt = performance.now() + this.#limits.total
    for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        const left = Math.max(0, giveUpAt - performance.now())
        return await this.#attempt(stream, expected, events, left)
      } catch (error) {
        const failure = failureOf(error)
        if (failure === 'too-large') throw new EventTooLargeError(sizeOf(events))
        if (failure === 'refused') throw unavailable(error)
        const known = failure === 'conflict' && (await this.#known(stream, expected, events))
        if (known) return known
        const late = giveUpAt - performance.now() <= wait || this.#stopping.signal.aborted
        if (late) return this.#lastLook(stream, expected, events, error)
        await pause(wait * (0.5 + Math.random() / 2), undefined, { signal: this.#stopping.signal }).catch(
          () => {},
        )
      }
    }
  }

  /** From now on nothing is tried again: what is under way gets one last look. */
  stop(): void {
    this.#stopping.abort()
  }

  async #attempt(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
    left: number,
  ): Promise<AppendOutcome> {
    const { client, credentials } = this.#connection
    const { attempt } = this.#limits
    const expectedRevision: AppendExpectedRevision = expected === 'no-stream' ? NO_STREAM : expected
    const options = {
      expectedRevision,
      credentials,
      deadline: attempt,
      requiresLeader: true,
    }
    const proposed = events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata }))
    const append = () => client.appendToStream(this.#namespace + stream, proposed, options)
    const { nextExpectedRevision, position } = await this.#connection.call(append, attempt * 1.5, left)
    if (position === undefined) return await this.#settle(stream, expected, events)
    const { commit, prepare } = position
    return { kind: 'appended', revision: nextExpectedRevision, position: { commit, prepare } }
  }

  /** Compares what stands behind the expected revision with what was to be written there. */
  async #settle(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    const first = expected === 'no-stream' ? 0n : expected + 1n
    const { revision, events: held } = await this.#reader.stream(stream, first, true)
    const last = held[events.length - 1]
    if (last !== undefined && events.every(({ id }, index) => held[index]?.id === id))
      return { kind: 'appended', revision: last.revision, position: last.position }
    return { kind: 'conflict', actual: revision }
  }

  /**
   * The outcome of an append that the server refused, once the stream shows why; undefined before. A winner is known to
   * the writer some time before anybody can read it, and whoever were told of a conflict by then would read the stream
   * as it was and lose again and again. A winner whose leader died may also never come to be: then the next attempt wins.
   */
  async #known(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome | undefined> {
    const settled = await this.#settle(stream, expected, events).catch(() => undefined)
    return settled?.kind === 'conflict' && settled.actual === expected ? undefined : settled
  }

  /** Time is up: what the log can still say counts, and where it says nothing the outcome stays unknown. */
  async #lastLook(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
    error: unknown,
  ): Promise<AppendOutcome> {
    const look = this.#settle(stream, expected, events).catch(() => undefined)
    const settled = await Promise.race([look, pause(this.#limits.attempt, undefined, { ref: false })])
    if (settled?.kind === 'appended') return settled
    throw unavailable(error)
  }
}

const sizeOf = (events: readonly NewEvent[]) =>
  events.reduce((sum, { data }) => sum + Buffer.byteLength(JSON.stringify(data)), 0)
