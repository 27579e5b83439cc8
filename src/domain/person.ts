import { z } from 'zod'
import { accepted, type Decision } from './decision.ts'
import { localizedName, type LocalizedText } from './text.ts'

/** A person is known to the log by a UUID alone. */
export type PersonId = string
export const personStream = (id: PersonId) => `person-${id}`

/** What a person's commitment hides: the name as it was written, in each script, and the position held then. */
export const personFields = z.strictObject({ name: localizedName, position: localizedName.optional() })
export type PersonFields = { readonly name: LocalizedText; readonly position?: LocalizedText | undefined }

/**
 * What stands in the log in place of a person: which person (UUID), and the SHA-256 (hex) over the canonical JSON of
 * `{salt, fields}`. Nothing of it can be read back without the opening, which lies in the personal store.
 */
export const personRef = z.strictObject({ personId: z.string(), commitment: z.string() })
export type PersonRef = z.infer<typeof personRef>

/** All references to persons in a state or in stored events, in order. */
export function refsIn(value: unknown): readonly PersonRef[] {
  if (typeof value !== 'object' || value === null) return []
  if ('commitment' in value && 'personId' in value) return [value as PersonRef]
  return Object.values(value).flatMap(refsIn)
}

/** Why a person's data are erased. A closed list, since a free text in the log could name the person again. */
export const erasureReason = z.enum([
  'asked-by-the-person',
  'legal-order',
  'retention-ended',
  'recorded-in-error',
])

const PersonErased = z.strictObject({
  type: z.literal('PersonErased'),
  data: z.strictObject({
    personId: z.string(),
    reason: erasureReason,
    /** A file number such as `2026/114`; never a name. */
    reference: z.string().optional(),
  }),
})
export const personEvent = z.discriminatedUnion('type', [PersonErased])
export type PersonEvent = z.infer<typeof personEvent>

export type PersonState = { readonly status: 'known' } | { readonly status: 'erased' }
export const initialPerson: PersonState = { status: 'known' }

/** Total: the one thing that can happen to a person is erasure. */
export function evolvePerson(_state: PersonState, event: PersonEvent): PersonState {
  switch (event.type) {
    case 'PersonErased':
      return { status: 'erased' }
  }
}

export type Erasure = z.infer<typeof PersonErased>['data']

/** Erases a person's data: the openings are forgotten everywhere, the commitments stay. Can't be undone. */
export const erasePerson =
  (intent: Erasure) =>
  (state: PersonState): Decision<PersonEvent, never> =>
    state.status === 'erased' ? accepted() : accepted({ type: 'PersonErased', data: intent })
