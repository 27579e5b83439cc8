import t, { type Test } from 'tap'
import {
  answer,
  academy,
  auditor,
  award,
  CommandRig,
  council,
  Crash,
  registrar,
} from '../support/command-rig.ts'

/** Runs a test on a furnished rig of its own; a hostile log's seed shows where it fails. */
const onRig = (name: string, body: (t: Test, rig: CommandRig) => Promise<void>) =>
  t.test(name, async (t) => {
    const rig = new CommandRig()
    t.teardown(() => rig.close())
    t.comment(`SEED=${rig.memory.seed}`)
    await rig.furnish()
    await body(t, rig)
  })

const acceptance = {
  person: { name: { ky: 'Муктаров Т.К.' }, position: { en: 'Deputy Director' } },
  acceptedOn: '2024-11-07',
}

void onRig('an issue under one key is recorded once', async (t, rig) => {
  const key = { actor: council, idempotencyKey: 'k-1' }
  const first = await rig.must('certificate.issue', undefined, award, key)
  const second = await rig.must('certificate.issue', undefined, award, key)
  t.equal(first.repeated, false)
  t.equal(second.repeated, true)
  t.equal(second.id, first.id)
  t.equal(second.revision, first.revision)
  t.same(second.position, first.position)
  t.equal(await rig.count('AwardIssued'), 1)
  const other = { ...award, title: { en: 'Another title' } }
  t.equal(answer(await rig.run('certificate.issue', undefined, other, key)), 'idempotency-key-reused')
  const anothers = await rig.must('certificate.issue', undefined, award, { ...key, actor: registrar })
  t.not(anothers.id, first.id, 'another actor’s key is another key')
})

void onRig('without a key each issue is a certificate of its own', async (t, rig) => {
  const first = await rig.must('certificate.issue', undefined, award)
  const second = await rig.must('certificate.issue', undefined, award)
  t.not(first.id, second.id)
})

void onRig('a repeat that names another person is refused', async (t, rig) => {
  const { id } = await rig.must('certificate.issue', undefined, award)
  const key = { idempotencyKey: 'k-2' }
  await rig.must('certificate.accept', id, acceptance, key)
  const again = await rig.must('certificate.accept', id, acceptance, key)
  t.equal(again.repeated, true)
  const other = { ...acceptance, person: { ...acceptance.person, name: { ky: 'Мухтаров Т.К.' } } }
  t.equal(answer(await rig.run('certificate.accept', id, other, key)), 'idempotency-key-reused')
  t.equal((await rig.personal.list({ storedBefore: '9999', limit: 10 })).length, 1, 'one opening is kept')
})

void onRig('the same acceptance without a key changes nothing, another is refused', async (t, rig) => {
  const { id } = await rig.must('certificate.issue', undefined, award)
  await rig.must('certificate.accept', id, acceptance)
  const again = await rig.must('certificate.accept', id, acceptance)
  t.equal(again.repeated, true)
  t.equal(await rig.count('AwardAccepted'), 1)
  t.equal((await rig.personal.list({ storedBefore: '9999', limit: 10 })).length, 1, 'its opening stays')
  const other = { ...acceptance, person: { name: { ky: 'Башка' } } }
  t.equal(answer(await rig.run('certificate.accept', id, other)), 'already-accepted')
})

void onRig('of requests that race under one key, one body and one person win', async (t, rig) => {
  for (let round = 0; round < 10; round++) {
    const key = { idempotencyKey: `race-${round}` }
    const bodies = ['One', 'Two', 'One'].map((en) => ({ ...award, title: { en } }))
    const issued = await Promise.all(bodies.map((body) => rig.run('certificate.issue', undefined, body, key)))
    const id = issued.find((outcome) => outcome.ok)?.id ?? ''
    const answers = issued.map(answer)
    t.equal(answers[0], answers[2], 'the same body is answered alike')
    t.same(new Set(answers), new Set(['idempotency-key-reused', 'ok']))
    const names = ['Бир', 'Эки'].map((ky) => ({ ...acceptance, person: { name: { ky } } }))
    const accepted = await Promise.all(names.map((input) => rig.run('certificate.accept', id, input, key)))
    t.same(new Set(accepted.map(answer)), new Set(['idempotency-key-reused', 'ok']))
  }
})

