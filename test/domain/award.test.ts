import t from 'tap'
import type { AwardEvent } from '../../src/domain/award.ts'
import { correct } from '../../src/domain/award-corrections.ts'
import * as Award from '../../src/domain/award-decisions.ts'
import { fold, scenarios } from '../support/decider.ts'
import { award, content, person } from '../support/deciders.ts'

const { given } = scenarios(award)
const now = { today: '2024-12-01' }
const issued: AwardEvent = { type: 'AwardIssued', data: content }
const acceptance = { person, acceptedOn: '2024-11-07' }
const wasAccepted: AwardEvent = { type: 'AwardAccepted', data: acceptance }
const revocation = { from: '2024-11-20', reason: 'given in error' }
const revoked: AwardEvent = { type: 'AwardRevoked', data: revocation }
const succession = { by: 'NEW', from: '2024-11-20', reason: 'reissued' }
const superseded: AwardEvent = { type: 'AwardSuperseded', data: succession }
const suspended = (from: string, until?: string): AwardEvent => ({
  type: 'AwardSuspended',
  data: { from, ...(until === undefined ? {} : { until }), reason: 'review' },
})
const reinstated = (from: string): AwardEvent => ({
  type: 'AwardReinstated',
  data: { from, reason: 'cleared' },
})
const limited: AwardEvent = { type: 'AwardIssued', data: { ...content, validUntil: '2024-12-31' } }
const toPerson: AwardEvent = {
  type: 'AwardIssued',
  data: { ...content, recipient: { type: 'person', person } },
}

void t.test('issue', async (t) => {
  given().when(Award.issue(content, now)).thenEvents(t, issued)
  given(issued)
    .when(Award.issue({ ...content, citation: undefined }, now))
    .thenEvents(t)
  given(issued)
    .when(Award.issue({ ...content, kind: 'excellence' }, now))
    .thenRefused(t, { kind: 'award-exists' })
  given({ type: 'AwardIssueAbandoned', data: { serialNumber: '1' } })
    .when(Award.issue(content, now))
    .thenRefused(t, { kind: 'issue-abandoned' })
  const tomorrow = { ...content, issuedOn: '2024-12-02' }
  given().when(Award.issue(tomorrow, now)).thenEvents(t, { type: 'AwardIssued', data: tomorrow })
  given()
    .when(Award.issue({ ...content, issuedOn: '2024-12-03' }, now))
    .thenRefused(t, { kind: 'invalid', field: '/issuedOn', problem: 'in-the-future' })
  given()
    .when(Award.issue({ ...content, validUntil: '2024-11-06' }, now))
    .thenRefused(t, { kind: 'invalid', field: '/validUntil', problem: 'ends-before-it-begins' })
  const functions = [{ name: { en: 'a' } }, { name: { en: 'b' }, from: '2025-01-02', until: '2025-01-01' }]
  given()
    .when(Award.issue({ ...content, functions }, now))
    .thenRefused(t, { kind: 'invalid', field: '/functions/1/until' })
})

void t.test('abandon an issue', async (t) => {
  given()
    .when(Award.abandonIssue('12'))
    .thenEvents(t, { type: 'AwardIssueAbandoned', data: { serialNumber: '12' } })
  given(issued).when(Award.abandonIssue('12')).thenRefused(t, { kind: 'award-exists' })
})

void t.test('nothing but an issue happens to an award that was never issued', async (t) => {
  const decisions = [
    Award.accept(acceptance, now),
    correct({ changes: [{ field: 'issuedOn', after: '2024-11-06' }], reason: 'r' }, now),
    Award.supplement({ serialNumber: '1' }),
    Award.prolong({ until: '2026-01-01' }),
    Award.suspend({ from: '2024-11-10', reason: 'r' }),
    Award.reinstate({ from: '2024-11-10', reason: 'r' }),
    Award.revoke(revocation),
    Award.supersede('OLD', succession),
    Award.noteSupersedes('OLDER'),
  ]
  for (const decision of decisions) {
    given().when(decision).thenRefused(t, { kind: 'award-not-found' })
    given({ type: 'AwardIssueAbandoned', data: { serialNumber: '1' } })
      .when(decision)
      .thenRefused(t, { kind: 'award-not-found' })
  }
})

