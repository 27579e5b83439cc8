import canonicalize from 'canonicalize'
import type { Opening, PersonFields, StoredOpening } from './personal-store.ts'

/** One opening as it is stored; strings only, since it may cross a thread. `fields` is canonical JSON. */
export type OpeningRow = readonly [
  commitment: string,
  personId: string,
  salt: string,
  fields: string,
  storedAt: string,
]

/** An opening as it is stored. Throws `TypeError` where a person has no canonical form. */
export function toRow({ commitment, personId, salt, fields }: Opening, storedAt: string): OpeningRow {
  const text = canonicalize(fields)
  if (text === undefined) throw new TypeError('a person has no canonical form')
  return [commitment, personId, salt, text, storedAt]
}

/** The opening that a row holds. */
export function fromRow([commitment, personId, salt, fields, storedAt]: OpeningRow): StoredOpening {
  return { commitment, personId, salt, fields: JSON.parse(fields) as PersonFields, storedAt }
}
