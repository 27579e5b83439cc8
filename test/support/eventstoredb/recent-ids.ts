/** Where an event with some id was last written. */
export type WrittenAt = { readonly stream: string; readonly revision: number }

/** The server's own limit of its cache: 8 MiB, about 60,000 events. */
export const RECENT_BYTES = 8 * 1024 * 1024

const FIXED_BYTES = 16 + 4 + 8

/**
 * The leader's bounded memory of event ids: what makes an append with `any` repeatable, for a while. Keyed by id
 * alone and never moved: an id used in a second stream is not known there. The oldest go first; gone after a restart.
 */
export class RecentIds {
  readonly #limit: number
  readonly #byId = new Map<string, WrittenAt>()
  #bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Where this id was written, as far as it is remembered. */
  get(id: string): WrittenAt | undefined {
    return this.#byId.get(id)
  }

  /** Remembers where an event was first written, and forgets the oldest ones beyond the limit. */
  put(id: string, at: WrittenAt): void {
    if (this.#byId.has(id)) return
    this.#byId.set(id, at)
    this.#bytes += sizeOf(at)
    for (const oldest of this.#byId.keys()) {
      if (this.#bytes <= this.#limit) break
      this.#forget(oldest)
    }
  }

  /** As after a restart. */
  clear(): void {
    this.#byId.clear()
    this.#bytes = 0
  }

  #forget(id: string): void {
    const at = this.#byId.get(id)
    if (at === undefined) return
    this.#byId.delete(id)
    this.#bytes -= sizeOf(at)
  }
}

function sizeOf({ stream }: WrittenAt): number {
  return FIXED_BYTES + 2 * stream.length
}
