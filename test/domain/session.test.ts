import t from 'tap'
import type { AlongsideEvent, SessionEvent } from '../../src/domain/session.ts'
import * as Session from '../../src/domain/session-decisions.ts'
import { fold, scenarios } from '../support/decider.ts'
import { person, session } from '../support/deciders.ts'

const { given } = scenarios(session)
const convocation = {
  body: 'interstate-council',
  number: 34,
  startsOn: '2024-11-06',
  endsOn: '2024-11-07',
  place: { city: { en: 'Astana' }, country: 'KZ' },
  format: 'hybrid',
} as const
const convened: SessionEvent = { type: 'SessionConvened', data: convocation }
const items = [
  { number: 1, title: { en: 'Decisions of the 33rd session' }, followsUp: { sessionNumber: 33 } },
  { number: 2, title: { en: 'Strategy' } },
]
const adopted: SessionEvent = { type: 'SessionAgendaAdopted', data: { items } }
const online = { participantId: 'p1', organizationId: 'kyrgyzpatent', person, attendance: 'online' } as const
const inPerson = { ...online, participantId: 'p2', attendance: 'in-person' } as const
const joined: SessionEvent = { type: 'SessionParticipantsRegistered', data: { participants: [online] } }
const first = { item: 1, decisionNumber: '34/1', takenOn: '2024-11-06' }
const decidedFirst: SessionEvent = { type: 'SessionDecisionRecorded', data: first }
const decidedSecond: SessionEvent = { type: 'SessionDecisionRecorded', data: { item: 2 } }
const closed: SessionEvent = { type: 'SessionClosed', data: { on: '2024-11-07' } }
const whole = [convened, adopted, joined, decidedFirst, decidedSecond, closed]
const protocol = { number: '34', date: '2024-11-07', sha256: 'a'.repeat(64), location: 'archive' }
const published: SessionEvent = { type: 'SessionProtocolPublished', data: protocol }
const distribution = { to: [{ participantId: 'p1' }, { organizationId: 'fund' }], on: '2024-11-20' }
const panel: AlongsideEvent = {
  alongsideId: 'panel',
  kind: 'panel',
  title: { en: 'Panel' },
  tookPart: { participantIds: ['p1'] },
}
const report = { item: 1, on: '2025-03-01', status: 'implemented' } as const
const wasClosed = { kind: 'session-closed', on: '2024-11-07' } as const

void t.test('convene', async (t) => {
  given().when(Session.conveneSession(convocation)).thenEvents(t, convened)
  given(convened)
    .when(Session.conveneSession({ ...convocation, number: 35 }))
    .thenRefused(t, { kind: 'session-exists' })
  given()
    .when(Session.conveneSession({ ...convocation, endsOn: '2024-11-05' }))
    .thenRefused(t, { kind: 'invalid', field: '/endsOn', problem: 'ends-before-it-begins' })
})

void t.test('nothing happens to a session that was not convened', async (t) => {
  const decisions = [
    Session.adoptAgenda({ items }),
    Session.registerParticipants({ participants: [online] }),
    Session.nameChair({ person }),
    Session.recordDecision(first),
    Session.closeSession({ on: '2024-11-07' }),
    Session.publishProtocol(protocol),
    Session.distributeProtocol(distribution),
    Session.reportImplementation(report),
    Session.addAlongsideEvent(panel),
  ]
  for (const decision of decisions) given().when(decision).thenRefused(t, { kind: 'session-not-found' })
})

void t.test('once closed', async (t) => {
  given(...whole)
    .when(Session.adoptAgenda({ items }))
    .thenEvents(t)
  given(...whole)
    .when(Session.recordDecision(first))
    .thenEvents(t)
  const decisions = [
    Session.adoptAgenda({ items: items.slice(0, 1) }),
    Session.registerParticipants({ participants: [inPerson] }),
    Session.nameChair({ person }),
    Session.recordDecision({ item: 2, decisionNumber: '34/2' }),
    Session.closeSession({ on: '2024-11-08' }),
    Session.addAlongsideEvent(panel),
  ]
  for (const decision of decisions)
    given(...whole)
      .when(decision)
      .thenRefused(t, wasClosed)
})

void t.test('adopt the agenda', async (t) => {
  const decide = (...agenda: Parameters<typeof Session.adoptAgenda>[0]['items']) =>
    Session.adoptAgenda({ items: agenda })
  given(convened).when(Session.adoptAgenda({ items })).thenEvents(t, adopted)
  given(convened, adopted)
    .when(Session.adoptAgenda({ items: items.slice(0, 1) }))
    .thenRefused(t, { kind: 'agenda-adopted' })
  given(convened).when(decide()).thenRefused(t, { kind: 'invalid', field: '/items', problem: 'empty' })
  given(convened)
    .when(decide({ number: 1, title: { en: 'a' } }, { number: 1, title: { en: 'b' } }))
    .thenRefused(t, { kind: 'invalid', field: '/items/1/number', problem: 'not-allowed' })
  given(convened)
    .when(decide({ number: 1, title: { en: 'a' }, followsUp: {} }))
    .thenRefused(t, { kind: 'invalid', field: '/items/0/followsUp', problem: 'empty' })
})

