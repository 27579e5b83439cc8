import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  type RecordedEvent as ClientEvent,
  type ResolvedEvent,
} from '@eventstore/db-client'
import { setTimeout as pause } from 'node:timers/promises'
import type { EventMetadata, JsonObject, RecordedEvent, StreamSlice } from './event-log.ts'
import { type EventStoreDbConnection, failureOf, unavailable } from './eventstoredb-connection.ts'
import { comparePositions, type Position, START } from './position.ts'

/** Events of one read: bounded in number, so that it is bounded in time. */
const PAGE = 500
/** Events looked at together when the last one of ours is searched for from the end. */
const BACK = 100
const MAX_REVISION = 2n ** 63n - 1n

/** Which streams of a server are ours, and what they are called there. */
export type Names = {
  /** Stands before every stream's name on the server; empty but in tests, which share a server. */
  readonly namespace: string
  /** What our streams begin with, without the namespace. */
  readonly prefixes: readonly string[]
}

/** Reads streams and the end of the log, page by page. */
export class EventStoreDbReader {
  readonly #connection: EventStoreDbConnection
  readonly #names: Names
  readonly #attempt: number
  /** The last event of ours that was seen, and how far back from the end there is no later one. */
  #last = START
  #searched = START

  /** `attempt`: milliseconds after which a read without an answer is asked again. */
  constructor(connection: EventStoreDbConnection, names: Names, attempt: number) {
    this.#connection = connection
    this.#attempt = attempt
    this.#names = names
  }

  /** `fromLeader`: what another node knows by now counts too, as when the outcome of an append is to be found out. */
  async stream(stream: string, fromRevision: bigint, fromLeader = false): Promise<StreamSlice> {
    if (fromRevision > 0n) {
      const [last] = await this.#page(
        stream,
        { direction: BACKWARDS, fromRevision: END, maxCount: 1 },
        fromLeader,
      )
      if (last === undefined) return { revision: 'no-stream', events: [] }
      if (last.revision < fromRevision) return { revision: last.revision, events: [] }
    }
    const events: RecordedEvent[] = []
    for (let next = fromRevision > MAX_REVISION ? MAX_REVISION : fromRevision; ; ) {
      const options = { direction: FORWARDS, fromRevision: next, maxCount: PAGE } as const
      const page = await this.#page(stream, options, fromLeader)
      events.push(...page)
      const last = events.at(-1)
      if (page.length < PAGE || last === undefined) return { revision: last?.revision ?? 'no-stream', events }
      next = last.revision + 1n
    }
  }

  /** Searches back from the end for the last event of ours, never twice over the same part of the log. */
  async head(): Promise<Position> {
    let from: Position | typeof END = END
    let newest: Position | undefined
    for (;;) {
      const page = await this.#back(from)
      for (const { position, streamId } of page) {
        newest ??= position
        if (comparePositions(position, this.#searched) <= 0) return this.#found(this.#last, newest)
        if (isOurs(this.#names, streamId)) return this.#found(position, newest)
      }
      const oldest = page.at(-1)
      if (oldest === undefined || page.length < BACK) return this.#found(this.#last, newest ?? START)
      from = oldest.position
    }
  }

  /** Our events before a position, or before the end, the newest first; batches may be empty where others' lie between. */
  async *back(before: Position | undefined, batchSize: number): AsyncGenerator<RecordedEvent[], void> {
    for (let from: Position | typeof END = before ?? END; ; ) {
      const page: readonly ClientEvent[] = await this.#pageBack(from, batchSize)
      yield page
        .filter(({ streamId }) => isOurs(this.#names, streamId))
        .map((event) => toRecorded(event, this.#names))
      const oldest = page.at(-1)?.position
      if (oldest === undefined || page.length < batchSize) return
      from = oldest
    }
  }

  #found(last: Position, searched: Position): Position {
    if (comparePositions(last, this.#last) > 0) this.#last = last
    if (comparePositions(searched, this.#searched) > 0) this.#searched = searched
    return this.#last
  }

  async #page(
    stream: string,
    options: NonNullable<Parameters<EventStoreDBClient['readStream']>[1]>,
    requiresLeader: boolean,
  ): Promise<RecordedEvent[]> {
    const { client, credentials } = this.#connection
    return this.#patiently(async (signal) => {
      const name = this.#names.namespace + stream
      const reading = client.readStream(name, { ...options, credentials, requiresLeader })
      return (await gathered(reading, signal)).map((event) => toRecorded(event, this.#names))
    })
  }

  async #back(
    fromPosition: Position | typeof END,
  ): Promise<readonly { position: Position; streamId: string }[]> {
    const events = await this.#pageBack(fromPosition, BACK)
    return events.map(({ streamId, position }) => ({ streamId, position: position ?? START }))
  }

  async #pageBack(fromPosition: Position | typeof END, maxCount: number): Promise<ClientEvent[]> {
    const { client, credentials } = this.#connection
    return this.#patiently((signal) => {
      const options = { direction: BACKWARDS, fromPosition, maxCount, credentials } as const
      return gathered(client.readAll(options), signal)
    })
  }

  /** Reads again where that may help: a leader that changed or a connection that broke is met by one call, not by its caller. */
  async #patiently<Read>(read: (signal: AbortSignal) => Promise<Read[]>): Promise<Read[]> {
    const giveUpAt = performance.now() + 2 * this.#attempt
    for (let wait = 25; ; wait *= 2) {
      try {
        return await this.#connection.call(read, this.#attempt * 1.5)
      } catch (error) {
        const failure = failureOf(error)
        if (failure === 'absent') return []
        const late = performance.now() + wait > giveUpAt || this.#connection.disposed
        if (failure === 'refused' || late) throw unavailable(error)
        await pause(wait)
      }
    }
  }
}

type Reading = AsyncIterable<ResolvedEvent> & { cancel(): Promise<void>; destroy(error?: Error): unknown }

async function gathered(reading: Reading, signal: AbortSignal): Promise<ClientEvent[]> {
  const events: ClientEvent[] = []
  const stop = () => {
    reading.destroy()
    void reading.cancel().catch(() => {})
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const { event } of reading) if (event) events.push(event)
    return events
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

export const isOurs = ({ namespace, prefixes }: Names, stream: string): boolean =>
  stream.startsWith(namespace) && prefixes.some((prefix) => stream.startsWith(prefix, namespace.length))

/** An event as the port gives it. What is in our streams was written by this adapter. */
export const toRecorded = (
  { id, type, data, metadata, streamId, revision, position }: ClientEvent,
  { namespace }: Names,
): RecordedEvent => ({
  id,
  type,
  data: data as JsonObject,
  metadata: metadata as EventMetadata,
  stream: streamId.slice(namespace.length),
  revision,
  position: position ? { commit: position.commit, prepare: position.prepare } : START,
})
