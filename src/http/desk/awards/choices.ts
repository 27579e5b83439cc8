import type { RegisteredOrganization } from '../../../domain/organization.ts'
import type { ConvenedSession } from '../../../domain/session.ts'
import type { LocalizedText } from '../../../domain/text.ts'
import type { ReadModel } from '../../../projections/read-model.ts'
import { searchRegistry } from '../../../projections/search-query.ts'
import { currentIssuer } from '../../../queries/accreditation.ts'
import { documentState, exists, listDocuments } from '../../../queries/documents.ts'
import type { Speech } from '../../pages/speech.ts'

const MOST = 100

/** What a field of the desk's forms finds while somebody types. */
export type Findable = 'organization' | 'session'

export type Choice = readonly (readonly [value: string, label: string])[]

/** What the form of an award offers. */
export type Choices = {
  /** The kinds that the issuer was accredited for. */
  readonly kinds: Choice
  readonly organizations: Choice
  readonly sessions: Choice
  /** What the session is called that was chosen. */
  readonly chosen?: string | undefined
  /** What the chosen session has on its agenda, with the decision on each item. */
  readonly agenda: Choice
  /** The events held alongside it. */
  readonly alongside: Choice
}

/** What the form of an award offers; the agenda is that of the session chosen. */
export function choicesOf(
  model: ReadModel,
  speech: Speech,
  issuerId: string,
  sessionId: string | undefined,
): Choices {
  const issuer = currentIssuer(model, issuerId)
  const kinds = issuer.status === 'registered' ? issuer.accreditations.flatMap((one) => one.kinds) : []
  const { documents: organizations } = listDocuments(model, 'organization', { limit: MOST })
  const { documents: sessions } = listDocuments(model, 'session', { limit: MOST })
  const chosen = sessionOf(model, sessionId)
  return {
    kinds: [...new Set(kinds)].map((kind) => [kind, speech.words.kinds[kind] ?? kind] as const),
    organizations: organizations.map(({ id, state }) => [id, organizationName(state, speech) ?? id] as const),
    sessions: sessions.map(({ id, state }) => [id, sessionName(model, state, speech)] as const),
    chosen: chosen && sessionName(model, chosen, speech),
    agenda: agendaOf(chosen, speech),
    alongside: (chosen?.alongside ?? []).map(({ alongsideId, title }) => [
      alongsideId,
      nearest(title, speech),
    ]),
  }
}

/** A session as it is recorded; `undefined` where there is none of that ID. */
export const sessionOf = (model: ReadModel, id: string | undefined): ConvenedSession | undefined =>
  id === undefined ? undefined : (documentState(model, 'session', id) as ConvenedSession | undefined)

/** What a session decided on an item, as far as an award names it. */
export function decidedAt(
  session: ConvenedSession | undefined,
  item: number | undefined,
): { readonly decisionNumber?: string | undefined; readonly protocolNumber?: string | undefined } {
  const decision = session?.decisions.find((one) => one.item === item)
  return { decisionNumber: decision?.decisionNumber, protocolNumber: session?.protocol?.number }
}

/** Organisations or sessions that a text finds, the best first, as the reader calls them. */
export function found(
  model: ReadModel,
  speech: Speech,
  { kind, text, limit }: { readonly kind: Findable; readonly text: string; readonly limit: number },
): Choice {
  const { hits } = searchRegistry(model.db, { text: text.slice(0, 200), limit, kinds: [kind] })
  return hits.map(({ id }) => [id, calledIn(model, speech, kind, id)] as const)
}

/** What was perhaps meant, where what was typed is no ID. */
export function meant(model: ReadModel, speech: Speech, kind: Findable, typed: string | undefined): Choice {
  if (typed === undefined || exists(model, kind, typed)) return []
  return found(model, speech, { kind, text: typed, limit: 5 })
}

function calledIn(model: ReadModel, speech: Speech, kind: Findable, id: string): string {
  const state = documentState(model, kind, id)
  const name =
    state && (kind === 'session' ? sessionName(model, state, speech) : organizationName(state, speech))
  return name ?? id
}

function agendaOf(session: ConvenedSession | undefined, speech: Speech): Choice {
  return (session?.agenda ?? []).map(({ number, title }) => {
    const { decisionNumber } = decidedAt(session, number)
    const decision = decisionNumber === undefined ? '' : ` — ${speech.words.decision} ${decisionNumber}`
    return [String(number), `${number}. ${nearest(title, speech)}${decision}`] as const
  })
}

/** An organisation's present name in the reader's language, or the nearest to it. */
export function organizationName(state: object, speech: Speech): string | undefined {
  const name = (state as Partial<RegisteredOrganization>).names?.at(-1)?.name
  return name && nearest(name, speech)
}

function sessionName(model: ReadModel, state: object, speech: Speech): string {
  const { number, body, startsOn } = (state as ConvenedSession).convocation
  return `${speech.words.session} ${number}: ${calledIn(model, speech, 'organization', body)}, ${speech.plainDay(startsOn)}`
}

export const nearest = (text: LocalizedText, { language }: Speech): string =>
  text[language] ?? Object.values(text)[0] ?? ''
