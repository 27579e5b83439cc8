import type { Squashed } from './squash.ts'

/** Where a text was found: from its first letter to behind its last. */
export type Occurrence = { readonly from: number; readonly to: number }
type Candidate = Occurrence & { readonly index: number }
type Chained = Candidate & { readonly weight: number; readonly before: Chained | undefined }

/** Places of one text that are weighed; a word that stands everywhere says little. */
const MOST_PLACES = 6
/** Bounds the work: it grows with the square of this. */
const MOST_CANDIDATES = 800

/**
 * Finds texts in a longer one, in their order, so that as many letters as can be are found. `undefined` for a text that
 * lacks, or has no place in the order.
 */
export function alignedIn(text: Squashed, sought: readonly string[]): readonly (Occurrence | undefined)[] {
  const candidates = sought
    .flatMap((letters, index) => placesOf(text, letters).map((place) => ({ ...place, index })))
    .slice(0, MOST_CANDIDATES)
  let best: Chained | undefined
  const chained: Chained[] = []
  for (const candidate of candidates) {
    const before = heaviest(chained, candidate)
    const one = { ...candidate, before, weight: (before?.weight ?? 0) + candidate.to - candidate.from }
    chained.push(one)
    if (!best || one.weight > best.weight) best = one
  }
  const found = new Map<number, Occurrence>()
  for (let one = best; one; one = one.before) found.set(one.index, one)
  return sought.map((_, index) => found.get(index))
}

function heaviest(chained: readonly Chained[], { index, from }: Candidate): Chained | undefined {
  let best: Chained | undefined
  for (const one of chained)
    if (one.index < index && one.to <= from && (!best || one.weight > best.weight)) best = one
  return best
}

function placesOf({ letters }: Squashed, sought: string): readonly Occurrence[] {
  const places: Occurrence[] = []
  if (sought === '') return places
  for (let at = letters.indexOf(sought); at !== -1; at = letters.indexOf(sought, at + 1)) {
    places.push({ from: at, to: at + sought.length })
    if (places.length === MOST_PLACES) break
  }
  return places
}