void onRig('a corrected name keeps the person and leaves no name in the log', async (t, rig) => {
  const { id } = await rig.must('certificate.issue', undefined, {
    ...award,
    recipient: { type: 'person', person: { name: { ru: 'Секретова А.А.' } } },
  })
  await rig.must('certificate.accept', id, acceptance)
  const key = { idempotencyKey: 'c-1' }
  const change = { field: 'acceptance.person', after: { name: { ky: 'Мухтаров Т.К.' } } }
  await rig.must('certificate.correct', id, { changes: [change], reason: 'misspelled' }, key)
  const back = { field: 'acceptance.person', after: acceptance.person }
  t.equal(
    answer(await rig.run('certificate.correct', id, { changes: [back], reason: 'misspelled' }, key)),
    'idempotency-key-reused',
    'what stood there before is another person name too',
  )
  const events = await rig.events()
  type Change = { before: { personId: string }; after: { personId: string } }
  const { changes } = (await rig.first('AwardCorrected')) as { changes: Change[] }
  const [field] = changes
  t.equal(field?.after.personId, field?.before.personId)
  const text = JSON.stringify(events, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  for (const name of ['Муктаров', 'Мухтаров', 'Секретова', 'Deputy'])
    t.notOk(text.includes(name), `${name} is not in the log`)
})

void onRig('a person whose data were erased is named no more', async (t, rig) => {
  const { id } = await rig.must('certificate.issue', undefined, award)
  await rig.must('certificate.accept', id, acceptance)
  const { person } = (await rig.first('AwardAccepted')) as { person: { personId: string } }
  const { personId } = person
  await rig.must('person.erase', personId, { reason: 'asked-by-the-person', reference: '2026/114' })
  t.equal((await rig.personal.list({ storedBefore: '9999', limit: 10 })).length, 0)
  t.equal((await rig.must('person.erase', personId, { reason: 'legal-order' })).repeated, true)

  const change = { field: 'acceptance.person', after: { name: { ky: 'Мухтаров' } } }
  const correction = { changes: [change], reason: 'misspelled' }
  await rig.must('certificate.correct', id, correction)
  t.equal(
    (await rig.personal.list({ storedBefore: '9999', limit: 10 })).length,
    0,
    'an erasure that the lookup did not show yet is made good behind the append',
  )
  rig.erased.add(personId)
  const later = { changes: [{ ...change, after: { name: { ky: 'Дагы' } } }], reason: 'again' }
  t.equal(answer(await rig.run('certificate.correct', id, later)), 'person-erased')
  const linked = { ...acceptance, person: { ...acceptance.person, personId } }
  t.equal(answer(await rig.run('certificate.accept', id, linked)), 'person-erased')
})

void onRig('roles and issuers', async (t, rig) => {
  const { id } = await rig.must('certificate.issue', undefined, award, { actor: council })
  const asked = async (actor: typeof council, name: string, subject: string | undefined, input: object) => {
    const outcome = await rig.run(name, subject, input, { actor })
    return outcome.ok ? 'ok' : 'why' in outcome.refusal ? outcome.refusal.why : outcome.refusal.kind
  }
  const revocation = { from: '2024-11-08', reason: 'by mistake' }
  t.equal(await asked(auditor, 'certificate.issue', undefined, award), 'role')
  t.equal(await asked(academy, 'certificate.issue', undefined, award), 'other-issuer')
  t.equal(await asked(academy, 'certificate.revoke', id, revocation), 'other-issuer')
  t.equal(await asked(academy, 'certificate.supersede', id, { by: id, ...revocation }), 'other-issuer')
  t.equal(await asked(council, 'certificate.revoke', id, revocation), 'ok')
  t.equal(await asked(council, 'issuer.grant-key', 'council', { role: 'registrar' }), 'role')
  t.equal(await asked(council, 'person.erase', 'p', { reason: 'legal-order' }), 'role')
  const convocation = { id: 's-35', number: 35, startsOn: '2025-01-01', endsOn: '2025-01-02' }
  const rest = { body: 'council-body', place: { city: { en: 'Minsk' } }, format: 'online' }
  t.equal(await asked(academy, 'session.convene', undefined, { ...convocation, ...rest }), 'other-issuer')
  t.equal(await asked(council, 'session.convene', undefined, { ...convocation, ...rest }), 'ok')
  t.equal(await asked(academy, 'session.close', 's-35', { on: '2025-01-02' }), 'other-issuer')
  t.equal(await asked(academy, 'organization.add-alias', 'state-fund', { alias: { ky: 'МФ' } }), 'ok')
  t.equal(await asked(auditor, 'organization.add-alias', 'state-fund', { alias: { ky: 'МФ' } }), 'role')
})

void onRig('what an award rests on must be there', async (t, rig) => {
  const issue = async (given: object) =>
    answer(await rig.run('certificate.issue', undefined, { ...award, ...given }))
  t.equal(await issue({ issuerId: 'nobody' }), 'unknown-issuer')
  t.equal(await issue({ kind: 'excellence' }), 'not-accredited')
  t.equal(await issue({ issuedOn: '2023-12-31' }), 'not-accredited')
  t.equal(await issue({ awardingBody: 'academy-body' }), 'other-body')
  t.equal(await issue({ awardingBody: 'council-body' }), 'ok')
  t.equal(
    await issue({ recipient: { ...award.recipient, organizationId: 'nobody' } }),
    'unknown-organization',
  )
  t.equal(await issue({ basis: { sessionId: 'session-99' } }), 'unknown-session')
  t.equal(await issue({ basis: { sessionId: 'session-34', agendaItem: 2 } }), 'unknown-agenda-item')
  t.equal(await issue({ basis: { agendaItem: 1 } }), 'invalid')
  t.equal(await issue({ basis: { sessionId: 'session-34', agendaItem: 1 } }), 'ok')
  const seminar = { sessionId: 'session-34', alongsideId: 'seminar-1' }
  t.equal(await issue({ basis: seminar }), 'unknown-alongside-event')
  const held = { alongsideId: 'seminar-1', kind: 'seminar', title: { en: 'Seminar' } }
  await rig.must('session.add-alongside-event', 'session-34', held)
  t.equal(await issue({ basis: seminar }), 'ok')
  const withdrawal = { accreditationId: 'a1', from: '2024-11-01', reason: 'lapsed' }
  const { id } = await rig.must('certificate.issue', undefined, award)
  await rig.must('issuer.withdraw-accreditation', 'council', withdrawal)
  t.equal(await issue({}), 'not-accredited', 'a kept issuer is as fresh as the log')
  const change = { field: 'issuedOn', after: '2024-11-05' }
  t.equal(
    answer(await rig.run('certificate.correct', id, { changes: [change], reason: 'typo' })),
    'not-accredited',
  )
})

void onRig('If-Match', async (t, rig) => {
  const { id } = await rig.must('certificate.issue', undefined, award)
  t.equal(
    answer(await rig.run('certificate.accept', id, acceptance, { expected: 1n })),
    'precondition-failed',
  )
  t.equal(answer(await rig.run('certificate.accept', id, acceptance, { expected: 0n })), 'ok')
  const revocation = { from: '2024-11-08', reason: 'by mistake' }
  t.equal(
    answer(await rig.run('certificate.revoke', id, revocation, { expected: 0n })),
    'precondition-failed',
  )
})

void onRig('lost races are decided again', async (t, rig) => {
  const { id } = await rig.must('certificate.issue', undefined, award)
  const aliases = Array.from({ length: 8 }, (_, index) => ({ alias: { en: `alias ${index}` } }))
  const outcomes = await Promise.all(
    aliases.map((alias) => rig.run('organization.add-alias', 'state-fund', alias)),
  )
  t.same(
    outcomes.map(answer),
    aliases.map(() => 'ok'),
  )
  t.ok(rig.conflicts > 0, 'somebody lost')
  const people = ['Бир', 'Эки', 'Үч'].map((ky) => ({ ...acceptance, person: { name: { ky } } }))
  const accepted = await Promise.all(people.map((input) => rig.run('certificate.accept', id, input)))
  t.same(accepted.map(answer).sort(), ['already-accepted', 'already-accepted', 'ok'])
  t.equal((await rig.personal.list({ storedBefore: '9999', limit: 10 })).length, 1, 'losers leave no opening')
})

void onRig('supersession: both ends know, no circle, own issuer’s awards alone', async (t, rig) => {
  const issue = async (given: object = {}) =>
    (await rig.must('certificate.issue', undefined, { ...award, ...given })).id
  const [a, b, c] = [await issue(), await issue(), await issue()]
  const by = (id: string) => ({ by: id.toLowerCase(), from: '2024-11-08', reason: 'printed anew' })
  const foreign = await issue({ issuerId: 'academy' })
  t.equal(answer(await rig.run('certificate.supersede', a, by(foreign))), 'successor-of-other-issuer')
  t.equal(answer(await rig.run('certificate.supersede', a, by(a))), 'superseded-by-itself')
  t.equal(answer(await rig.run('certificate.supersede', a, by('0410-6105-0R3G-G28A-2'))), 'unknown-successor')
  await rig.must('certificate.supersede', a, by(b))
  await rig.must('certificate.supersede', b, by(c))
  t.equal(answer(await rig.run('certificate.supersede', c, by(a))), 'supersession-cycle')
  const [noted] = (await rig.memory.readStream(`award-${b}`)).events.filter(
    ({ type }) => type === 'AwardSupersedes',
  )
  t.equal(noted?.data['predecessor'], a)
})

void onRig('a supersession cut in half is completed by its repeat', async (t, rig) => {
  const a = (await rig.must('certificate.issue', undefined, award)).id
  const b = (await rig.must('certificate.issue', undefined, award)).id
  const input = { by: b, from: '2024-11-08', reason: 'printed anew' }
  rig.log.crashAt(2, 'before')
  await t.rejects(rig.run('certificate.supersede', a, input, { idempotencyKey: 's' }), Crash)
  rig.log.restart()
  t.equal(await rig.count('AwardSupersedes'), 0)
  const again = await rig.must('certificate.supersede', a, input, { idempotencyKey: 's' })
  t.equal(again.repeated, true)
  t.equal(await rig.count('AwardSuperseded'), 1)
  t.equal(await rig.count('AwardSupersedes'), 1)
})
