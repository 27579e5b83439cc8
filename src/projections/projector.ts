import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog, RecordedEvent } from '../log/event-log.ts'
import { comparePositions, type Position, START } from '../log/position.ts'
import type { PersonalFollower } from './personal-follower.ts'
import type { ReadModel } from './read-model.ts'
import { readEvent, type RegistryEvent, UnreadableEventError } from './registry-event.ts'

/** How a projector is doing. `stopped` is final: an event it can't read; nothing behind it is shown. */
export type ProjectorHealth = {
  readonly status: 'catching-up' | 'live' | 'retrying' | 'stopped'
  readonly position: Position
  readonly fault?: string
  readonly attempt?: number
  /** For how long it can't be known whether the read model is up to date, in milliseconds; absent while it is. */
  readonly staleMs?: number
  /** False while the personal store did not answer: answers go out without personal fields. */
  readonly personal: boolean
}

export type ProjectorOptions = {
  readonly log: EventLog
  readonly readModel: ReadModel
  readonly personal: PersonalFollower
  /** Told each batch after it is committed. */
  readonly onEvents?: (events: readonly RegistryEvent[]) => void
  /** Told of each fault: a line for the operator's log, without personal data. */
  readonly onFault?: (fault: Error, final: boolean) => void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
/** Small enough that projecting a batch does not hold up requests for long. */
const BATCH = 200

/**
 * Follows the log into the read model. Starts again after a fault, with growing pauses, from the position that the
 * read model holds; stops for good on an event that it can't read, since skipping one could vouch for what it revokes.
 */
export class Projector {
  readonly #options: ProjectorOptions
  readonly #abort = new AbortController()
  readonly #running: Promise<void>
  /** Up to where answers are whole, persons included (as far as their store answers): the read model itself may be ahead. */
  #shown = START
  #waiters: { readonly position: Position; readonly done: (reached: boolean) => void }[] = []
  #state: Omit<ProjectorHealth, 'position' | 'personal' | 'staleMs'> = { status: 'catching-up' }
  /** When the read model was last known to hold everything; where it has not been yet, this node's start. */
  #liveAt = performance.now()

  constructor(options: ProjectorOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  health(): ProjectorHealth {
    const { readModel, personal } = this.#options
    return {
      ...this.#state,
      position: readModel.position,
      personal: personal.available,
      ...(this.staleMs !== undefined && { staleMs: this.staleMs }),
    }
  }

  /** As in `health`. */
  get staleMs(): number | undefined {
    return this.#state.status === 'live' ? undefined : Math.round(performance.now() - this.#liveAt)
  }

  /** Resolves true once the read model has reached a position, false when `timeoutMs` ran out or the projector stopped. */
  reached(position: Position, timeoutMs: number): Promise<boolean> {
    if (comparePositions(this.#shown, position) >= 0) return Promise.resolve(true)
    if (this.#state.status === 'stopped') return Promise.resolve(false)
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter)
        resolve(false)
      }, timeoutMs)
      const done = (reached: boolean) => {
        clearTimeout(timer)
        resolve(reached)
      }
      const waiter = { position, done }
      this.#waiters.push(waiter)
    })
  }

  /** Ends after the batch in hand. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    await this.#options.personal.stop()
    for (const { done } of this.#waiters.splice(0)) done(false)
  }

  async #run(): Promise<void> {
    for (let attempt = 1; !this.#abort.signal.aborted; attempt++) {
      try {
        await this.#follow(() => {
          attempt = 1
        })
      } catch (error) {
        const fault = error instanceof Error ? error : new Error(String(error))
        const final = fault instanceof UnreadableEventError
        if (this.#state.status === 'live') this.#liveAt = performance.now()
        this.#state = { status: final ? 'stopped' : 'retrying', fault: fault.message, attempt }
        this.#options.onFault?.(fault, final)
        if (final) for (const { done } of this.#waiters.splice(0)) done(false)
        if (final) return
        await this.#pause(attempt)
      }
    }
  }

  async #follow(onProgress: () => void): Promise<void> {
    const { log, readModel } = this.#options
    const { signal } = this.#abort
    await this.#show(readModel.position, [])
    for await (const batch of log.follow(readModel.position, { signal, batchSize: BATCH })) {
      if (readModel.reopenIfReplaced()) return
      if (batch.length > 0) await this.#project(batch)
      else this.#state = { status: 'live' }
      onProgress()
    }
  }

  /** What was readable before an unreadable event is projected; the event itself then stops the projector. */
  async #project(batch: readonly RecordedEvent[]): Promise<void> {
    const events: RegistryEvent[] = []
    let unreadable: Error | undefined
    for (const recorded of batch) {
      try {
        events.push(readEvent(recorded))
      } catch (error) {
        unreadable = error instanceof Error ? error : new Error(String(error))
        break
      }
    }
    const last = events.at(-1)
    if (last) await this.#commit(events, last.recorded.position)
    if (unreadable !== undefined) throw unreadable
  }

  async #commit(events: readonly RegistryEvent[], position: Position): Promise<void> {
    this.#options.readModel.apply(events, position)
    await this.#show(position, events)
  }

  /** Lets those go who wait for a position, once the persons in what is projected are known or their store is away. */
  async #show(position: Position, events: readonly RegistryEvent[]): Promise<void> {
    const { personal, onEvents } = this.#options
    await personal.opened()
    if (events.length > 0) onEvents?.(events)
    this.#shown = position
    const waiting = this.#waiters
    this.#waiters = []
    for (const waiter of waiting) {
      if (comparePositions(waiter.position, position) <= 0) waiter.done(true)
      else this.#waiters.push(waiter)
    }
  }

  async #pause(attempt: number): Promise<void> {
    const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10))
    await sleep(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined)
  }
}
