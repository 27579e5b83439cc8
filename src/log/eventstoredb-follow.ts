import { streamNameFilter } from '@eventstore/db-client'
import { type ReadOptions, LogUnavailableError, type RecordedEvent } from './event-log.ts'
import { type EventStoreDbConnection, unavailable } from './eventstoredb-connection.ts'
import { type EventStoreDbReader, type Names, toRecorded } from './eventstoredb-read.ts'
import { comparePositions, type Position, START } from './position.ts'

const DEFAULT_BATCH = 1_000
/** Without a word for so long, the log's head is compared with what has come; and once more before it counts as stalled. */
export const SILENCE_MS = 5_000
const TURN_MS = 10_000

/** What a subscription has brought and its consumer has not yet taken. */
class Inbox {
  readonly #names: Names
  readonly #most: number
  readonly #subscription: ReturnType<EventStoreDbConnection['client']['subscribeToAll']>
  #events: RecordedEvent[] = []
  #received = 0
  /** How many events come before the server's «caught up»; what comes behind it is live. */
  #caughtUpAt: number | undefined
  /** Whether events were given out since the consumer was last told that there are no more. */
  #untold = true
  #fault: LogUnavailableError | undefined
  #wake = () => {}
  heard = performance.now()

  constructor(connection: EventStoreDbConnection, names: Names, after: Position, batchSize: number) {
    const { client, credentials } = connection
    this.#names = names
    this.#most = batchSize * 2
    this.#subscription = client.subscribeToAll({
      ...(comparePositions(after, START) > 0 && { fromPosition: after }),
      filter: streamNameFilter({
        prefixes: names.prefixes.map((prefix) => names.namespace + prefix),
        maxSearchWindow: 500,
        checkpointInterval: 4,
        // Awaited by the client among the events; a throw here would stall the subscription without a sign.
        checkpointReached: () => this.#hear(),
      }),
      credentials,
    })
    this.#listen()
  }

  #listen(): void {
    this.#subscription
      .on('data', ({ event }) => {
        if (event) this.#events.push(toRecorded(event, this.#names))
        this.#received += 1
        if (this.#events.length >= this.#most) this.#subscription.pause()
        this.#hear()
      })
      .on('confirmation', () => this.#hear())
      .on('caughtUp', () => {
        // Said while the events before it may still be on their way through the client's buffer.
        this.#caughtUpAt ??= this.#received + this.#subscription.readableLength
        this.#hear()
      })
      .on('error', (error) => this.fail(unavailable(error)))
      .on('end', () => this.fail(new LogUnavailableError('EventStoreDB ended the subscription')))
      .on('close', () => this.fail(new LogUnavailableError('EventStoreDB closed the subscription')))
  }

  /** The next events, at most `count`; [] once all that was there has been taken; undefined while there is nothing to say. */
  take(count: number): readonly RecordedEvent[] | undefined {
    if (this.#events.length > 0) {
      const taken = this.#events.splice(0, count)
      if (this.#events.length < count) this.#subscription.resume()
      this.#untold = true
      return taken
    }
    if (this.#fault) throw this.#fault
    if (!this.#untold || this.#caughtUpAt === undefined || this.#received < this.#caughtUpAt) return undefined
    this.#untold = false
    return []
  }

  /** Resolves when something has come, or `ms` later. */
  async changed(ms: number): Promise<void> {
    if (this.#events.length > 0 || this.#fault) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** What has come is still given out before the fault is thrown. */
  fail(fault: LogUnavailableError): void {
    this.#fault ??= fault
    this.#wake()
  }

  #hear(): void {
    this.heard = performance.now()
    this.#wake()
  }

  close(): void {
    this.#subscription.removeAllListeners('end').removeAllListeners('close').removeAllListeners('data')
    void this.#subscription.unsubscribe().catch(() => {})
    this.#subscription.destroy()
  }
}

export type SubscribedOptions = ReadOptions & {
  /** Whether what is written later is waited for. */
  readonly live: boolean
  readonly silence: number
}

/**
 * Events of our streams behind a position, by a subscription to `$all` that the server filters. Ends by its signal, and
 * where `live` is false once everything there has been given. Any end that the server makes of it, and a silence in which the
 * log's head moved on, is thrown as `LogUnavailableError`: whoever follows does so again from what it has committed.
 */
export async function* subscribed(
  connection: EventStoreDbConnection,
  reader: EventStoreDbReader,
  names: Names,
  after: Position,
  { batchSize = DEFAULT_BATCH, signal, live, silence }: SubscribedOptions,
): AsyncGenerator<readonly RecordedEvent[], void> {
  if (signal?.aborted) return
  const giveBack = await connection.permits.readings.take(TURN_MS)
  const inbox = new Inbox(connection, names, after, batchSize)
  const stop = () => inbox.fail(new LogUnavailableError('stopped'))
  signal?.addEventListener('abort', stop, { once: true })
  let position = after
  try {
    while (!signal?.aborted) {
      const events = inbox.take(batchSize)
      if (events === undefined) {
        await inbox.changed(silence)
        if (performance.now() - inbox.heard >= silence) await mustStandAt(reader, inbox, position, silence)
        continue
      }
      if (events.length === 0 && !live) return
      position = events.at(-1)?.position ?? position
      yield events
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    inbox.close()
    giveBack()
  }
}

/** Silence is right where nothing was written. Throws where something was and has not come. */
async function mustStandAt(
  reader: EventStoreDbReader,
  inbox: Inbox,
  position: Position,
  silence: number,
): Promise<void> {
  const silentSince = inbox.heard
  const head = await reader.head()
  if (comparePositions(head, position) > 0) {
    await inbox.changed(silence)
    if (inbox.heard === silentSince)
      throw new LogUnavailableError('the subscription fell silent while the log moved on')
  } else inbox.heard = performance.now()
}
