import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeEvents } from '../../src/log/encode-events.ts'
import { LogUnavailableError } from '../../src/log/event-log.ts'
import type {
  AppendOutcome,
  EventLog,
  NewEvent,
  ReadOptions,
  RecordedEvent,
  StreamRevision,
  StreamSlice,
} from '../../src/log/event-log.ts'
import { comparePositions, START } from '../../src/log/position.ts'
import type { Position } from '../../src/log/position.ts'
import { randomFrom, testSeed } from './random.ts'

/**
 * An `EventLog` in memory that keeps the contract and nothing beyond it, to find callers who lean on more: it yields
 * at random, repeats appends as if an answer had been lost, leaves gaps between positions whose two numbers differ,
 * and cuts batches short of what was asked. All from one seed: print `seed`, set `SEED` to repeat a run.
 */
export class MemoryEventLog implements EventLog {
  readonly seed: number
  readonly #random: () => number
  readonly #events: RecordedEvent[] = []
  readonly #streams = new Map<string, RecordedEvent[]>()
  readonly #sleepers = new Set<() => void>()
  #fault: 'stored' | 'not-stored' | undefined
  #closed = false
  #accepted = 0

  constructor(seed = testSeed()) {
    this.seed = seed
    this.#random = randomFrom(seed)
  }

  /** Lets the next append throw `LogUnavailableError`: before it wrote, or after it wrote all (the answer is lost). */
  failNext(fault: 'stored' | 'not-stored'): void {
    this.#fault = fault
  }

  async append(
    stream: string,
    expected: StreamRevision,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    encodeEvents(events)
    this.#mustBeOpen()
    this.#accepted += 1
    try {
      return await this.#appendWithFaults(stream, expected, events)
    } finally {
      this.#accepted -= 1
    }
  }

  async readStream(stream: string, fromRevision = 0n): Promise<StreamSlice> {
    await this.#dawdle()
    this.#mustBeOpen()
    const events = this.#streams.get(stream) ?? []
    const revision = events.at(-1)?.revision ?? 'no-stream'
    return { revision, events: events.filter((event) => event.revision >= fromRevision) }
  }

  async *readAll(after: Position, options: ReadOptions = {}): AsyncGenerator<readonly RecordedEvent[], void> {
    const end = await this.head()
    let position = after
    while (options.signal?.aborted !== true && comparePositions(position, end) < 0) {
      const events = this.#page(position, options.batchSize)
      yield events
      position = events.at(-1)?.position ?? end
      await this.#dawdle()
    }
  }

  async *readBack(
    before: Position | undefined,
    { batchSize = 500, signal }: ReadOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[], void> {
    this.#mustBeOpen()
    let left = this.#events
      .filter(({ position }) => before === undefined || comparePositions(position, before) < 0)
      .toReversed()
    while (signal?.aborted !== true && left.length > 0) {
      yield left.slice(0, batchSize)
      left = left.slice(batchSize)
      await this.#dawdle()
    }
  }

  async *follow(
    after: Position,
    options: ReadOptions & { readonly signal: AbortSignal },
  ): AsyncGenerator<readonly RecordedEvent[], void> {
    let position = after
    let caughtUp = false
    while (!options.signal.aborted) {
      const events = this.#page(position, options.batchSize)
      const last = events.at(-1)
      if (last !== undefined || !caughtUp) yield events
      caughtUp = last === undefined
      position = last?.position ?? position
      if (caughtUp) await this.#moreThan(position, options.signal)
    }
  }

  async head(): Promise<Position> {
    await this.#dawdle()
    this.#mustBeOpen()
    return this.#events.at(-1)?.position ?? START
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wake()
    while (this.#accepted > 0) await nextTurn()
  }

  async #appendWithFaults(stream: string, expected: StreamRevision, events: readonly NewEvent[]) {
    await this.#dawdle()
    const fault = this.#fault
    this.#fault = undefined
    if (fault === 'not-stored') throw new LogUnavailableError('planted: nothing was stored')
    const outcome = await this.#appendOrRepeat(stream, expected, events)
    if (fault === 'stored') throw new LogUnavailableError('planted: stored, the answer is lost')
    await this.#dawdle()
    return outcome
  }

  async #appendOrRepeat(stream: string, expected: StreamRevision, events: readonly NewEvent[]) {
    const outcome = this.#appendOnce(stream, expected, events)
    if (outcome.kind === 'conflict' || this.#random() > 0.3) return outcome
    await this.#dawdle()
    const again = this.#appendOnce(stream, expected, events)
    if (again.kind !== 'appended' || again.revision !== outcome.revision)
      throw new Error(`a repeat was not recognised, SEED=${this.seed}`)
    return again
  }

  #appendOnce(stream: string, expected: StreamRevision, events: readonly NewEvent[]): AppendOutcome {
    const recorded = this.#streams.get(stream) ?? []
    const actual = recorded.at(-1)?.revision ?? 'no-stream'
    const first = expected === 'no-stream' ? 0 : Number(expected) + 1
    if (actual !== expected) {
      const last = recorded[first + events.length - 1]
      const same = events.every((event, index) => recorded[first + index]?.id === event.id)
      if (!same || last === undefined) return { kind: 'conflict', actual }
      return { kind: 'appended', revision: last.revision, position: last.position }
    }
    for (const event of events) this.#store(stream, recorded, event)
    this.#streams.set(stream, recorded)
    this.#wake()
    const last = recorded.at(-1)
    if (last === undefined) throw new Error('an append stored nothing')
    return { kind: 'appended', revision: last.revision, position: last.position }
  }

  #store(stream: string, recorded: RecordedEvent[], event: NewEvent): void {
    const before = this.#events.at(-1)?.position.commit ?? START.commit
    const prepare = before + 1n + BigInt(Math.floor(this.#random() * 3))
    const position = { commit: prepare + BigInt(Math.floor(this.#random() * 2)), prepare }
    const copy = JSON.parse(JSON.stringify(event)) as NewEvent
    const stored = { ...copy, stream, revision: BigInt(recorded.length), position }
    recorded.push(stored)
    this.#events.push(stored)
  }

  #page(after: Position, batchSize = 1_000): RecordedEvent[] {
    this.#mustBeOpen()
    const from = this.#events.findIndex((event) => comparePositions(event.position, after) > 0)
    const size = this.#random() < 0.5 ? batchSize : 1 + Math.floor(this.#random() * batchSize)
    return from < 0 ? [] : this.#events.slice(from, from + size)
  }

  async #moreThan(position: Position, signal: AbortSignal): Promise<void> {
    const last = this.#events.at(-1)?.position ?? START
    if (signal.aborted || this.#closed || comparePositions(last, position) > 0) return
    await new Promise<void>((resolve) => {
      this.#sleepers.add(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #wake(): void {
    for (const wake of this.#sleepers) wake()
    this.#sleepers.clear()
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new LogUnavailableError('the log is closed')
  }

  async #dawdle(): Promise<void> {
    for (let turns = Math.floor(this.#random() * 3); turns > 0; turns -= 1) await nextTurn()
  }
}
