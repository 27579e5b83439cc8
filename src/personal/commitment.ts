import { hash, randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Opening, PersonFields, PersonRef } from './personal-store.ts'

/** The commitment to a person's fields: SHA-256 (hex) over RFC 8785 JSON of `{salt, fields}`. */
export function commitmentOf(salt: string, fields: PersonFields): string {
  const text = canonicalize({ salt, fields })
  if (text === undefined) throw new TypeError('a person has no canonical form')
  return hash('sha256', text, 'hex')
}

/** Whether an opening opens what an event names. */
export function opens(opening: Opening, ref: PersonRef): boolean {
  return opening.personId === ref.personId && commitmentOf(opening.salt, opening.fields) === ref.commitment
}

/** A fresh opening for a person's fields, under a new random salt of 32 bytes. */
export function newOpening(personId: string, fields: PersonFields): Opening {
  const salt = randomBytes(32).toString('base64url')
  return { personId, salt, fields, commitment: commitmentOf(salt, fields) }
}
