/**
 * How many may do the same at once, and how many more may wait for it: what strangers can ask for as often as they like
 * never takes more than so many threads.
 */
export class Places {
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(atOnce: number, mostWaiting: number) {
    this.#free = atOnce
    this.#mostWaiting = mostWaiting
  }

  /** What `work` resolves, once a place is free; `undefined` at once where too many wait. Rejects as `work` does. */
  async take<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#free > 0) this.#free -= 1
    else if (this.#waiting.length >= this.#mostWaiting) return undefined
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
