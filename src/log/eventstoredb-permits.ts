import { LogUnavailableError } from './event-log.ts'

/**
 * Hands out a set number of permits. A server keeps 100 HTTP/2 streams open on a connection and lets every further one
 * hang without an error, across all clients of a process; so nobody opens one without a permit.
 */
export class Permits {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  /** Resolves with how to give the permit back. Rejects with `LogUnavailableError` where none comes free in `waitMs`. */
  async take(waitMs: number): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1
    else await this.#wait(waitMs)
    let held = true
    return () => {
      if (!held) return
      held = false
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        reject(new LogUnavailableError('too many calls to the log are under way'))
      }, waitMs)
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#waiting.push(go)
    })
  }
}

/** Short calls and long-lived readings have permits of their own: slow readers never keep an append waiting. */
export type ServerPermits = { readonly calls: Permits; readonly readings: Permits }

const CALLS = 48
const READINGS = 32
const perServer = new Map<string, ServerPermits>()

/** The permits of a server, shared by every log of this process that talks to it. */
export function permitsOf(server: string): ServerPermits {
  let permits = perServer.get(server)
  if (permits === undefined) {
    permits = { calls: new Permits(CALLS), readings: new Permits(READINGS) }
    perServer.set(server, permits)
  }
  return permits
}
