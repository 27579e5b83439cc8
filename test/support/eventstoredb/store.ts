import { setImmediate as turn } from 'node:timers/promises'
import { systemEvent } from './stored-event.ts'
import type { AppendResult, ProposedEvent, StoredEvent } from './stored-event.ts'
import { decide } from './rules.ts'
import type { Expected, StreamFacts } from './rules.ts'
import { RECENT_BYTES, RecentIds } from './recent-ids.ts'

export type StoreOptions = {
  /** How long a written event waits for its commit: until then nobody reads it and a repeat of it gets no answer. */
  readonly commitDelayMs?: number
  readonly recentBytes?: number
}

type Stream = {
  readonly events: StoredEvent[]
  visible: number
  from: number
  softDeleted: boolean
  tombstoned: boolean
}

/** The log begins with a record that is no event. */
const FIRST_POSITION = 158
const RECORD_BYTES = 73
const SOFT_DELETED = '{"$tb":9223372036854775807}'

/**
 * What the double keeps, in memory: one log in total order, streams over it, and the rules of an append. It outlives
 * the server in front of it, so that a restart finds everything. Written and committed are two moments, as on a real
 * node: events become visible in the order of the log, never one before its predecessor.
 */
export class Store {
  readonly #commitDelayMs: number
  readonly #recent: RecentIds
  readonly #log: StoredEvent[] = []
  readonly #streams = new Map<string, Stream>()
  readonly #listeners = new Set<() => void>()
  readonly #waiting: { readonly upTo: number; readonly resolve: () => void }[] = []
  #lastTurn: Promise<void> = Promise.resolve()
  #visible = 0
  #end = FIRST_POSITION

  constructor({ commitDelayMs = 0, recentBytes = RECENT_BYTES }: StoreOptions = {}) {
    this.#commitDelayMs = commitDelayMs
    this.#recent = new RecentIds(recentBytes)
  }

  /** All committed events, system events too, in the order of the log. */
  get log(): readonly StoredEvent[] {
    return this.#log
  }

  /** How many events of the log are committed: readers see the log up to here. */
  get visible(): number {
    return this.#visible
  }

