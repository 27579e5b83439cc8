import type { PersonalStore } from './personal-store.ts'

const PAGE = 500
const DAY_MS = 24 * 60 * 60 * 1_000

export type SweepOptions = {
  /** The registry's clock, RFC 3339. */
  readonly now: string
  /** How old an opening must be before it is asked about, default 24 hours: its event may still be on the way. */
  readonly olderThanMs?: number
  /** Which of these commitments an event names. It must know every event that was appended by `now`. */
  readonly isNamed: (commitments: readonly string[]) => Promise<ReadonlySet<string>>
}

/**
 * Removes the openings that no event names (a command that stored them and then lost its race, or crashed). Answers
 * how many. Goes through the whole store in pages and removes at the end of the walk, in one step, since each removal
 * writes the store anew. Safe to run twice and beside writers; an error of `isNamed` removes nothing.
 */
export async function sweepOpenings(store: PersonalStore, options: SweepOptions): Promise<number> {
  const { now, olderThanMs = DAY_MS, isNamed } = options
  const storedBefore = Temporal.Instant.from(now).subtract({ milliseconds: olderThanMs }).toString()
  const unnamed: string[] = []
  let afterCommitment = ''
  while (true) {
    const page = await store.list({ storedBefore, afterCommitment, limit: PAGE })
    const commitments = page.map(({ commitment }) => commitment)
    const last = commitments.at(-1)
    if (last === undefined) break
    const named = await isNamed(commitments)
    unnamed.push(...commitments.filter((commitment) => !named.has(commitment)))
    afterCommitment = last
  }
  return unnamed.length === 0 ? 0 : await store.remove(unnamed)
}
