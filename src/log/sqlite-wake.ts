/** How often another process's writes are looked for: well within the 100 ms that followers are promised. */
const POLL_MS = 40

/**
 * Wakes those who follow the log: at once when this process committed, and by looking at the file's version when
 * another did. One timer for all of them, which runs only while somebody follows and keeps no process alive.
 */
export class SqliteWake {
  readonly #readVersion: () => number
  #version = 0
  #changes = 0
  #followers = 0
  #timer: NodeJS.Timeout | undefined
  readonly #sleepers = new Set<() => void>()

  constructor(readVersion: () => number) {
    this.#readVersion = readVersion
  }

  /** How many changes were noticed so far. Take it before reading, so that no change slips in between. */
  get changes(): number {
    return this.#changes
  }

  /** Something was committed, or the log was closed. */
  wake(): void {
    this.#changes += 1
    const sleepers = [...this.#sleepers]
    this.#sleepers.clear()
    for (const sleeper of sleepers) sleeper()
  }

  /** Follows from here on; the answer ends it. */
  join(): () => void {
    if (this.#followers === 0) this.#startPolling()
    this.#followers += 1
    return () => {
      this.#followers -= 1
      if (this.#followers === 0) clearInterval(this.#timer)
    }
  }

  /** Resolves when there were changes beyond `seen`, or when the signal is aborted. */
  changedSince(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#changes !== seen || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        this.#sleepers.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#sleepers.add(done)
      signal.addEventListener('abort', done)
    })
  }

  #startPolling(): void {
    this.#version = this.#readVersion()
    this.#timer = setInterval(() => this.#poll(), POLL_MS)
    this.#timer.unref()
  }

  /** A version that can't be read wakes too: the followers meet the fault when they read. */
  #poll(): void {
    const version = this.#versionOrFault()
    if (version === this.#version) return
    this.#version = version
    this.wake()
  }

  #versionOrFault(): number {
    try {
      return this.#readVersion()
    } catch {
      return Number.NaN
    }
  }
}