void t.test('accept', async (t) => {
  given(issued).when(Award.accept(acceptance, now)).thenEvents(t, wasAccepted)
  given(issued, wasAccepted)
    .when(Award.accept({ ...acceptance, acceptedOn: '2024-11-08' }, now))
    .thenRefused(t, { kind: 'already-accepted' })
  given(issued)
    .when(Award.accept({ ...acceptance, acceptedOn: '2024-11-06' }, now))
    .thenRefused(t, { kind: 'invalid', field: '/acceptedOn', problem: 'before-issue' })
  given(issued)
    .when(Award.accept({ ...acceptance, acceptedOn: '2024-12-03' }, now))
    .thenRefused(t, { kind: 'invalid', field: '/acceptedOn', problem: 'in-the-future' })
  given(issued, revoked)
    .when(Award.accept(acceptance, now))
    .thenRefused(t, { kind: 'already-revoked', from: revocation.from })
  given(issued, superseded)
    .when(Award.accept(acceptance, now))
    .thenRefused(t, { kind: 'already-superseded', by: 'NEW' })
})

void t.test('correct: both readings stay', async (t) => {
  const after = { en: 'Certificate of the status' }
  const corrected: AwardEvent = {
    type: 'AwardCorrected',
    data: { changes: [{ field: 'title', before: content.title, after }], reason: 'typo' },
  }
  const title = { field: 'title', after } as const
  given(issued)
    .when(correct({ changes: [title], reason: 'typo' }, now))
    .thenEvents(t, corrected)
  given(issued)
    .when(correct({ changes: [{ ...title, before: content.title }], reason: 'typo' }, now))
    .thenEvents(t, corrected)
  given(issued, corrected)
    .when(correct({ changes: [title], reason: 'another' }, now))
    .thenRefused(t, { kind: 'corrects-nothing' })
  given(issued)
    .when(correct({ changes: [], reason: 'x' }, now))
    .thenRefused(t, { kind: 'corrects-nothing' })
  given(issued)
    .when(correct({ changes: [{ ...title, before: { en: 'X' } }], reason: 'x' }, now))
    .thenRefused(t, { kind: 'before-differs', field: 'title' })
  given(issued)
    .when(correct({ changes: [title, { ...title, after: { en: 'Y' } }], reason: 'x' }, now))
    .thenRefused(t, { kind: 'invalid', field: '/changes/1/field', problem: 'not-allowed' })
})

void t.test('correct: every field', async (t) => {
  const full: AwardEvent = {
    type: 'AwardIssued',
    data: { ...content, serialNumber: '1', validFrom: '2024-11-08', validUntil: '2025-11-08' },
  }
  const changes = [
    { field: 'citation', after: { en: 'for work' } },
    { field: 'recipient.nameAsWritten', before: { ky: 'Мамфонд' }, after: { ky: 'Мамлекеттик фонд' } },
    { field: 'acceptance.person', before: person, after: { ...person, commitment: 'b'.repeat(64) } },
    { field: 'acceptance.acceptedOn', before: '2024-11-07', after: '2024-11-09' },
    { field: 'acceptance.place', after: { en: 'Astana' } },
    { field: 'serialNumber', before: '1', after: '2' },
    { field: 'issuedOn', before: '2024-11-07', after: '2024-11-06' },
    { field: 'validFrom', before: '2024-11-08', after: '2024-11-07' },
    { field: 'validUntil', before: '2025-11-08', after: '2025-11-07' },
    { field: 'basis', before: content.basis, after: { sessionId: 'session-33' } },
    { field: 'functions', before: [], after: [{ name: { en: 'advice' } }] },
  ] as const
  const stored = JSON.parse(JSON.stringify(changes))
  given(full, wasAccepted)
    .when(correct({ changes: stored, reason: 'r' }, now))
    .thenEvents(t, { type: 'AwardCorrected', data: { changes: stored, reason: 'r' } })
  const respelt = {
    field: 'recipient.person',
    before: person,
    after: { ...person, commitment: 'c'.repeat(64) },
  } as const
  given(toPerson)
    .when(correct({ changes: [respelt], reason: 'r' }, now))
    .thenEvents(t, { type: 'AwardCorrected', data: { changes: [respelt], reason: 'r' } })
})

