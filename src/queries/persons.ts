import type { PersonFields, PersonRef } from '../domain/person.ts'
import { openingOf } from '../projections/personal-index.ts'
import type { ReadModel } from '../projections/read-model.ts'

/**
 * A person as an answer shows one. `unavailable`: the personal store has not answered yet; `erased`: the person's data
 * were erased, the commitment stays.
 */
export type ShownPerson = PersonRef &
  (
    | ({ readonly state: 'shown' } & PersonFields)
    | { readonly state: 'erased' }
    | { readonly state: 'unavailable' }
  )

/** What this node can show of references, in their order. */
export function showPersons(model: ReadModel, refs: readonly PersonRef[]): readonly ShownPerson[] {
  return refs.map(({ personId, commitment }) => {
    const opening = openingOf(model, commitment)
    if (opening) return { personId, commitment, state: 'shown', ...opening.fields }
    return { personId, commitment, state: isErased(model, personId) ? 'erased' : 'unavailable' }
  })
}

/** Whether a person’s data have been erased, as far as this node has read. */
export function isErased(model: ReadModel, personId: string): boolean {
  return model.prepare('SELECT 1 FROM erased_person WHERE person_id = ?').get(personId) !== undefined
}

/** Whether a person's data have not been erased and some event names the person. */
export function isKnownPerson(model: ReadModel, personId: string): boolean {
  return model.prepare('SELECT 1 FROM commitment WHERE person_id = ? LIMIT 1').get(personId) !== undefined
}
