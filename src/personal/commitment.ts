import { randomBytes } from 'node:crypto'
import { commitmentOf } from '../domain/commitment.ts'
import type { Opening, PersonFields, PersonRef } from './personal-store.ts'

/** Whether an opening opens what an event names. */
export function opens(opening: Opening, ref: PersonRef): boolean {
  return opening.personId === ref.personId && commitmentOf(opening.salt, opening.fields) === ref.commitment
}

/** A fresh opening for a person's fields, under a new random salt of 32 bytes. */
export function newOpening(personId: string, fields: PersonFields): Opening {
  const salt = randomBytes(32).toString('base64url')
  return { personId, salt, fields, commitment: commitmentOf(salt, fields) }
}
