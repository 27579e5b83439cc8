import {
  awardEvent,
  awardStream,
  evolveAward,
  initialAward,
  type AwardState,
  type IssuedAward,
} from '../domain/award.ts'
import { commitmentOf } from '../domain/commitment.ts'
import { readCertificateId } from '../domain/certificate-id.ts'
import { evolveIssuer, issuerEvent, issuerStream, type RegisteredIssuer } from '../domain/issuer.ts'
import { refsIn } from '../domain/person.ts'
import type { CredentialContent } from './credential.ts'
import type { Evidence, ProvenEvent } from './evidence.ts'

/** What is recorded of a certificate and of its issuer, wherever it was read: in the register or in an evidence file. */
export type Recorded = {
  readonly id: string
  readonly award: IssuedAward
  readonly issuer: Pick<RegisteredIssuer, 'accreditations' | 'signingKeys'>
  /** The instant up to which it is complete, as far as its source says. */
  readonly asOf: string
}

/** The part of a record that its credential says: what issues one and what checks one make it alike. */
export function contentOf({ id, award }: Pick<Recorded, 'id' | 'award'>): CredentialContent {
  const { content, acceptance, prolongations } = award
  return { ...content, id, ...(acceptance && { acceptance }), prolongations }
}

const ISSUER_TYPES = [
  'IssuerAccredited',
  'IssuerAccreditationWithdrawn',
  'IssuerSigningKeyAdded',
  'IssuerSigningKeyRetired',
  'IssuerSigningKeyCompromised',
]
/** Of an issuer's stream only these are shown: the others hold the seed of its IDs and its access keys. */
export const isPublicIssuerEvent = (type: string): boolean => ISSUER_TYPES.includes(type)

const NOBODY: RegisteredIssuer = { status: 'registered', name: {}, idSeed: '', accreditations: [], keys: [] }

/** What an evidence file's events add up to; a code that says what is wrong with them otherwise. */
export function recordedIn({ id, events, issuer, openings = [], madeAt }: Evidence): Recorded | string {
  const reading = readCertificateId(id)
  if (!reading.ok || reading.id !== id) return 'not-a-certificate-id'
  if (
    !events.every(({ stream, revision }, at) => stream === awardStream(reading.id) && revision === String(at))
  )
    return 'events-out-of-order'
  if (!isIssuersHistory(issuer.events, issuer.id)) return 'issuer-events-out-of-order'
  if ([...events, ...issuer.events].some(({ recordedAt }) => recordedAt > madeAt)) return 'events-from-later'
  let award: AwardState = initialAward
  for (const { type, data } of events) {
    const read = awardEvent.safeParse({ type, data })
    if (!read.success) return 'unknown-event'
    award = evolveAward(award, read.data)
  }
  let state: RegisteredIssuer = NOBODY
  for (const { type, data } of issuer.events) {
    const read = issuerEvent.safeParse({ type, data })
    if (!read.success) return 'unknown-event'
    const next = evolveIssuer(state, read.data)
    if (next.status === 'registered') state = next
  }
  if (award.status !== 'issued') return 'not-issued'
  if (award.content.issuerId !== issuer.id) return 'another-issuer'
  const refs = refsIn(events.map(({ data }) => data))
  for (const { personId, commitment, salt, fields } of openings) {
    const named = refs.some((ref) => ref.personId === personId && ref.commitment === commitment)
    if (!named || commitmentOf(salt, fields) !== commitment) return 'opening-does-not-open'
  }
  return { id, award, issuer: state, asOf: madeAt }
}

function isIssuersHistory(events: readonly ProvenEvent[], issuerId: string): boolean {
  const revisions = events.map(({ revision }) => Number(revision))
  return (
    events.every(({ stream, type }) => stream === issuerStream(issuerId) && isPublicIssuerEvent(type)) &&
    revisions.every((revision, at) => revision > (revisions[at - 1] ?? -1))
  )
}
