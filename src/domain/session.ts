import { z } from 'zod'
import { storedDate } from './date.ts'
import { personRef } from './person.ts'
import { storedText } from './text.ts'

/** A slug. */
export type SessionId = string
export const sessionStream = (id: SessionId) => `session-${id}`

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ type: z.literal(type), data })

export const sessionFormat = z.enum(['in-person', 'online', 'hybrid'])
export const attendance = z.enum(['in-person', 'online'])
export const alongsideKind = z.enum(['seminar', 'panel', 'conference', 'strategic-session'])
export const implementationStatus = z.enum(['implemented', 'in-progress', 'not-implemented'])

/** A decision of an earlier session; `sessionNumber` where that session is not in the registry. */
export const followUp = z.strictObject({
  sessionId: z.string().optional(),
  sessionNumber: z.number().optional(),
  decisionNumber: z.string().optional(),
})

const convocation = z.strictObject({
  /** The organization whose session it is. */
  body: z.string(),
  number: z.number(),
  startsOn: storedDate,
  endsOn: storedDate,
  place: z.strictObject({ city: storedText, country: z.string().optional() }),
  format: sessionFormat,
  title: storedText.optional(),
})
const agendaItem = z.strictObject({ number: z.number(), title: storedText, followsUp: followUp.optional() })
const agenda = z.strictObject({ items: z.array(agendaItem) })
/** Who took part; the name and position lie behind the commitment, under an ID of this session's own. */
const participant = z.strictObject({
  participantId: z.string(),
  organizationId: z.string().optional(),
  person: personRef,
  attendance,
  country: z.string().optional(),
  note: storedText.optional(),
})
const chair = z.strictObject({
  person: personRef,
  organizationId: z.string().optional(),
  country: z.string().optional(),
})
const sessionDecision = z.strictObject({
  /** The agenda item's number. */
  item: z.number(),
  decisionNumber: z.string().optional(),
  text: storedText.optional(),
  takenOn: storedDate.optional(),
})
const protocol = z.strictObject({
  number: z.string(),
  date: storedDate,
  /** Of the document, in hex. */
  sha256: z.string(),
  /** A URL, or where it lies. */
  location: z.string(),
})
export const protocolRecipient = z.union([
  z.strictObject({ organizationId: z.string() }),
  z.strictObject({ participantId: z.string() }),
])
const distribution = z.strictObject({ to: z.array(protocolRecipient), on: storedDate })
/** How a decision was carried out: one of this session (`item` or `decisionNumber`), or one that it follows up. */
const implementation = z.strictObject({
  item: z.number().optional(),
  decisionNumber: z.string().optional(),
  followsUp: followUp.optional(),
  on: storedDate,
  status: implementationStatus,
  text: storedText.optional(),
})
const alongside = z.strictObject({
  alongsideId: z.string(),
  kind: alongsideKind,
  title: storedText,
  day: storedDate.optional(),
  hostOrganizationId: z.string().optional(),
  tookPart: z
    .strictObject({
      organizationIds: z.array(z.string()).optional(),
      participantIds: z.array(z.string()).optional(),
    })
    .optional(),
})

/** The stored shapes of a session's events: a format, kept for ever. Persons stand behind commitments alone. */
export const sessionEvent = z.discriminatedUnion('type', [
  event('SessionConvened', convocation),
  event('SessionAgendaAdopted', agenda),
  event('SessionParticipantsRegistered', z.strictObject({ participants: z.array(participant) })),
  event('SessionChairNamed', chair),
  event('SessionDecisionRecorded', sessionDecision),
  event('SessionProtocolPublished', protocol),
  event('SessionProtocolDistributed', distribution),
  event('SessionImplementationReported', implementation),
  event('SessionEventAdded', alongside),
  event('SessionClosed', z.strictObject({ on: storedDate })),
])
export type SessionEvent = z.infer<typeof sessionEvent>
export type FollowUp = z.infer<typeof followUp>
export type Convocation = z.infer<typeof convocation>
export type AgendaItem = z.infer<typeof agendaItem>
export type Participant = z.infer<typeof participant>
export type Chair = z.infer<typeof chair>
export type RecordedDecision = z.infer<typeof sessionDecision>
export type Protocol = z.infer<typeof protocol>
export type Distribution = z.infer<typeof distribution>
export type Implementation = z.infer<typeof implementation>
export type AlongsideEvent = z.infer<typeof alongside>

/** Everything recorded of a session that was convened. `closed` is absent while it is open. */
export type ConvenedSession = {
  readonly status: 'open' | 'closed'
  readonly convocation: Convocation
  readonly agenda?: readonly AgendaItem[]
  readonly participants: readonly Participant[]
  /** As named last. */
  readonly chair?: Chair
  /** One an agenda item at most. */
  readonly decisions: readonly RecordedDecision[]
  readonly protocol?: Protocol
  readonly distributions: readonly Distribution[]
  readonly implementations: readonly Implementation[]
  readonly alongside: readonly AlongsideEvent[]
  readonly closed?: { readonly on: string }
}
export type SessionState = { readonly status: 'unconvened' } | ConvenedSession

export const initialSession: SessionState = { status: 'unconvened' }

/** Total: an event that no decision could have made in this state changes nothing. */
export function evolveSession(state: SessionState, event: SessionEvent): SessionState {
  if (event.type === 'SessionConvened') return state.status === 'unconvened' ? convened(event.data) : state
  return state.status === 'unconvened' ? state : evolveConvened(state, event)
}

const convened = (convocation: Convocation): ConvenedSession => ({
  status: 'open',
  convocation,
  participants: [],
  decisions: [],
  distributions: [],
  implementations: [],
  alongside: [],
})

type LaterEvent = Exclude<SessionEvent, { type: 'SessionConvened' }>

function evolveConvened(state: ConvenedSession, event: LaterEvent): ConvenedSession {
  switch (event.type) {
    case 'SessionAgendaAdopted':
      return { ...state, agenda: event.data.items }
    case 'SessionParticipantsRegistered':
      return { ...state, participants: [...state.participants, ...event.data.participants] }
    case 'SessionChairNamed':
      return { ...state, chair: event.data }
    case 'SessionDecisionRecorded':
      return { ...state, decisions: [...state.decisions, event.data] }
    case 'SessionProtocolPublished':
      return { ...state, protocol: event.data }
    case 'SessionProtocolDistributed':
      return { ...state, distributions: [...state.distributions, event.data] }
    case 'SessionImplementationReported':
      return { ...state, implementations: [...state.implementations, event.data] }
    case 'SessionEventAdded':
      return { ...state, alongside: [...state.alongside, event.data] }
    case 'SessionClosed':
      return { ...state, status: 'closed', closed: event.data }
  }
}

/** The agenda items that have no decision yet. */
export const undecidedItems = (state: ConvenedSession): readonly number[] =>
  (state.agenda ?? [])
    .map(({ number }) => number)
    .filter((number) => !state.decisions.some(({ item }) => item === number))
