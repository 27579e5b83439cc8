import { type AwardEvent, evolveAward, initialAward, type IssuedAward } from '../domain/award.ts'
import type { CertificateId } from '../domain/certificate-id.ts'
import type { OrganizationState } from '../domain/organization.ts'
import type { PersonRef } from '../domain/person.ts'
import type { SessionState } from '../domain/session.ts'
import type { LocalizedText } from '../domain/text.ts'
import { validity } from '../domain/verdict.ts'
import { foldHistory } from '../projections/certificate.ts'
import { type HistoryEntry, readHistory } from '../projections/history.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { isErased, showPersons } from '../queries/persons.ts'
import type { Paper, PaperBasis, PaperPerson } from './paper.ts'

/** A certificate's version as it goes on paper. */
export type PaperFound = {
  readonly paper: Paper
  readonly revision: number
  /** Says which paper it is without saying a person's name: their commitments stand for them. */
  readonly identity: string
}

/**
 * What this node's read model has to put on a certificate's paper; `undefined` where it knows none. `base` is the
 * registry's public address. A person counts as erased from the erasure's event on, also while the copy of the name
 * is still being purged.
 */
export function paperOf(
  model: ReadModel,
  id: CertificateId,
  { base, ...options }: PaperOptions & Pick<Paper, 'credential' | 'language'>,
): PaperFound | undefined {
  model.snapshot()
  const history = historyOf(model, id)
  const award = foldHistory(history)
  if (award.status !== 'issued') return undefined
  const about = { id, url: `${base}/c/${id}`, ...options, history, award }
  return {
    paper: paperFrom(model, about, (ref) => shown(model, ref)),
    revision: history.at(-1)?.revision ?? 0,
    identity: JSON.stringify(paperFrom(model, about, (ref) => standIn(shown(model, ref), ref))),
  }
}

type PaperOptions = { readonly base: string }

/** The versions that are told apart, at most: the latest. */
const MOST_VERSIONS = 200

/**
 * The versions of a certificate that were ever recorded, the first first, with the names of persons, bodies and sessions
 * as they can be shown now.
 */
export function paperVersions(model: ReadModel, id: CertificateId, { base }: PaperOptions): readonly Paper[] {
  model.snapshot()
  const history = historyOf(model, id)
  let award = initialAward
  const states = history.map(({ type, data }) => (award = evolveAward(award, { type, data } as AwardEvent)))
  return states.flatMap((state, at) => {
    if (state.status !== 'issued' || at < states.length - MOST_VERSIONS) return []
    const about = { id, url: `${base}/c/${id}`, history: history.slice(0, at + 1), award: state }
    return [paperFrom(model, about, (ref) => shown(model, ref))]
  })
}

function historyOf(model: ReadModel, id: CertificateId): readonly HistoryEntry[] {
  const row = model.prepare('SELECT history FROM certificate WHERE id = ?').get(id)
  return row ? readHistory(String(row['history'])) : []
}

type About = Pick<Paper, 'id' | 'url' | 'credential' | 'language'> & {
  readonly history: readonly HistoryEntry[]
  readonly award: IssuedAward
}

function paperFrom(
  model: ReadModel,
  { history, award, ...about }: About,
  person: (ref: PersonRef) => PaperPerson,
): Paper {
  const { kind, title, citation, recipient, functions, issuedOn, serialNumber } = award.content
  const { acceptance } = award
  return {
    ...about,
    recordedAt: history.at(-1)?.recordedAt ?? '',
    kind,
    title,
    citation,
    recipient: recipient.type === 'person' ? { ...recipient, person: person(recipient.person) } : recipient,
    body: nameOf(model, award.content.awardingBody, issuedOn),
    basis: basisOf(model, award.content.basis),
    functions,
    issuedOn,
    validity: validity(award),
    serialNumber,
    acceptance: acceptance && { ...acceptance, person: person(acceptance.person) },
    correctedOn: history
      .filter(({ type }) => type === 'AwardCorrected')
      .map(({ recordedAt }) => recordedAt.slice(0, 10)),
  }
}

function shown(model: ReadModel, ref: PersonRef): PaperPerson {
  if (isErased(model, ref.personId)) return { state: 'erased' }
  const [person] = showPersons(model, [ref])
  return person ?? { state: 'unavailable' }
}

const standIn = (person: PaperPerson, { commitment }: PersonRef): PaperPerson =>
  person.state === 'shown' ? { state: 'shown', name: { commitment } } : { state: person.state }

/** An organization's name as it held it on a day, or its first where the day lies before all of them. */
function nameOf(model: ReadModel, id: string, day: string): LocalizedText {
  const organization = stateOf<OrganizationState>(model, 'organization', id)
  if (organization?.status !== 'registered') return { zxx: id }
  const { names } = organization
  const held = names.find(({ from, until }) => (from ?? '') <= day && day <= (until ?? '9999-12-31'))
  return (held ?? names[0])?.name ?? { zxx: id }
}

function basisOf(
  model: ReadModel,
  { sessionId, alongsideId, ...rest }: IssuedAward['content']['basis'],
): PaperBasis {
  const session = sessionId === undefined ? undefined : stateOf<SessionState>(model, 'session', sessionId)
  if (!session || session.status === 'unconvened') return rest
  const { number, startsOn, endsOn, place } = session.convocation
  return {
    session: { number, startsOn, endsOn, city: place.city },
    ...rest,
    alongside: session.alongside.find((one) => one.alongsideId === alongsideId)?.title,
  }
}

function stateOf<State>(model: ReadModel, kind: 'organization' | 'session', id: string): State | undefined {
  const row = model.prepare(`SELECT state FROM ${kind} WHERE id = ?`).get(id)
  return row && (JSON.parse(String(row['state'])) as State)
}
