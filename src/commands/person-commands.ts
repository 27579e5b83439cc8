import { z } from 'zod'
import {
  type Erasure,
  erasePerson,
  erasureReason,
  type PersonEvent,
  type PersonState,
} from '../domain/person.ts'
import { persons } from './aggregates.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import type { Command } from './command.ts'
import { defineEntry, subjectOf } from './define-entry.ts'
import { execute } from './executor.ts'
import type { PersonRefusal } from './refusal.ts'

const eraseInput = z
  .strictObject({
    reason: erasureReason.describe('Why. A closed list, since a text could name the person again.'),
    reference: z
      .string()
      .max(40, 'is longer than 40 characters')
      .regex(
        /^(?=.*[0-9])[A-Z0-9][A-Z0-9./-]*$/,
        'is not a file number: capital letters, digits and . / - with at least one digit, as in 2026/114',
      )
      .meta({ description: 'A file number; never a name.', examples: ['2026/114'] })
      .optional(),
  })
  .meta({ description: 'Forgets what the registry knows of a person. It can’t be undone.' })
type EraseInput = z.infer<typeof eraseInput>

const erasing: Command<EraseInput, PersonState, PersonEvent, never> = {
  name: 'person.erase',
  summary: 'Erases a person’s data',
  aggregate: persons,
  roles: ['registrar'],
  input: eraseInput,
  decide:
    (intent, { id }) =>
    (state) =>
      erasePerson({ personId: id, ...intent } satisfies Erasure)(state),
}

/**
 * The event comes first, then the store forgets. A crash between them leaves openings of a person who counts as erased:
 * nothing shows them any more, and a repeat, or the registry's next start, forgets them. The other way round a
 * crash would leave a person forgotten without a trace of why. Throws where the store can't be reached; repeat it then.
 */
const erase = defineEntry<EraseInput>({
  name: erasing.name,
  summary: erasing.summary,
  tag: 'persons',
  path: '/persons/:id/erasure',
  roles: erasing.roles,
  input: eraseInput,
  run: async (deps, id, input, request) => {
    const personId = subjectOf(erasing.name, id)
    const isKnown = deps.lookup.personKnown(personId) || deps.lookup.personErased(personId)
    if (!isKnown && erasing.roles.includes(request.actor.role))
      return { ok: false, refusal: { kind: 'person-not-found' } satisfies PersonRefusal }
    const outcome = await execute(deps, erasing, personId, input, request)
    if (outcome.ok) await deps.personal.forgetPerson(personId)
    return outcome
  },
})

export const personEntries: readonly CatalogueEntry[] = [erase]
