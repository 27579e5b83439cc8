import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { EventStoreDBClient, isCommandError, jsonEvent, streamNameFilter } from '@eventstore/db-client'
import type { AppendExpectedRevision, Filter, ReadPosition, ReadRevision } from '@eventstore/db-client'

const CREDENTIALS = { username: 'admin', password: 'changeit' }
const DISPOSE_MS = 2000

/** What one call of the bare client came to, as a value; an error by its type, a raw one of gRPC by its code. */
export type Outcome =
  | {
      readonly kind: 'appended'
      readonly revision: bigint
      readonly commit?: bigint
      readonly prepare?: bigint
    }
  | { readonly kind: 'conflict'; readonly actual: bigint | 'no_stream' }
  | { readonly kind: 'error'; readonly type: string }

export type AppendOptions = {
  readonly deadline?: number
  readonly requiresLeader?: boolean
  readonly batch?: boolean
}

/** Events with new ids, to be appended. */
export function proposals(count: number, data: unknown = { note: 'ардак' }) {
  return Array.from({ length: count }, () => proposal(randomUUID(), data))
}

/** One event to be appended. */
export function proposal(id: string, data: unknown = { note: 'ардак' }) {
  return jsonEvent({
    id,
    type: 'AwardTested',
    data: data as Record<string, unknown>,
    metadata: { actor: 'test' },
  })
}

/** The client itself, without an adapter around it: what a test of the double asks. */
export class BareClient {
  readonly raw: EventStoreDBClient

  constructor(url: string) {
    this.raw = EventStoreDBClient.connectionString(url)
  }

  /** The classic Append; the batch path where it is asked for. */
  async append(
    stream: string,
    expectedRevision: AppendExpectedRevision,
    events: ReturnType<typeof proposals>,
    { batch = false, ...options }: AppendOptions = {},
  ): Promise<Outcome> {
    const credentials = batch ? {} : { credentials: CREDENTIALS }
    try {
      const answer = await this.raw.appendToStream(stream, events, {
        expectedRevision,
        ...credentials,
        ...options,
      })
      return { kind: 'appended', revision: answer.nextExpectedRevision, ...answer.position }
    } catch (error) {
      return outcomeOf(error)
    }
  }

  /** `stream@revision` of each event of a stream, or the error. */
  async readStream(
    stream: string,
    options: { fromRevision?: ReadRevision; direction?: 'forwards' | 'backwards'; maxCount?: number } = {},
  ): Promise<readonly string[] | Outcome> {
    return await gather(
      this.raw.readStream(stream, options),
      ({ event }) => `${event?.streamId}@${event?.revision}`,
    )
  }

  /** Every event of `$all` in a range, as `stream@revision`. */
  async readAll(
    options: { fromPosition?: ReadPosition; direction?: 'forwards' | 'backwards'; maxCount?: number } = {},
  ): Promise<readonly string[] | Outcome> {
    return await gather(this.raw.readAll(options), ({ event }) => `${event?.streamId}@${event?.revision}`)
  }

  /** Follows `$all` and writes down what is heard, in order. */
  follow(fromPosition: ReadPosition, filter?: Partial<Filter> & { prefixes: string[] }): Followed {
    return new Followed(this.raw, fromPosition, filter)
  }

  /** Deletes or tombstones a stream. */
  async remove(how: 'delete' | 'tombstone', stream: string, expectedRevision: 'any' | 'no_stream' | bigint) {
    const call = how === 'delete' ? 'deleteStream' : 'tombstoneStream'
    try {
      return { kind: 'removed', ...(await this.raw[call](stream, { expectedRevision })) }
    } catch (error) {
      return outcomeOf(error)
    }
  }

  /** `dispose()` may hang for ever: it is given two seconds. */
  async close(): Promise<void> {
    await Promise.race([this.raw.dispose(), pause(DISPOSE_MS, undefined, { ref: false })])
  }
}

/** A subscription's own account: `confirmation`, `stream@revision`, `checkpoint`, `caughtUp`, `error:type`, `end`. */
export class Followed {
  readonly heard: string[] = []
  readonly positions: { readonly commit: bigint; readonly prepare: bigint }[] = []
  readonly checkpoints: { readonly commit: bigint; readonly prepare: bigint }[] = []
  readonly #subscription: ReturnType<EventStoreDBClient['subscribeToAll']>

  constructor(
    client: EventStoreDBClient,
    fromPosition: ReadPosition,
    filter?: Partial<Filter> & { prefixes: string[] },
  ) {
    const checkpointReached = async (_: unknown, position: { commit: bigint; prepare: bigint }) => {
      this.checkpoints.push(position)
      this.heard.push('checkpoint')
    }
    this.#subscription = client.subscribeToAll({
      fromPosition,
      ...(filter === undefined ? {} : { filter: streamNameFilter({ ...filter, checkpointReached }) }),
    })
    this.#subscription
      .on('confirmation', () => this.heard.push('confirmation'))
      .on('caughtUp', () => this.heard.push('caughtUp'))
      .on('end', () => this.heard.push('end'))
      .on('error', (error: unknown) => this.heard.push(`error:${typeOf(error)}`))
      .on('data', ({ event }) => {
        if (event === undefined) return
        this.positions.push(event.position)
        this.heard.push(`${event.streamId}@${event.revision}`)
      })
  }

  /** Waits until something was heard; throws where it isn't within the time. */
  async until(word: string, count = 1, milliseconds = 5000): Promise<void> {
    const late = AbortSignal.timeout(milliseconds)
    while (this.heard.filter((one) => one === word).length < count) {
      if (late.aborted) throw new Error(`${word} was not heard: ${this.heard.join(' ')}`)
      await pause(2)
    }
  }

  async stop(): Promise<void> {
    await Promise.race([this.#subscription.unsubscribe(), pause(DISPOSE_MS, undefined, { ref: false })])
  }
}

async function gather<E>(
  events: AsyncIterable<E>,
  name: (event: E) => string,
): Promise<readonly string[] | Outcome> {
  const names: string[] = []
  try {
    for await (const event of events) names.push(name(event))
    return names
  } catch (error) {
    return outcomeOf(error)
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof Error && isCommandError(error) && error.type === 'wrong-expected-version')
    return { kind: 'conflict', actual: error.actualVersion }
  return { kind: 'error', type: typeOf(error) }
}

function typeOf(error: unknown): string {
  if (error instanceof Error && isCommandError(error)) return error.type
  if (error instanceof Error && 'code' in error) return `grpc ${String(error.code)}`
  return String(error)
}
