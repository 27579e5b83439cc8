import { isDeepStrictEqual } from 'node:util'
import { certificateCredential, type StatusEntry } from './credential.ts'
import type { JsonDocument } from './cryptosuites.ts'
import { readCredential } from './presented.ts'
import { contentOf, type Recorded } from './record.ts'

/** A fact that a credential states otherwise than the register; absent on the side that does not state it. */
export type CredentialDifference = {
  /** The member of `certificate` (terms.ts); `other` for anything outside of it. */
  readonly field: string
  readonly says?: string
  readonly recorded?: string
}

const LONGEST = 2_000

/** What a credential says otherwise than what is recorded, fact by fact; empty where they agree, or where it is no credential. */
export function credentialDifferences(
  document: JsonDocument,
  recorded: Recorded,
): readonly CredentialDifference[] {
  const credential = readCredential(document)
  if (!credential) return []
  const { base, issuer, status } = credential
  const anew = certificateCredential(contentOf(recorded), {
    base,
    issuer: { did: issuer.id, name: { en: issuer.name } },
    status: status as readonly StatusEntry[],
  })
  const [said, is] = [document['certificate'] as JsonDocument, anew.certificate as JsonDocument]
  const facts = namesIn(said, is)
    .filter((name) => name !== 'id' && !isDeepStrictEqual(said[name], is[name]))
    .map((field) => ({ field, ...shown('says', said[field]), ...shown('recorded', is[field]) }))
  const whole = anew as unknown as JsonDocument
  const besides = namesIn(document, whole).filter(
    (name) => name !== 'proof' && name !== 'certificate' && !isDeepStrictEqual(document[name], whole[name]),
  )
  // A fact stands in several places of a credential: the others are named only where the fact itself agrees.
  return facts.length > 0 || besides.length === 0
    ? facts
    : [{ field: 'other', says: besides.join(', ').slice(0, LONGEST) }]
}

const namesIn = (a: JsonDocument, b: JsonDocument) => [...new Set([...Object.keys(a), ...Object.keys(b)])]

const shown = <Name extends string>(name: Name, value: unknown) =>
  value === undefined ? {} : ({ [name]: textOf(value).slice(0, LONGEST) } as Record<Name, string>)

/** A member of ours is no deeper; what a stranger nests is deeper than any stack. */
const DEEPEST = 8

function textOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null) {
    if (depth === DEEPEST) return '…'
    const texts = Object.values(value).map((one: unknown) => textOf(one, depth + 1))
    return texts.join(Array.isArray(value) ? '; ' : ' / ')
  }
  return String(value)
}
