import { randomUUID } from 'node:crypto'
import { type PersonRef, refsIn } from '../domain/person.ts'
import { newOpening } from '../personal/commitment.ts'
import type { Opening, PersonalStore, StoredOpening } from '../personal/personal-store.ts'
import { type PersonInput, personsIn, type Sealed, sameFields, sealed } from './person-input.ts'

/**
 * Seals a command's persons: puts their openings into the personal store, hands the log references only. One a
 * command; its references stay the same when the command decides again after a lost race.
 */
export class Sealer {
  readonly #store: PersonalStore
  readonly #now: () => string
  readonly #refs = new Map<PersonInput, PersonRef>()
  readonly #written: Opening[] = []

  constructor(store: PersonalStore, now: () => string) {
    this.#store = store
    this.#now = now
  }

  /**
   * A person who stands in `state` with the same fields keeps the reference from there, so that the same intent stays
   * the same. Openings are durable when this resolves: a crash behind it leaves an opening that no event names, which
   * the sweeper removes a day later. Throws `PersonalStoreUnavailableError`.
   */
  async seal<Input>(input: Input, state: unknown): Promise<Sealed<Input>> {
    const missing = personsIn(input).filter((person) => !this.#refs.has(person))
    if (missing.length > 0) {
      const known = await openingsOf(this.#store, refsIn(state))
      const fresh = missing
        .map((person) => this.#refer(person, known))
        .filter((opening) => opening !== undefined)
      if (fresh.length > 0) await this.#store.put(fresh, this.#now())
      this.#written.push(...fresh)
    }
    return sealed(input, this.#refs)
  }

  /** Takes back the openings of a command that recorded nothing. */
  async discard(): Promise<void> {
    if (this.#written.length > 0) await this.#store.remove(this.#written.map(({ commitment }) => commitment))
  }

  #refer(person: PersonInput, known: readonly StoredOpening[]): Opening | undefined {
    const same = known.find(
      (opening) =>
        (person.personId ?? opening.personId) === opening.personId &&
        sameFields(opening.fields, person.fields),
    )
    const opening = same ?? newOpening(person.personId ?? randomUUID(), person.fields)
    this.#refs.set(person, { personId: opening.personId, commitment: opening.commitment })
    return same ? undefined : opening
  }
}

/**
 * Whether a repeated request names the persons that were recorded the first time. What can't be opened any more (the
 * person was erased) can't speak against it.
 */
export async function samePersons(store: PersonalStore, input: unknown, recorded: unknown): Promise<boolean> {
  const persons = personsIn(input)
  if (persons.length === 0) return true
  const refs = refsIn(withoutFormer(recorded))
  const openings = await openingsOf(store, refs)
  if (openings.length < new Set(refs.map(({ commitment }) => commitment)).size) return true
  return persons.every((person) => openings.some((opening) => sameFields(opening.fields, person.fields)))
}

/** Without what a correction says was there before: a request never names that. */
function withoutFormer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFormer)
  if (typeof value !== 'object' || value === null || 'commitment' in value) return value
  const kept = Object.entries(value).filter(([key]) => key !== 'before')
  return kept.map(([, item]) => withoutFormer(item))
}

async function openingsOf(
  store: PersonalStore,
  refs: readonly PersonRef[],
): Promise<readonly StoredOpening[]> {
  const commitments = [...new Set(refs.map(({ commitment }) => commitment))]
  const found: StoredOpening[] = []
  for (let start = 0; start < commitments.length; start += 1_000)
    found.push(...(await store.get(commitments.slice(start, start + 1_000))))
  return found
}
