import { z } from 'zod'
import {
  addOrganizationAlias,
  correctOrganizationName,
  noteOrganizationSuccessor,
  type OrganizationEvent,
  type OrganizationRefusal,
  type OrganizationState,
  registerOrganization,
  renameOrganization,
  setOrganizationParent,
} from '../domain/organization.ts'
import { organizations } from './aggregates.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import type { Command, Reference } from './command.ts'
import { entryOf } from './define-entry.ts'
import { country, date, name, organizationId, ownId, reason } from './input-parts.ts'

/** Organisations are common ground: every issuer may register those that it awards. */
const command = <Input extends object>(
  definition: Omit<
    Command<Input, OrganizationState, OrganizationEvent, OrganizationRefusal>,
    'aggregate' | 'roles'
  >,
): Command<Input, OrganizationState, OrganizationEvent, OrganizationRefusal> => ({
  aggregate: organizations,
  roles: ['registrar', 'issuer'],
  ...definition,
})

const refersTo = (field: string, id: string | null | undefined): readonly Reference[] =>
  typeof id === 'string' ? [{ field, kind: 'organization', id }] : []

const register = command({
  name: 'organization.register',
  summary: 'Register an organization',
  input: z.strictObject({
    id: ownId('organization'),
    name: name('Its name in one or more languages, as it writes it.'),
    country: country.optional(),
    aliases: z.array(name('Another name that people use.')).max(50).optional(),
    parent: organizationId('The organization that it belongs to.').optional(),
  }),
  references: ({ parent }) => refersTo('/parent', parent),
  decide: ({ id, ...registration }) => registerOrganization(id, registration),
})

const rename = command({
  name: 'organization.rename',
  summary: 'Give an organization another name from a date on',
  input: z.strictObject({
    name: name('The new name.'),
    from: date('The first day of the new name.'),
    reason: reason.optional(),
  }),
  decide: (intent) => renameOrganization(intent),
})

const addAlias = command({
  name: 'organization.add-alias',
  summary: 'Add a name by which an organization is known too',
  input: z.strictObject({ alias: name('Another name that people use.') }),
  decide: ({ alias }) => addOrganizationAlias(alias),
})

const correctName = command({
  name: 'organization.correct-name',
  summary: "Correct the spelling of an organization's current name",
  input: z.strictObject({
    before: name('The name as it stands now, to be sure; may be left out.').optional(),
    after: name('The name as it is spelled rightly.'),
    reason,
  }),
  decide: (intent) => correctOrganizationName(intent),
})

const setParent = command({
  name: 'organization.set-parent',
  summary: 'Say to which organization it belongs (null: to none)',
  input: z.strictObject({
    parent: organizationId('The organization that it belongs to, or null.').nullable(),
    from: date('Since when.').optional(),
  }),
  references: ({ parent }) => refersTo('/parent', parent),
  decide: (intent, { id }) => setOrganizationParent(id, intent),
})

const noteSuccessor = command({
  name: 'organization.note-successor',
  summary: 'Note which organization followed it',
  input: z.strictObject({
    successor: organizationId('The organization that followed it.'),
    from: date('Since when.'),
    reason: reason.optional(),
  }),
  references: ({ successor }) => refersTo('/successor', successor),
  decide: (intent, { id }) => noteOrganizationSuccessor(id, intent),
})

const at = (path: string) => ({ tag: 'organizations', path }) as const

export const organizationEntries: readonly CatalogueEntry[] = [
  entryOf(register, { ...at('/organizations'), idOf: ({ id }) => id }),
  entryOf(rename, at('/organizations/:id/renamings')),
  entryOf(addAlias, at('/organizations/:id/aliases')),
  entryOf(correctName, at('/organizations/:id/name-corrections')),
  entryOf(setParent, at('/organizations/:id/parent')),
  entryOf(noteSuccessor, at('/organizations/:id/successor')),
]