void t.test('correct: what can not be', async (t) => {
  const one = (change: Parameters<typeof correct>[0]['changes'][number]) =>
    correct({ changes: [change], reason: 'r' }, now)
  const other = { ...person, personId: 'other' }
  const identity = { kind: 'identity-not-correctable' } as const
  given(toPerson)
    .when(one({ field: 'recipient.person', after: other }))
    .thenRefused(t, identity)
  given(issued)
    .when(one({ field: 'recipient.person', after: person }))
    .thenRefused(t, identity)
  given(toPerson)
    .when(one({ field: 'recipient.nameAsWritten', after: { en: 'X' } }))
    .thenRefused(t, identity)
  given(issued)
    .when(one({ field: 'acceptance.place', after: { en: 'Astana' } }))
    .thenRefused(t, { kind: 'not-accepted' })
  given(issued)
    .when(one({ field: 'validUntil', after: '2024-11-01' }))
    .thenRefused(t, { kind: 'invalid', field: '/changes', problem: 'ends-before-it-begins' })
  given(issued)
    .when(
      one({ field: 'functions', after: [{ name: { en: 'a' }, from: '2025-02-01', until: '2025-01-01' }] }),
    )
    .thenRefused(t, { kind: 'invalid', problem: 'ends-before-it-begins' })
  given(issued)
    .when(one({ field: 'issuedOn', after: '2025-01-01' }))
    .thenRefused(t, { kind: 'invalid', problem: 'in-the-future' })
  given(issued, wasAccepted)
    .when(one({ field: 'acceptance.acceptedOn', after: '2025-01-01' }))
    .thenRefused(t, { kind: 'invalid', problem: 'in-the-future' })
  given(issued, wasAccepted)
    .when(one({ field: 'issuedOn', after: '2024-11-08' }))
    .thenRefused(t, { kind: 'invalid', problem: 'before-issue' })
  given(issued, revoked)
    .when(one({ field: 'issuedOn', after: '2024-11-21' }))
    .thenRefused(t, { kind: 'invalid', problem: 'before-issue' })
})

void t.test('supplement', async (t) => {
  const addition = {
    serialNumber: '12',
    basis: { decisionNumber: '7' },
    functions: [{ name: { en: 'advice' } }],
  }
  const supplemented: AwardEvent = { type: 'AwardSupplemented', data: addition }
  given(issued).when(Award.supplement(addition)).thenEvents(t, supplemented)
  given(issued)
    .when(Award.supplement({ serialNumber: '12', validFrom: undefined }))
    .thenEvents(t, { type: 'AwardSupplemented', data: { serialNumber: '12' } })
  const two = [...addition.functions, { name: { en: 'training' } }]
  given(issued, supplemented)
    .when(Award.supplement({ functions: two }))
    .thenEvents(t, { type: 'AwardSupplemented', data: { functions: [{ name: { en: 'training' } }] } })
  given(issued, supplemented)
    .when(Award.supplement({ serialNumber: '13' }))
    .thenRefused(t, { kind: 'already-known', field: 'serialNumber' })
  given(issued)
    .when(Award.supplement({ basis: { sessionId: 'session-33' } }))
    .thenRefused(t, { kind: 'already-known', field: 'basis.sessionId' })
  given(issued).when(Award.supplement({})).thenRefused(t, { kind: 'invalid', problem: 'empty' })
  given(issued)
    .when(Award.supplement({ validUntil: '2024-01-01' }))
    .thenRefused(t, { kind: 'invalid', field: '/validUntil' })
})

