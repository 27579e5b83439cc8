import t, { type Test } from 'tap'
import { completeApprovals } from '../../src/commands/proposal-commands.ts'
import {
  academy,
  answer,
  auditor,
  award,
  CommandRig,
  council,
  Crash,
  registrar,
} from '../support/command-rig.ts'

const colleague = { ...council, name: 'council/k2' }
const reason = 'two signatures'

/** Runs a test on a rig whose council asks for four eyes. */
const onRig = (name: string, body: (t: Test, rig: CommandRig) => Promise<void>) =>
  t.test(name, async (t) => {
    const rig = new CommandRig()
    t.teardown(() => rig.close())
    t.comment(`SEED=${rig.memory.seed}`)
    await rig.furnish()
    await rig.must('issuer.require-approval', 'council', { reason })
    await body(t, rig)
  })

void onRig('nobody issues alone in the name of an issuer that asks for two', async (t, rig) => {
  for (const actor of [council, registrar])
    t.equal(answer(await rig.run('certificate.issue', undefined, award, { actor })), 'approval-required')
  const numbered = { ...award, serialNumber: 'A-1' }
  t.equal(
    answer(await rig.run('certificate.issue', undefined, numbered, { actor: council })),
    'approval-required',
  )
  t.equal(await rig.count('SerialReserved'), 0, 'nothing is reserved')
  const other = { ...award, issuerId: 'academy' }
  t.equal(
    answer(await rig.run('certificate.issue', undefined, other, { actor: academy })),
    'ok',
    'others go on',
  )
  await rig.must('issuer.waive-approval', 'council', { reason })
  t.equal(answer(await rig.run('certificate.issue', undefined, award, { actor: council })), 'ok')
})

void onRig('an award that was issued before the rule came is still found by a repeat', async (t, rig) => {
  const key = { actor: council, idempotencyKey: 'k-1' }
  await rig.must('issuer.waive-approval', 'council', { reason })
  const first = await rig.must('certificate.issue', undefined, award, key)
  await rig.must('issuer.require-approval', 'council', { reason })
  t.equal((await rig.must('certificate.issue', undefined, award, key)).id, first.id)
})

void onRig('a second person approves, which issues the award under the proposal’s ID', async (t, rig) => {
  const key = { actor: council, idempotencyKey: 'k-1' }
  const numbered = { ...award, serialNumber: 'A-1' }
  const { id } = await rig.must('proposal.propose', undefined, numbered, key)
  t.equal((await rig.must('proposal.propose', undefined, numbered, key)).id, id, 'proposed once')
  t.equal(await rig.count('AwardIssued'), 0)
  t.equal(await rig.count('SerialReserved'), 0, 'a draft takes no number')
  for (const actor of [council])
    t.equal(answer(await rig.run('proposal.approve', id, {}, { actor })), 'second-person-needed')
  for (const actor of [academy, auditor])
    t.equal(answer(await rig.run('proposal.approve', id, {}, { actor })), 'forbidden')
  t.equal(await rig.count('AwardIssued'), 0)
  const approved = await rig.must('proposal.approve', id, {}, { actor: colleague })
  t.equal(approved.id, id)
  t.equal(await rig.count('AwardIssued'), 1)
  const again = await rig.must('proposal.approve', id, {}, { actor: colleague })
  t.equal(again.repeated, true)
  t.equal(await rig.count('AwardIssued'), 1)
  t.equal(
    answer(await rig.run('proposal.decline', id, { reason }, { actor: colleague })),
    'proposal-approved',
  )
  t.equal(
    answer(await rig.run('certificate.revoke', id, { from: '2024-11-07', reason })),
    'ok',
    'it is an award',
  )
})

