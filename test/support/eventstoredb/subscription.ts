import type streams from '@eventstore/db-client/generated/streams_pb.js'
import {
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  eventMessage,
  NO_POSITION,
} from './messages.ts'
import type { Pair } from './messages.ts'
import type { Store } from './store.ts'
import type { StoredEvent } from './stored-event.ts'

/** Which events a subscription to `$all` wants, and how often it is told how far it has come. */
export type Filter = {
  readonly wants: (event: StoredEvent) => boolean
  /** Events looked at in one page of a catch-up. */
  readonly window: number
  /** Pages between two checkpoints. */
  readonly interval: number
}

type Batch = readonly streams.ReadResp[]

const PAGE = 32
/** Live events that the server keeps for a slow reader; beyond it the subscription catches up again. */
const LIVE_BUFFER = 32
const BEFORE_ALL: Pair = { commit: -1n, prepare: -1n }

/**
 * A subscription to `$all` as 24.6 runs it (Enumerator.AllSubscriptionFiltered): confirmation, events behind `after`
 * with checkpoints among them, one last checkpoint, caught up, live. Checkpoints only with a filter. A checkpoint is a
 * pair: behind a page it has prepare 0, and where nothing was ever sent it is the largest number there is (-1 without
 * its sign). Never ends by itself.
 */
export async function* subscribeToAll(
  store: Store,
  after: Pair | 'start' | 'end',
  filter: Filter | undefined,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const run = new AllSubscription(store, filter)
  const confirmed = store.visible
  yield [confirmationMessage()]
  run.start(after)
  if (!run.isBehind(confirmed)) yield [caughtUpMessage()]
  else {
    yield* run.catchUp()
    yield [caughtUpMessage()]
  }
  yield* run.live(confirmed, signal)
}

class AllSubscription {
  readonly #store: Store
  readonly #filter: Filter | undefined
  /** The last event or checkpoint sent. */
  #sent: Pair = BEFORE_ALL
  #lastCheckpoint: Pair | undefined

  constructor(store: Store, filter: Filter | undefined) {
    this.#store = store
    this.#filter = filter
  }

  start(after: Pair | 'start' | 'end'): void {
    if (after === 'start') return
    this.#sent = after === 'end' ? pairOf(this.#store.log[this.#store.visible - 1]) : after
  }

  isBehind(confirmed: number): boolean {
    return compare(this.#sent, pairOf(this.#store.log[confirmed - 1])) < 0
  }

  /** Page by page to the end of the log. */
  *catchUp(): Generator<Batch> {
    const window = this.#filter?.window ?? PAGE
    const interval = window * (this.#filter?.interval ?? 1)
    let from: Pair = this.#sent.commit < 0n ? { commit: 0n, prepare: 0n } : this.#sent
    let counted = 0
    for (;;) {
      const page = this.#page(from, window)
      const batch = page.events
        .filter((event) => compare(pairOf(event), this.#sent) > 0)
        .map((event) => this.#send(event))
      counted += page.considered
      if (page.ended) {
        yield [...batch, ...this.#checkpoint()]
        return
      }
      if (counted >= interval) {
        counted %= interval
        if (compare(this.#sent, from) < 0) this.#sent = from
        batch.push(...this.#checkpoint())
      }
      yield batch
      from = page.next
    }
  }

  /** What is committed from index `next` on; counts every event, wanted or not, towards the next checkpoint. */
  async *live(next: number, signal: AbortSignal): AsyncGenerator<Batch> {
    const interval = (this.#filter?.window ?? PAGE) * (this.#filter?.interval ?? 1)
    let index = next
    let counted = 0
    while (!signal.aborted) {
      const behind = this.#store.visible - index > LIVE_BUFFER
      const batch: streams.ReadResp[] = behind ? [...this.#checkpoint()] : []
      for (; index < this.#store.visible; index += 1) {
        const event = this.#store.log[index]
        if (event === undefined) break
        counted += 1
        if (!behind && compare(pairOf(event), this.#sent) > 0 && this.#wants(event))
          batch.push(this.#send(event))
        if (counted < interval) continue
        counted = 0
        if (!behind && compare(pairOf(event), this.#sent) >= 0) {
          this.#sent = pairOf(event)
          batch.push(...this.#checkpoint())
        }
      }
      if (batch.length > 0) yield batch
      if (behind) {
        yield* this.catchUp()
        yield [caughtUpMessage()]
      }
      if (index >= this.#store.visible) await committedOr(this.#store, signal)
    }
  }

  #page(from: Pair, window: number) {
    const { log, visible } = this.#store
    const events: StoredEvent[] = []
    let considered = 0
    let next = from
    let index = this.#store.indexAt(from.commit)
    for (; index < visible && events.length < PAGE && considered < window; index += 1) {
      const event = log[index]
      if (event === undefined || compare(pairOf(event), from) < 0) continue
      considered += 1
      if (this.#wants(event)) events.push(event)
      next = { commit: BigInt(event.end), prepare: 0n }
    }
    // The server sees the end only where it looks for one more record: a full page is followed by an empty one.
    return { events, considered, next, ended: events.length < PAGE && considered < window }
  }

  #wants(event: StoredEvent): boolean {
    return this.#filter?.wants(event) ?? true
  }

  #send(event: StoredEvent): streams.ReadResp {
    this.#sent = pairOf(event)
    return eventMessage(event)
  }

  /** None where it would not be beyond the last one. */
  #checkpoint(): streams.ReadResp[] {
    if (this.#filter === undefined) return []
    const pair = this.#sent.commit < 0n ? NO_POSITION : this.#sent
    if (this.#lastCheckpoint !== undefined && compare(pair, this.#lastCheckpoint) <= 0) return []
    this.#lastCheckpoint = pair
    return [checkpointMessage(pair)]
  }
}

/** A subscription to one stream: confirmation, events behind `after`, caught up, live. */
export async function* subscribeToStream(
  store: Store,
  stream: string,
  after: number | 'end',
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  yield [confirmationMessage()]
  const held = () => {
    const events = store.read(stream)
    return typeof events === 'string' ? [] : events
  }
  let sent = after === 'end' ? (held().at(-1)?.revision ?? -1) : after
  for (let caughtUp = false; !signal.aborted; ) {
    const events = held().filter(({ revision }) => revision > sent)
    sent = events.at(-1)?.revision ?? sent
    yield [...events.map(eventMessage), ...(caughtUp ? [] : [caughtUpMessage()])]
    caughtUp = true
    if ((held().at(-1)?.revision ?? -1) <= sent) await committedOr(store, signal)
  }
}

function pairOf(event: StoredEvent | undefined): Pair {
  const position = BigInt(event?.position ?? 0)
  return { commit: position, prepare: position }
}

function compare(left: Pair, right: Pair): number {
  if (left.commit !== right.commit) return left.commit < right.commit ? -1 : 1
  return left.prepare === right.prepare ? 0 : left.prepare < right.prepare ? -1 : 1
}

/** Waits for the next commit, or for the caller to leave. */
async function committedOr(store: Store, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const done = () => {
      forget()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const forget = store.onCommit(done)
    signal.addEventListener('abort', done)
  })
}