void t.test('prolong', async (t) => {
  const prolonged: AwardEvent = { type: 'AwardProlonged', data: { from: '2025-01-01', until: '2025-12-31' } }
  given(limited)
    .when(Award.prolong({ until: '2025-12-31' }))
    .thenEvents(t, prolonged)
  given(limited, prolonged)
    .when(Award.prolong({ from: '2026-02-01', until: '2026-03-01', reason: 'asked' }))
    .thenEvents(t, {
      type: 'AwardProlonged',
      data: { from: '2026-02-01', until: '2026-03-01', reason: 'asked' },
    })
  given(issued)
    .when(Award.prolong({ until: '2025-12-31' }))
    .thenRefused(t, { kind: 'has-no-end' })
  given(limited, prolonged)
    .when(Award.prolong({ from: '2025-12-31', until: '2026-12-31' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'not-allowed' })
  given(limited)
    .when(Award.prolong({ until: '2024-12-30' }))
    .thenRefused(t, { kind: 'invalid', field: '/until', problem: 'ends-before-it-begins' })
  given(limited, revoked)
    .when(Award.prolong({ until: '2025-12-31' }))
    .thenRefused(t, { kind: 'already-revoked' })
})

void t.test('suspend', async (t) => {
  given(issued)
    .when(Award.suspend({ from: '2024-11-10', reason: 'review' }))
    .thenEvents(t, suspended('2024-11-10'))
  given(issued, suspended('2024-11-10'), reinstated('2024-11-15'))
    .when(Award.suspend({ from: '2024-11-15', reason: 'review' }))
    .thenEvents(t, suspended('2024-11-15'))
  given(issued, suspended('2024-11-10', '2024-11-20'))
    .when(Award.suspend({ from: '2024-11-20', reason: 'again' }))
    .thenRefused(t, { kind: 'already-suspended', from: '2024-11-10' })
  given(issued, suspended('2024-11-10'))
    .when(Award.suspend({ from: '2024-11-08', until: '2024-11-10', reason: 'again' }))
    .thenRefused(t, { kind: 'already-suspended', from: '2024-11-10' })
  given(issued)
    .when(Award.suspend({ from: '2024-11-10', until: '2024-11-09', reason: 'r' }))
    .thenRefused(t, { kind: 'invalid', field: '/until' })
  given(issued)
    .when(Award.suspend({ from: '2024-11-06', reason: 'r' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'before-issue' })
  given(issued, superseded)
    .when(Award.suspend({ from: '2024-11-10', reason: 'r' }))
    .thenRefused(t, { kind: 'already-superseded' })
})

void t.test('reinstate', async (t) => {
  const reinstate = (from: string) => Award.reinstate({ from, reason: 'cleared' })
  given(issued, suspended('2024-11-10')).when(reinstate('2024-11-12')).thenEvents(t, reinstated('2024-11-12'))
  given(issued, suspended('2024-11-20'), suspended('2024-11-10', '2024-11-12'))
    .when(reinstate('2024-11-25'))
    .thenEvents(t, reinstated('2024-11-25'))
  given(issued).when(reinstate('2024-11-12')).thenRefused(t, { kind: 'not-suspended' })
  given(issued, suspended('2024-11-10', '2024-11-12'))
    .when(reinstate('2024-11-13'))
    .thenRefused(t, { kind: 'not-suspended' })
  given(issued, suspended('2024-11-10'), reinstated('2024-11-12'))
    .when(reinstate('2024-11-13'))
    .thenRefused(t, { kind: 'not-suspended' })
  given(issued, suspended('2024-11-10'))
    .when(reinstate('2024-11-09'))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'ends-before-it-begins' })
  given(issued, suspended('2024-11-10'), revoked)
    .when(reinstate('2024-11-12'))
    .thenRefused(t, { kind: 'already-revoked' })
})

void t.test('revoke, supersede', async (t) => {
  given(issued).when(Award.revoke(revocation)).thenEvents(t, revoked)
  given(issued, superseded).when(Award.revoke(revocation)).thenEvents(t, revoked)
  given(issued, revoked)
    .when(Award.revoke({ ...revocation, reason: 'another' }))
    .thenRefused(t, { kind: 'already-revoked', from: revocation.from })
  given(issued)
    .when(Award.revoke({ from: '2024-11-06', reason: 'r' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'before-issue' })
  given(issued).when(Award.supersede('OLD', succession)).thenEvents(t, superseded)
  given(issued).when(Award.supersede('NEW', succession)).thenRefused(t, { kind: 'superseded-by-itself' })
  given(issued, superseded)
    .when(Award.supersede('OLD', { ...succession, by: 'NEWER' }))
    .thenRefused(t, { kind: 'already-superseded', by: 'NEW' })
  given(issued, revoked).when(Award.supersede('OLD', succession)).thenRefused(t, { kind: 'already-revoked' })
  given(issued)
    .when(Award.supersede('OLD', { ...succession, from: '2024-11-01' }))
    .thenRefused(t, { kind: 'invalid', problem: 'before-issue' })
  given(issued)
    .when(Award.noteSupersedes('OLDER'))
    .thenEvents(t, { type: 'AwardSupersedes', data: { predecessor: 'OLDER' } })
})

void t.test('an event that no decision could have made changes nothing', async (t) => {
  const otherwise: AwardEvent[] = [
    { type: 'AwardRevoked', data: { from: '2030-01-01', reason: 'other' } },
    { type: 'AwardSuperseded', data: { by: 'OTHER', from: '2030-01-01', reason: 'other' } },
    { type: 'AwardAccepted', data: { person, acceptedOn: '2030-01-01' } },
    { type: 'AwardIssued', data: { ...content, kind: 'other' } },
    { type: 'AwardIssueAbandoned', data: { serialNumber: '1' } },
    reinstated('2024-11-12'),
  ]
  const state = fold(award, [issued, wasAccepted, superseded, revoked])
  for (const event of otherwise) t.strictSame(award.evolve(state, event), state, event.type)
  const stranger: AwardEvent = {
    type: 'AwardCorrected',
    data: { reason: 'r', changes: [{ field: 'recipient.person', before: person, after: person }] },
  }
  t.match(fold(award, [issued, stranger]), { content: { recipient: content.recipient } })
  t.equal(award.evolve(award.initial, revoked), award.initial)
})
