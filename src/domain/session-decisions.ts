import { endsBeforeItBegins } from './date.ts'
import { accepted, type Decision, type Invalid, invalid, refused } from './decision.ts'
import { same } from './same.ts'
import {
  type AgendaItem,
  type AlongsideEvent,
  type Chair,
  type ConvenedSession,
  type Convocation,
  type Distribution,
  type FollowUp,
  type Implementation,
  type Participant,
  type Protocol,
  type RecordedDecision,
  type SessionEvent,
  type SessionState,
  undecidedItems,
} from './session.ts'

export type SessionRefusal =
  | Invalid
  | { readonly kind: 'session-exists' }
  | { readonly kind: 'session-not-found' }
  | { readonly kind: 'session-closed'; readonly on: string }
  | { readonly kind: 'agenda-adopted' }
  | { readonly kind: 'no-agenda' }
  | { readonly kind: 'unknown-item'; readonly item: number }
  | { readonly kind: 'item-decided'; readonly item: number }
  | { readonly kind: 'items-undecided'; readonly items: readonly number[] }
  | { readonly kind: 'unknown-decision' }
  | { readonly kind: 'protocol-published'; readonly number: string }
  | { readonly kind: 'no-protocol' }
  | { readonly kind: 'unknown-participant'; readonly participantId: string }
  | { readonly kind: 'participant-exists'; readonly participantId: string }
  | { readonly kind: 'alongside-exists'; readonly alongsideId: string }
export type SessionDecision = Decision<SessionEvent, SessionRefusal>

type Decide = (state: SessionState) => SessionDecision

const onConvened =
  (decide: (session: ConvenedSession) => SessionDecision): Decide =>
  (state) =>
    state.status === 'unconvened' ? refused({ kind: 'session-not-found' }) : decide(state)

/** Decides on a session; once closed it takes nothing but what `isSo` finds there already. */
const onOpen = (
  isSo: (session: ConvenedSession) => boolean,
  decide: (session: ConvenedSession) => SessionDecision,
): Decide =>
  onConvened((session) => {
    if (isSo(session)) return accepted()
    if (session.closed) return refused({ kind: 'session-closed', on: session.closed.on })
    return decide(session)
  })

/** Convenes the session. Whether its body is registered is for the caller to see. */
export const conveneSession =
  (intent: Convocation): Decide =>
  (state) => {
    if (state.status !== 'unconvened')
      return same(state.convocation, intent) ? accepted() : refused({ kind: 'session-exists' })
    if (endsBeforeItBegins(intent.startsOn, intent.endsOn))
      return refused(invalid('/endsOn', 'ends-before-it-begins', 'give a last day on or after the first'))
    return accepted({ type: 'SessionConvened', data: intent })
  }

/** Adopts the agenda, once and whole. Its items bear different numbers. */
export const adoptAgenda = (intent: { items: AgendaItem[] }): Decide =>
  onOpen(
    ({ agenda }) => same(agenda, intent.items),
    ({ agenda }) => {
      if (agenda) return refused({ kind: 'agenda-adopted' })
      const problem = agendaProblem(intent.items)
      return problem ? refused(problem) : accepted({ type: 'SessionAgendaAdopted', data: intent })
    },
  )

function agendaProblem(items: readonly AgendaItem[]): Invalid | undefined {
  if (items.length === 0) return invalid('/items', 'empty', 'an agenda has at least one item')
  const numbers = items.map(({ number }) => number)
  const repeated = numbers.findIndex((number, index) => numbers.indexOf(number) !== index)
  if (repeated >= 0)
    return invalid(`/items/${repeated}/number`, 'not-allowed', 'another item bears this number')
  const vague = items.findIndex(({ followsUp }) => followsUp && saysNothing(followsUp))
  if (vague >= 0)
    return invalid(
      `/items/${vague}/followsUp`,
      'empty',
      'name the session or the decision that it follows up',
    )
  return undefined
}

const saysNothing = (followsUp: FollowUp) => Object.values(followsUp).every((value) => value === undefined)

/** Registers participants beside those already there. Those registered before with the same data are passed over. */
export const registerParticipants = ({ participants }: { participants: Participant[] }): Decide => {
  const areNew = (session: ConvenedSession) =>
    participants.filter((one) => !session.participants.some((known) => same(known, one)))
  return onOpen(
    (session) => participants.length > 0 && areNew(session).length === 0,
    (session) => {
      if (participants.length === 0)
        return refused(invalid('/participants', 'empty', 'name at least one participant'))
      const added = areNew(session)
      const ids = [...session.participants, ...added].map(({ participantId }) => participantId)
      const twice = ids.find((id, index) => ids.indexOf(id) !== index)
      if (twice !== undefined) return refused({ kind: 'participant-exists', participantId: twice })
      return accepted({ type: 'SessionParticipantsRegistered', data: { participants: added } })
    },
  )
}

/** Names who chairs the session; naming another person later replaces the first. */
export const nameChair = (intent: Chair): Decide =>
  onOpen(
    ({ chair }) => same(chair, intent),
    () => accepted({ type: 'SessionChairNamed', data: intent }),
  )