void t.test('participants and chair', async (t) => {
  const register = (...participants: Parameters<typeof Session.registerParticipants>[0]['participants']) =>
    Session.registerParticipants({ participants })
  given(convened).when(register(online)).thenEvents(t, joined)
  given(convened, joined)
    .when(register(online, inPerson))
    .thenEvents(t, { type: 'SessionParticipantsRegistered', data: { participants: [inPerson] } })
  given(convened, joined)
    .when(register({ ...online, attendance: 'in-person' }))
    .thenRefused(t, { kind: 'participant-exists', participantId: 'p1' })
  given(convened)
    .when(register(online, { ...inPerson, participantId: 'p1' }))
    .thenRefused(t, { kind: 'participant-exists', participantId: 'p1' })
  given(convened).when(register()).thenRefused(t, { kind: 'invalid', problem: 'empty' })

  const named = (country: string): SessionEvent => ({ type: 'SessionChairNamed', data: { person, country } })
  given(convened)
    .when(Session.nameChair({ person, country: 'BY' }))
    .thenEvents(t, named('BY'))
  given(convened, named('BY'))
    .when(Session.nameChair({ person, country: 'KG' }))
    .thenEvents(t, named('KG'))
  t.match(fold(session, [convened, named('BY'), named('KG')]), { chair: { country: 'KG' } })
})

void t.test('record a decision', async (t) => {
  given(convened, adopted).when(Session.recordDecision(first)).thenEvents(t, decidedFirst)
  given(convened).when(Session.recordDecision(first)).thenRefused(t, { kind: 'no-agenda' })
  given(convened, adopted)
    .when(Session.recordDecision({ item: 3 }))
    .thenRefused(t, { kind: 'unknown-item', item: 3 })
  given(convened, adopted, decidedFirst)
    .when(Session.recordDecision({ item: 1 }))
    .thenRefused(t, { kind: 'item-decided', item: 1 })
  given(convened, adopted)
    .when(Session.recordDecision({ item: 1, takenOn: '2024-11-05' }))
    .thenRefused(t, { kind: 'invalid', field: '/takenOn', problem: 'not-allowed' })
})

void t.test('close', async (t) => {
  const close = Session.closeSession({ on: '2024-11-07' })
  given(...whole.slice(0, -1))
    .when(close)
    .thenEvents(t, closed)
  given(convened).when(close).thenRefused(t, { kind: 'no-agenda' })
  given(convened, adopted, decidedFirst)
    .when(close)
    .thenRefused(t, { kind: 'items-undecided', items: [2] })
  given(...whole.slice(0, -1))
    .when(Session.closeSession({ on: '2024-11-05' }))
    .thenRefused(t, { kind: 'invalid', field: '/on', problem: 'not-allowed' })
})

void t.test('the protocol, also after closing', async (t) => {
  given(convened).when(Session.publishProtocol(protocol)).thenEvents(t, published)
  given(...whole)
    .when(Session.publishProtocol(protocol))
    .thenEvents(t, published)
  given(convened, published)
    .when(Session.publishProtocol({ ...protocol, number: '35' }))
    .thenRefused(t, { kind: 'protocol-published', number: '34' })
  given(convened)
    .when(Session.publishProtocol({ ...protocol, date: '2024-11-05' }))
    .thenRefused(t, { kind: 'invalid', field: '/date', problem: 'not-allowed' })

  given(...whole, published)
    .when(Session.distributeProtocol(distribution))
    .thenEvents(t, { type: 'SessionProtocolDistributed', data: distribution })
  given(...whole)
    .when(Session.distributeProtocol(distribution))
    .thenRefused(t, { kind: 'no-protocol' })
  given(convened, published)
    .when(Session.distributeProtocol(distribution))
    .thenRefused(t, { kind: 'unknown-participant', participantId: 'p1' })
  given(...whole, published)
    .when(Session.distributeProtocol({ ...distribution, to: [] }))
    .thenRefused(t, { kind: 'invalid', field: '/to', problem: 'empty' })
  given(...whole, published)
    .when(Session.distributeProtocol({ ...distribution, on: '2024-11-06' }))
    .thenRefused(t, { kind: 'invalid', field: '/on', problem: 'not-allowed' })
})

void t.test('report how a decision was implemented', async (t) => {
  const base = { on: '2025-03-01', status: 'in-progress' } as const
  const good = [
    report,
    { ...base, decisionNumber: '34/1' },
    { ...base, item: 1, followsUp: { sessionNumber: 33, decisionNumber: '33/2' } },
    { ...base, on: '2024-10-01', followsUp: { sessionId: 'session-33' } },
  ]
  for (const data of good)
    given(...whole)
      .when(Session.reportImplementation(data))
      .thenEvents(t, { type: 'SessionImplementationReported', data })
  const decide = Session.reportImplementation
  given(...whole)
    .when(decide(base))
    .thenRefused(t, { kind: 'invalid', field: '', problem: 'empty' })
  given(...whole)
    .when(decide({ ...base, followsUp: {} }))
    .thenRefused(t, { kind: 'invalid', field: '/followsUp' })
  given(...whole)
    .when(decide({ ...base, item: 9 }))
    .thenRefused(t, { kind: 'unknown-item', item: 9 })
  given(convened).when(decide(report)).thenRefused(t, { kind: 'no-agenda' })
  given(convened, adopted).when(decide(report)).thenRefused(t, { kind: 'unknown-decision' })
  given(...whole)
    .when(decide({ ...base, item: 2, decisionNumber: '34/1' }))
    .thenRefused(t, { kind: 'unknown-decision' })
  given(...whole)
    .when(decide({ ...report, on: '2024-11-05' }))
    .thenRefused(t, { kind: 'invalid', field: '/on', problem: 'not-allowed' })
})

void t.test('events alongside', async (t) => {
  const added: SessionEvent = { type: 'SessionEventAdded', data: panel }
  given(convened, joined).when(Session.addAlongsideEvent(panel)).thenEvents(t, added)
  given(convened, joined, added)
    .when(Session.addAlongsideEvent({ ...panel, kind: 'seminar' }))
    .thenRefused(t, { kind: 'alongside-exists', alongsideId: 'panel' })
  given(convened)
    .when(Session.addAlongsideEvent(panel))
    .thenRefused(t, { kind: 'unknown-participant', participantId: 'p1' })
})