void onRig('what would be refused at approval is told when it is proposed', async (t, rig) => {
  const refused = async (changed: object) =>
    answer(await rig.run('proposal.propose', undefined, { ...award, ...changed }, { actor: council }))
  t.equal(await refused({ kind: 'excellence' }), 'not-accredited')
  t.equal(await refused({ basis: { sessionId: 'session-34', agendaItem: 9 } }), 'unknown-agenda-item')
  t.equal(await refused({ basis: { sessionId: 'session-99' } }), 'unknown-session')
  t.equal(await refused({ issuerId: 'academy' }), 'forbidden')
  const numbered = { ...award, serialNumber: 'A-1' }
  const { id } = await rig.must('proposal.propose', undefined, numbered, { actor: council })
  const rival = await rig.must('proposal.propose', undefined, numbered, { actor: council })
  await rig.must('proposal.approve', id, {}, { actor: colleague })
  t.equal(await refused({ serialNumber: 'A-1' }), 'duplicate-serial')
  t.equal(answer(await rig.run('proposal.approve', rival.id, {}, { actor: colleague })), 'duplicate-serial')
  t.equal(await rig.count('AwardProposalApproved'), 1, 'what can’t be issued is not approved')
})

void onRig('declined for good', async (t, rig) => {
  const { id } = await rig.must('proposal.propose', undefined, award, { actor: council })
  await rig.must('proposal.decline', id, { reason }, { actor: colleague })
  t.equal(answer(await rig.run('proposal.approve', id, {}, { actor: colleague })), 'proposal-declined')
  t.equal(answer(await rig.run('certificate.revoke', id, { from: '2024-11-07', reason })), 'award-not-found')
})

void onRig('a person of a proposal is sealed once, and not approved once erased', async (t, rig) => {
  const person = { name: { ky: 'Муктаров Т.К.' } }
  const personal = { ...award, recipient: { type: 'person', person } }
  const first = await rig.must('proposal.propose', undefined, personal, { actor: council })
  const second = await rig.must('proposal.propose', undefined, personal, { actor: council })
  await rig.must('proposal.approve', first.id, {}, { actor: colleague })
  const issued = (await rig.first('AwardIssued')) as { recipient: object }
  const proposed = (await rig.first('AwardProposed')) as { content: { recipient: object } }
  t.same(issued.recipient, proposed.content.recipient)
  const events = await rig.events()
  t.notMatch(JSON.stringify(events.map(({ data }) => data)), /Муктаров/)
  const last = events.findLast(({ type }) => type === 'AwardProposed')?.data as {
    content: { recipient: { person: { personId: string } } }
  }
  rig.erased.add(last.content.recipient.person.personId)
  t.equal(answer(await rig.run('proposal.approve', second.id, {}, { actor: colleague })), 'person-erased')
})

void onRig('a crash between approval and award loses neither', async (t, rig) => {
  for (const when of ['before', 'behind'] as const)
    for (const append of [1, 2, 3]) {
      const numbered = { ...award, serialNumber: `${when}-${append}` }
      const { id } = await rig.must('proposal.propose', undefined, numbered, { actor: council })
      rig.log.crashAt(append, when)
      await t.rejects(rig.run('proposal.approve', id, {}, { actor: colleague }), Crash)
      rig.log.restart()
      await rig.must('proposal.approve', id, {}, { actor: colleague })
    }
  t.equal(await rig.count('AwardIssued'), 6)
  t.equal(await rig.count('AwardProposalApproved'), 6)
})

void onRig('the next start issues what was approved', async (t, rig) => {
  const { id } = await rig.must('proposal.propose', undefined, award, { actor: council })
  rig.log.crashAt(2, 'before')
  await t.rejects(rig.run('proposal.approve', id, {}, { actor: colleague }), Crash)
  rig.log.restart()
  t.equal(await rig.count('AwardIssued'), 0)
  const { content } = (await rig.first('AwardProposed')) as { content: never }
  t.equal(await completeApprovals(rig.deps, [{ id, content }], 'start'), 1)
  t.equal(await completeApprovals(rig.deps, [{ id, content }], 'start'), 0)
  t.equal(await rig.count('AwardIssued'), 1)
})
