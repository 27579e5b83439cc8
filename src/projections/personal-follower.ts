import { setTimeout as sleep } from 'node:timers/promises'
import type { PersonalIndex } from './personal-index.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000

/**
 * Keeps the copy of the openings behind the projector, and tries again by itself while the personal store is away, so
 * that persons are shown again without an event having to come. The projector waits for a store that answers, never
 * for one that did not the last time: certificates must not wait for names.
 */
export class PersonalFollower {
  readonly #index: PersonalIndex
  readonly #onFault: (fault: Error) => void
  readonly #abort = new AbortController()
  #last: Promise<void> = Promise.resolve()
  #retrying: Promise<void> | undefined

  /** `onFault` is told once when the store goes away: for the operator's log, without personal data. */
  constructor(index: PersonalIndex, onFault: (fault: Error) => void = () => {}) {
    this.#index = index
    this.#onFault = onFault
  }

  /** False while the personal store did not answer the last time. */
  get available(): boolean {
    return this.#index.available
  }

  /** Resolves once the openings of what is projected are here, or at once while the store is away. Never rejects. */
  async opened(): Promise<void> {
    const waits = this.#index.available
    this.#last = this.#index.catchUp().catch((error: unknown) => {
      if (waits) this.#onFault(error instanceof Error ? error : new Error(String(error)))
      this.#retrying ??= this.#retry()
    })
    if (waits) await this.#last
  }

  /** Ends after the call in hand. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#retrying
    await this.#last
  }

  async #retry(): Promise<void> {
    const { signal } = this.#abort
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      await sleep(pause, undefined, { signal }).catch(() => undefined)
      if (signal.aborted || (await this.#isBack())) break
    }
    this.#retrying = undefined
  }

  #isBack(): Promise<boolean> {
    return this.#index.catchUp().then(
      () => true,
      () => false,
    )
  }
}
