import type { ServerResponse } from 'node:http'
import type { EventLog, RecordedEvent } from '../log/event-log.ts'
import type { Position } from '../log/position.ts'
import { lineOf } from '../queries/event-line.ts'
import { ProblemError } from './problem.ts'

/** How often a live stream without news says that it is alive. */
export const HEARTBEAT_MS = 15_000

/** How many live streams a node has open at once, for each of its addresses. */
export const MOST_LISTENERS = 100

/** The history as NDJSON, read as its reader takes it. Breaks off where it is aborted: half a history is no whole one. */
export async function* ndjson(
  log: EventLog,
  from: Position,
  {
    fits,
    limit = Number.POSITIVE_INFINITY,
    signal,
  }: {
    readonly fits: (event: RecordedEvent) => boolean
    readonly limit?: number
    readonly signal: AbortSignal
  },
): AsyncGenerator<string, void> {
  let left = limit
  for await (const batch of log.readAll(from, { signal, batchSize: 500 })) {
    const wanted = batch.filter(fits).slice(0, left)
    left -= wanted.length
    if (wanted.length > 0) yield `${wanted.map(lineOf).join('\n')}\n`
    if (left <= 0) return
  }
  // Ended properly, half a history would look like a whole one.
  if (signal.aborted) throw new ProblemError('stopping')
}

export type Live = {
  readonly fits: (event: RecordedEvent) => boolean
  /** An event as a frame of server-sent events, with the empty line at its end. */
  readonly frameOf: (event: RecordedEvent) => string
  readonly signal: AbortSignal
  readonly heartbeatMs: number
  /** Asked before each frame and heartbeat: whether the reader may still listen. */
  readonly mayListen?: () => boolean
}

/** The history behind a position and what is recorded later, as server-sent events. */
export async function* live(
  log: EventLog,
  from: Position,
  { fits, frameOf, signal, heartbeatMs, mayListen = () => true }: Live,
): AsyncGenerator<string, void> {
  yield ': following\n\n'
  const batches = log.follow(from, { signal, batchSize: 100 })[Symbol.asyncIterator]()
  let next = batches.next()
  while (!signal.aborted) {
    const batch = await orHeartbeat(next, signal, heartbeatMs)
    if (!mayListen()) return
    if (batch === 'heartbeat') {
      yield ': alive\n\n'
      continue
    }
    if (batch.done) return
    const wanted = batch.value.filter(fits)
    if (wanted.length > 0) yield wanted.map(frameOf).join('')
    next = batches.next()
  }
}

/** What comes first; the timer goes with it, since a replay waits for thousands of batches. */
function orHeartbeat<T>(next: Promise<T>, signal: AbortSignal, ms: number): Promise<T | 'heartbeat'> {
  const { promise, resolve } = Promise.withResolvers<'heartbeat'>()
  const beat = () => resolve('heartbeat')
  const timer = setTimeout(beat, ms).unref()
  signal.addEventListener('abort', beat, { once: true })
  return Promise.race([next, promise]).finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', beat)
  })
}

/** Aborted once the answer is over or its reader has gone; at once where that is so already. */
export function closed(answer: ServerResponse): AbortSignal {
  const abort = new AbortController()
  if (answer.destroyed) abort.abort()
  answer.once('close', () => abort.abort())
  return abort.signal
}

/** Room for so many live streams; counted before anything is waited for, since many come at once. */
export class Listeners {
  #count = 0

  /** Takes a place until `gone`. Throws `too-many-listeners`. */
  join(gone: AbortSignal): void {
    if (this.#count >= MOST_LISTENERS) throw new ProblemError('too-many-listeners')
    if (gone.aborted) return
    this.#count++
    gone.addEventListener('abort', () => this.#count--)
  }
}
