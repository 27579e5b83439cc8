import type { Lookup } from '../commands/command.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { exists } from './documents.ts'
import { findKey } from './keys.ts'
import { isErased } from './persons.ts'

/** What decisions may ask of the rest of the registry, answered from this node's read model. */
export const lookupOver = (model: ReadModel): Lookup => ({
  organizationExists: (id) => exists(model, 'organization', id),
  sessionExists: (id) => exists(model, 'session', id),
  personErased: (personId) => isErased(model, personId),
  personKnown: (personId) =>
    model.prepare('SELECT 1 FROM commitment WHERE person_id = ? LIMIT 1').get(personId) !== undefined,
  keyIssuer: (keyId) => findKey(model, keyId)?.issuerId,
})
