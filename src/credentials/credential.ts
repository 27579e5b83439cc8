import type { Acceptance, AwardContent, Basis, ConferredFunction } from '../domain/award-content.ts'
import type { LocalizedText } from '../domain/text.ts'
import { CREDENTIALS_V2, OPEN_BADGES_V3 } from './contexts.ts'
import { REGISTRY_TERMS } from './terms.ts'

/** The part of a certificate document that its credential says. What changes its worth alone stands in the status lists. */
export type CredentialContent = AwardContent & {
  readonly id: string
  readonly acceptance?: Acceptance
  readonly prolongations: readonly { readonly until: string }[]
}

/** An entry of Bitstring Status List 1.0, section 2.1. */
export type StatusEntry = {
  readonly id: string
  readonly type: 'BitstringStatusListEntry'
  readonly statusPurpose: 'revocation' | 'suspension'
  readonly statusListIndex: string
  readonly statusListCredential: string
}
export type CredentialSetting = {
  /** The registry's public address, without a slash at its end. */
  readonly base: string
  readonly issuer: { readonly did: string; readonly name: LocalizedText }
  readonly status: readonly StatusEntry[]
}
export type Credential = ReturnType<typeof certificateCredential>

/**
 * A certificate as a W3C Verifiable Credential (Data Model 2.0) that is also an Open Badges 3.0 AchievementCredential.
 * Open Badges wants one plain string for a name, so that stands there in one language; every language stands in
 * `certificate`, as language maps. A person is named by the commitment alone. Pure: the same certificate gives the same
 * credential, key by key.
 */
export function certificateCredential(
  content: CredentialContent,
  { base, issuer, status }: CredentialSetting,
) {
  const url = `${base}/api/v1/certificates/${content.id}`
  const name = oneOf(content.title)
  const end = lastDay(content)
  return {
    '@context': [CREDENTIALS_V2, OPEN_BADGES_V3, REGISTRY_TERMS],
    id: `${url}/credential`,
    type: ['VerifiableCredential', 'AchievementCredential', 'OpenBadgeCredential'],
    name,
    ...(content.citation && { description: oneOf(content.citation) }),
    issuer: { id: issuer.did, type: ['Profile'], name: oneOf(issuer.name) },
    validFrom: `${firstDay(content)}T00:00:00Z`,
    ...(end !== undefined && { validUntil: `${end}T23:59:59Z` }),
    awardedDate: `${content.issuedOn}T00:00:00Z`,
    credentialSubject: {
      ...subject(content, base),
      type: ['AchievementSubject'],
      achievement: {
        id: `${url}#achievement`,
        type: ['Achievement'],
        achievementType: `ext:${content.kind}`,
        name,
        description: oneOf(content.citation ?? content.title),
        criteria: { narrative: oneOf(content.citation ?? content.title) },
      },
    },
    certificate: whatItSays(content, url),
    credentialStatus: status,
  }
}

/** An organisation is identified by its address here and by name; a person by the salted hash of the person's data. */
function subject({ recipient }: CredentialContent, base: string) {
  const identity = (identityType: string, identityHash: string, hashed: boolean) => ({
    identifier: [{ type: 'IdentityObject', hashed, identityHash, identityType }],
  })
  if (recipient.type === 'person')
    return identity('ext:registry-commitment', `sha256$${recipient.person.commitment}`, true)
  const { organizationId, nameAsWritten } = recipient
  return {
    id: `${base}/api/v1/organizations/${organizationId}`,
    ...identity('name', oneOf(nameAsWritten), false),
  }
}

/** Everything on the paper, in every language (terms.ts). Absent fields stay absent. */
function whatItSays(content: CredentialContent, url: string) {
  const { id, recipient, basis, acceptance, functions } = content
  return {
    id: url,
    certificateId: id,
    kind: content.kind,
    awardingBody: content.awardingBody,
    title: mapOf(content.title),
    ...(content.citation && { citation: mapOf(content.citation) }),
    ...(recipient.type === 'organization' && { recipientName: mapOf(recipient.nameAsWritten) }),
    ...(recipient.type === 'person' && { recipientCommitment: recipient.person.commitment }),
    issuedOn: content.issuedOn,
    ...(content.validFrom !== undefined && { countsFrom: content.validFrom }),
    ...(content.validUntil !== undefined && { countsUntil: content.validUntil }),
    ...(content.serialNumber !== undefined && { serialNumber: content.serialNumber }),
    ...(functions.length > 0 && { functions: functions.map(functionOf) }),
    ...basisOf(basis),
    ...(acceptance && { acceptance: acceptanceOf(acceptance) }),
  }
}

const functionOf = ({ name, from, until }: ConferredFunction) => ({
  title: mapOf(name),
  ...(from !== undefined && { countsFrom: from }),
  ...(until !== undefined && { countsUntil: until }),
})

const acceptanceOf = ({ person, acceptedOn, place }: Acceptance) => ({
  acceptedByCommitment: person.commitment,
  acceptedOn,
  ...(place && { place: mapOf(place) }),
})

function basisOf({ agendaItem, ...texts }: Basis) {
  const given = Object.entries(texts).filter(([, value]) => value !== undefined)
  if (agendaItem !== undefined) given.push(['agendaItem', String(agendaItem)])
  return given.length === 0 ? {} : { basis: Object.fromEntries(given) as Record<string, string> }
}

/** Language tags in lower case: RDF may fold them, and a signature must not depend on whether it does. */
const mapOf = (text: LocalizedText): LocalizedText =>
  Object.fromEntries(Object.entries(text).map(([tag, said]) => [tag.toLowerCase(), said]))

/** The text for whoever takes one language alone: English where there is it, else the first written. */
const oneOf = (text: LocalizedText): string => text['en'] ?? Object.values(text)[0] ?? ''

const firstDay = ({ validFrom, issuedOn }: CredentialContent) =>
  validFrom !== undefined && validFrom > issuedOn ? validFrom : issuedOn

function lastDay({ validUntil, prolongations }: CredentialContent): string | undefined {
  return validUntil && prolongations.reduce((last, { until }) => (until > last ? until : last), validUntil)
}
