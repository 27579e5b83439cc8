/**
 * The registry's clock: the system's, but never back. Where the system's clock is stepped back, it stands still at the
 * latest instant seen until the system's has caught up, so that what is recorded later never looks earlier.
 */
export class Clock {
  readonly #system: () => number
  #latest = ''
  #read = Number.NaN

  /** `system` answers milliseconds since 1970, as `Date.now` does. */
  constructor(system: () => number) {
    this.#system = system
  }

  /** RFC 3339, UTC, milliseconds. */
  readonly now = (): string => {
    const read = this.#system()
    if (read === this.#read) return this.#latest
    this.#read = read
    const text = new Date(read).toISOString()
    if (text > this.#latest) this.#latest = text
    return this.#latest
  }

  /** Takes note of an instant that stands in the log, whoever wrote it. */
  readonly observe = (recordedAt: string): void => {
    if (recordedAt > this.#latest) this.#latest = recordedAt
  }

  /** How far the system's clock lies behind what has been recorded, in milliseconds; 0 where it is right. */
  readonly behind = (): number =>
    Math.max(0, (this.#latest === '' ? 0 : Date.parse(this.#latest)) - this.#system())
}
