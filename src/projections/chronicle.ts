import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { EventLog, RecordedEvent } from '../log/event-log.ts'
import { formatPosition, type Position, START } from '../log/position.ts'
import type { ChronicleEntry, ChronicleQuestion, RegisterThen } from './chronicle-book.ts'
import type { ChronicleOrder, ChronicleReply } from './chronicle-worker.ts'

const BATCH = 200
/** Nobody has asked for so long: what was read is let go, and read again when somebody does. */
const IDLE_MS = 30 * 60_000

/** `reading`: how far the replay is, both as places in the log. */
export type ChronicleState =
  | { readonly status: 'ready' }
  | { readonly status: 'reading'; readonly done: number; readonly total: number }
  | { readonly status: 'failed'; readonly fault: string }

type Waiting = { readonly resolve: (answer?: RegisterThen) => void; readonly reject: (error: Error) => void }

/**
 * The register as it was at any moment, replayed from the log: not from the read model, which a fault may have spoilt.
 * Nothing happens until it is first asked; then the log is read once, batch by batch, and folded in a thread of its
 * own, and followed from there on. After a fault the next question begins anew.
 */
export class Chronicle {
  readonly #log: EventLog
  #reading: Reading | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(log: EventLog) {
    this.#log = log
  }

  /** How far the replay is; begins it where there is none. Waits at most `patienceMs` for it to be ready. */
  async state(patienceMs: number): Promise<ChronicleState> {
    if (this.#reading?.fault !== undefined) await this.#drop()
    const reading = (this.#reading ??= new Reading(this.#log))
    this.#used()
    const abort = new AbortController()
    const late = sleep(patienceMs, undefined, { signal: abort.signal }).catch(() => undefined)
    await Promise.race([reading.ready, late])
    abort.abort()
    return reading.state()
  }

  /** Answers once `state` has said `ready`. Throws where the replay has failed meanwhile. */
  async ask(question: ChronicleQuestion): Promise<RegisterThen> {
    const answer = await this.#reading?.ask(question)
    if (!answer) throw new Error('the chronicle was asked before it was ready')
    return answer
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    await this.#drop()
  }

  #used(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.#drop(), IDLE_MS).unref()
  }

  async #drop(): Promise<void> {
    const reading = this.#reading
    this.#reading = undefined
    await reading?.stop()
  }
}

/** One replay, from its beginning until it fails or is stopped. */
class Reading {
  /** Resolves when it has caught up or failed. */
  readonly ready: Promise<void>
  readonly #log: EventLog
  readonly #worker = new Worker(new URL('./chronicle-worker.ts', import.meta.url))
  readonly #abort = new AbortController()
  readonly #waiting = new Map<number, Waiting>()
  readonly #running: Promise<void>
  #number = 0
  #head = START
  #position = START
  #isReady = false
  fault: string | undefined

  constructor(log: EventLog) {
    this.#log = log
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ready = promise
    this.#worker.on('message', (reply: ChronicleReply) => this.#replied(reply))
    this.#worker.on('error', (error: unknown) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('the thread of the chronicle ended')))
    this.#worker.unref()
    this.#running = this.#run(resolve)
      .catch((error: unknown) => this.#fail(error))
      .finally(resolve)
  }

  state(): ChronicleState {
    if (this.fault !== undefined) return { status: 'failed', fault: this.fault }
    if (this.#isReady) return { status: 'ready' }
    return { status: 'reading', done: placeOf(this.#position), total: placeOf(this.#head) }
  }

  ask(question: ChronicleQuestion): Promise<RegisterThen | undefined> {
    return this.#order({ question })
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#worker.terminate()
    await this.#running
  }

  async #run(ready: () => void): Promise<void> {
    const { signal } = this.#abort
    this.#head = await this.#log.head()
    for await (const batch of this.#log.follow(START, { signal, batchSize: BATCH })) {
      const last = batch.at(-1)
      if (last) {
        await this.#order({ entries: batch.map(entryOf) })
        this.#position = last.position
        continue
      }
      this.#isReady = true
      ready()
    }
  }

  #order(what: { entries: readonly ChronicleEntry[] } | { question: ChronicleQuestion }) {
    const number = ++this.#number
    const { promise, resolve, reject } = Promise.withResolvers<RegisterThen | undefined>()
    this.#waiting.set(number, { resolve, reject })
    // Holds the process alive only while an answer is awaited.
    this.#worker.ref()
    if (this.fault === undefined) this.#worker.postMessage({ number, ...what } satisfies ChronicleOrder)
    else this.#fail(new Error(this.fault))
    return promise
  }

  #replied(reply: ChronicleReply): void {
    const waiting = this.#waiting.get(reply.number)
    this.#waiting.delete(reply.number)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('fault' in reply) waiting?.reject(new Error(reply.fault))
    else waiting?.resolve(reply.answer)
  }

  #fail(error: unknown): void {
    const fault = error instanceof Error ? error : new Error(String(error))
    this.fault ??= fault.message
    for (const { reject } of this.#waiting.values()) reject(fault)
    this.#waiting.clear()
  }
}

const entryOf = (event: RecordedEvent): ChronicleEntry => ({
  recordedAt: event.metadata.recordedAt,
  position: formatPosition(event.position),
  ...(event.stream.startsWith('award-') && { award: event }),
})

const placeOf = ({ commit }: Position): number => Math.max(0, Number(commit))