  /** Decides and writes. Resolves once the events are committed; a refusal resolves at once. */
  async append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Promise<AppendResult> {
    await this.#turn()
    const facts = this.#factsOf(stream)
    const verdict = decide(
      facts,
      expected,
      events.map(({ id }) => id),
      this.#recent,
    )
    switch (verdict.kind) {
      case 'write':
        return await this.#write(stream, events)
      case 'repeat':
        return { kind: 'appended', revision: verdict.last, position: this.#positionOf(stream, verdict.last) }
      case 'conflict':
        return { kind: 'conflict', actual: facts.lastRevision }
      default:
        return verdict
    }
  }

  /** Hides the events of a stream; it may be appended to again and numbers go on. */
  async softDelete(stream: string, expected: Expected): Promise<AppendResult> {
    const refused = this.#refuseDeletion(stream, expected)
    if (refused !== undefined) return refused
    const written = this.#write(`$$${stream}`, [systemEvent('$metadata', SOFT_DELETED)])
    this.#stream(stream).softDeleted = true
    return await written
  }

  /** Closes a stream for ever. */
  async tombstone(stream: string, expected: Expected): Promise<AppendResult> {
    const refused = this.#refuseDeletion(stream, expected)
    if (refused !== undefined) return refused
    const written = this.#write(stream, [systemEvent('$streamDeleted', '')])
    this.#stream(stream).tombstoned = true
    return await written
  }

  /** The committed events that a reader of a stream sees; `missing` where it never was or is soft-deleted. */
  read(stream: string): readonly StoredEvent[] | 'missing' | 'deleted' {
    const found = this.#streams.get(stream)
    if (found === undefined || found.visible === 0) return 'missing'
    if (found.tombstoned) return 'deleted'
    if (found.softDeleted || found.from >= found.visible) return 'missing'
    return found.events.slice(found.from, found.visible)
  }

  /** Index in the log of the first event at or behind a position. */
  indexAt(position: bigint): number {
    let low = 0
    let high = this.#visible
    while (low < high) {
      const middle = (low + high) >>> 1
      if (BigInt(this.#log[middle]?.position ?? 0) < position) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Calls back after each commit, until the given function is called. */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What a restart of the server costs: the memory of recent ids. What is written is then committed. */
  restart(): void {
    this.#recent.clear()
    this.#commit(this.#log.length)
  }

  /** The writer is one thread: an append waits for the one before it, and the commit of a write comes a turn later. */
  async #turn(): Promise<void> {
    const previous = this.#lastTurn
    this.#lastTurn = previous.then(async () => await turn())
    await previous
  }

  async #write(stream: string, events: readonly ProposedEvent[]): Promise<AppendResult> {
    const target = this.#stream(stream)
    const revived = target.softDeleted
    if (revived) {
      target.softDeleted = false
      target.from = target.events.length
    }
    for (const event of events) this.#writeOne(stream, target, event)
    const last = target.events.at(-1)
    const position = events.length === 0 || last === undefined ? this.#end : last.position
    if (revived)
      this.#writeOne(
        `$$${stream}`,
        this.#stream(`$$${stream}`),
        systemEvent('$metadata', `{"$tb":${target.from}}`),
      )
    await this.#committed(this.#log.length)
    return { kind: 'appended', revision: last?.revision ?? 0, position }
  }

  #writeOne(stream: string, target: Stream, event: ProposedEvent): void {
    const revision = target.events.length
    const size = RECORD_BYTES + stream.length + event.type.length + event.data.length + event.metadata.length
    const position = this.#end
    this.#end += size
    const stored = { ...event, stream, revision, position, end: this.#end, created: Date.now() }
    target.events.push(stored)
    this.#log.push(stored)
    this.#recent.put(event.id, { stream, revision })
  }

  async #committed(upTo: number): Promise<void> {
    const waiting = new Promise<void>((resolve) => this.#waiting.push({ upTo, resolve }))
    const commit = () => this.#commit(upTo)
    if (this.#commitDelayMs > 0) setTimeout(commit, this.#commitDelayMs)
    else setImmediate(commit)
    await waiting
  }

  #commit(upTo: number): void {
    for (; this.#visible < upTo; this.#visible += 1) {
      const event = this.#log[this.#visible]
      if (event !== undefined) this.#stream(event.stream).visible = event.revision + 1
    }
    while (this.#waiting[0] !== undefined && this.#waiting[0].upTo <= this.#visible)
      this.#waiting.shift()?.resolve()
    for (const listener of this.#listeners) listener()
  }

  #stream(name: string): Stream {
    const found = this.#streams.get(name)
    if (found !== undefined) return found
    const created = { events: [], visible: 0, from: 0, softDeleted: false, tombstoned: false }
    this.#streams.set(name, created)
    return created
  }

  #factsOf(stream: string): StreamFacts {
    const found = this.#streams.get(stream)
    return {
      stream,
      lastRevision: (found?.events.length ?? 0) - 1,
      visibleRevision: (found?.visible ?? 0) - 1,
      tombstoned: found?.tombstoned ?? false,
      softDeleted: found?.softDeleted ?? false,
      hasMetadata: this.#streams.has(`$$${stream}`),
      idAt: (revision) => (revision < (found?.visible ?? 0) ? found?.events[revision]?.id : undefined),
    }
  }

  #positionOf(stream: string, revision: number): number {
    return this.#streams.get(stream)?.events[revision]?.position ?? 0
  }

  #refuseDeletion(stream: string, expected: Expected): AppendResult | undefined {
    const { lastRevision, tombstoned } = this.#factsOf(stream)
    if (tombstoned) return { kind: 'deleted' }
    const wanted = expected === 'no-stream' ? -1 : expected
    return typeof wanted === 'number' && wanted !== lastRevision
      ? { kind: 'conflict', actual: lastRevision }
      : undefined
  }
}
