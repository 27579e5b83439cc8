import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * The commitment to a person's fields: SHA-256 (hex) over RFC 8785 JSON of `{salt, fields}`. A format: whoever holds the
 * salt and the fields computes the same. Throws `TypeError` where they are not JSON.
 */
export function commitmentOf(salt: string, fields: object): string {
  const text = canonicalize({ salt, fields })
  if (text === undefined) throw new TypeError('a person has no canonical form')
  return hash('sha256', text, 'hex')
}