/** Records the decision on an agenda item, one an item. */
export const recordDecision = (intent: RecordedDecision): Decide =>
  onOpen(
    ({ decisions }) => decisions.some((known) => same(known, intent)),
    (session) => {
      const { item, takenOn } = intent
      const unknown = itemProblem(session, item)
      if (unknown) return refused(unknown)
      if (session.decisions.some((known) => known.item === item))
        return refused({ kind: 'item-decided', item })
      if (endsBeforeItBegins(session.convocation.startsOn, takenOn))
        return refused(beforeSession('/takenOn', session))
      return accepted({ type: 'SessionDecisionRecorded', data: intent })
    },
  )

const itemProblem = ({ agenda }: ConvenedSession, item: number): SessionRefusal | undefined => {
  if (!agenda) return { kind: 'no-agenda' }
  return agenda.some(({ number }) => number === item) ? undefined : { kind: 'unknown-item', item }
}

const beforeSession = (field: string, { convocation }: ConvenedSession): Invalid =>
  invalid(field, 'not-allowed', `the session begins on ${convocation.startsOn}; give that day or a later one`)

/** Closes the session once every agenda item has a decision. */
export const closeSession = (intent: { on: string }): Decide =>
  onOpen(
    ({ closed }) => same(closed, intent),
    (session) => {
      if (!session.agenda) return refused({ kind: 'no-agenda' })
      const items = undecidedItems(session)
      if (items.length > 0) return refused({ kind: 'items-undecided', items })
      if (intent.on < session.convocation.startsOn) return refused(beforeSession('/on', session))
      return accepted({ type: 'SessionClosed', data: intent })
    },
  )

/** Publishes the protocol, once; also after closing. */
export const publishProtocol = (intent: Protocol): Decide =>
  onConvened((session) => {
    const { protocol } = session
    if (protocol)
      return same(protocol, intent)
        ? accepted()
        : refused({ kind: 'protocol-published', number: protocol.number })
    if (intent.date < session.convocation.startsOn) return refused(beforeSession('/date', session))
    return accepted({ type: 'SessionProtocolPublished', data: intent })
  })

/** Notes to whom the protocol was sent; also after closing, and several times. */
export const distributeProtocol = (intent: Distribution): Decide =>
  onConvened((session) => {
    const { protocol, distributions } = session
    if (!protocol) return refused({ kind: 'no-protocol' })
    if (distributions.some((known) => same(known, intent))) return accepted()
    if (intent.to.length === 0) return refused(invalid('/to', 'empty', 'name at least one recipient'))
    const problem = participantProblem(
      session,
      intent.to.flatMap((one) => ('participantId' in one ? [one.participantId] : [])),
    )
    if (problem) return refused(problem)
    if (intent.on < protocol.date)
      return refused(invalid('/on', 'not-allowed', `the protocol is dated ${protocol.date}`))
    return accepted({ type: 'SessionProtocolDistributed', data: intent })
  })

function participantProblem(session: ConvenedSession, ids: readonly string[]): SessionRefusal | undefined {
  const known = new Set(session.participants.map(({ participantId }) => participantId))
  const unknown = ids.find((id) => !known.has(id))
  return unknown === undefined ? undefined : { kind: 'unknown-participant', participantId: unknown }
}

/**
 * Reports how a decision was carried out; also after closing, and again as things move on. A decision of this session
 * is named by its item or number, one of an earlier session by `followsUp` (with the item that followed it up, if any).
 */
export const reportImplementation = (intent: Implementation): Decide =>
  onConvened((session) => {
    if (session.implementations.some((known) => same(known, intent))) return accepted()
    const problem = implementationProblem(session, intent)
    if (problem) return refused(problem)
    return accepted({ type: 'SessionImplementationReported', data: intent })
  })

function implementationProblem(session: ConvenedSession, intent: Implementation): SessionRefusal | undefined {
  const { item, decisionNumber, followsUp, on } = intent
  if (followsUp && saysNothing(followsUp))
    return invalid('/followsUp', 'empty', 'name the session or the decision that it follows up')
  if (item === undefined && decisionNumber === undefined && !followsUp)
    return invalid('', 'empty', 'name at least one of item, decisionNumber, followsUp')
  const unknown = item === undefined ? undefined : itemProblem(session, item)
  if (unknown) return unknown
  if (on < session.convocation.startsOn && !followsUp) return beforeSession('/on', session)
  if (followsUp && decisionNumber === undefined) return undefined
  const isTaken = session.decisions.some(
    (known) =>
      (item === undefined || known.item === item) &&
      (decisionNumber === undefined || known.decisionNumber === decisionNumber),
  )
  return isTaken ? undefined : { kind: 'unknown-decision' }
}

/** Adds an event held alongside the session, on which a participation certificate can rest. */
export const addAlongsideEvent = (intent: AlongsideEvent): Decide =>
  onOpen(
    ({ alongside }) => alongside.some((known) => same(known, intent)),
    (session) => {
      const { alongsideId, tookPart } = intent
      if (session.alongside.some((known) => known.alongsideId === alongsideId))
        return refused({ kind: 'alongside-exists', alongsideId })
      const problem = participantProblem(session, tookPart?.participantIds ?? [])
      return problem ? refused(problem) : accepted({ type: 'SessionEventAdded', data: intent })
    },
  )
