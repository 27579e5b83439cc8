import t, { type Test } from 'tap'
import { entryNamed } from '../../src/commands/catalogue.ts'
import { rehearse } from '../../src/commands/rehearse.ts'
import { award, CommandRig, council, Crash } from '../support/command-rig.ts'

const onRig = (name: string, body: (t: Test, rig: CommandRig) => Promise<void>) =>
  t.test(name, async (t) => {
    const rig = new CommandRig()
    t.teardown(() => rig.close())
    await rig.furnish()
    await body(t, rig)
  })

const rehearsed = (rig: CommandRig, name: string, id: string | undefined, input: object) => {
  const entry = entryNamed(name)
  return rehearse(rig.deps, entry, id, entry.input.parse(input), { actor: council, correlationId: 'c' })
}
const openings = (rig: CommandRig) => rig.personal.list({ storedBefore: '9999', limit: 10 })

void onRig('a rehearsal decides as recording would, and leaves nothing behind', async (t, rig) => {
  const before = (await rig.events()).length
  const person = { name: { ky: 'Муктаров Т.К.' } }
  const numbered = { ...award, serialNumber: 'A-1', recipient: { type: 'person', person } }
  const { outcome, readStream, opened } = await rehearsed(rig, 'certificate.issue', undefined, numbered)
  t.match(outcome, { ok: true, repeated: false })
  const { events } = await readStream(outcome.ok ? `award-${outcome.id}` : '')
  t.match(events, [{ type: 'AwardIssued', revision: 0n, data: { serialNumber: 'A-1' } }])
  const sealed = events[0]?.data as { recipient: { person: { commitment: string } } } | undefined
  t.same(opened(sealed?.recipient.person.commitment ?? '')?.fields, person)
  t.equal((await rig.events()).length, before)
  t.equal((await openings(rig)).length, 0)
  const real = await rig.must(
    'certificate.issue',
    undefined,
    { ...award, serialNumber: 'A-1' },
    { actor: council },
  )
  const duplicate = await rehearsed(rig, 'certificate.issue', undefined, numbered)
  t.match(duplicate.outcome, { ok: false, refusal: { kind: 'duplicate-serial' } })
  const revoked = await rehearsed(rig, 'certificate.revoke', real.id, { from: '2024-11-08', reason: 'r' })
  const stream = await revoked.readStream(`award-${real.id}`)
  t.same(
    stream.events.map(({ type }) => type),
    ['AwardIssued', 'AwardRevoked'],
  )
  t.equal(stream.revision, 1n)
  t.same(
    (await revoked.readStream(`award-${real.id}`, 1n)).events.map(({ type }) => type),
    ['AwardRevoked'],
  )
  t.equal(await rig.count('AwardRevoked'), 0)
})

void onRig('a command of two streams is rehearsed whole; a known person is found again', async (t, rig) => {
  const old = await rig.must('certificate.issue', undefined, award, { actor: council })
  const next = await rig.must('certificate.issue', undefined, award, { actor: council })
  const input = { by: next.id, from: '2024-11-08', reason: 'r' }
  const { outcome, readStream } = await rehearsed(rig, 'certificate.supersede', old.id, input)
  t.equal(outcome.ok, true)
  t.equal((await readStream(`award-${next.id}`)).events.at(-1)?.type, 'AwardSupersedes')
  t.equal((await readStream(`award-${old.id}`)).events.at(-1)?.type, 'AwardSuperseded')
  t.equal((await rig.memory.readStream(`award-${old.id}`)).revision, 0n)
  const person = { name: { ky: 'Муктаров Т.К.' } }
  await rig.must('certificate.accept', old.id, { person, acceptedOn: '2024-11-07' }, { actor: council })
  const repeated = await rehearsed(rig, 'certificate.accept', old.id, { person, acceptedOn: '2024-11-07' })
  t.match(repeated.outcome, { ok: true, repeated: true })
  const stored = await openings(rig)
  t.equal(stored.length, 1, 'its opening stays')
})

void onRig('what a first try left half done speaks for its repeat, not against it', async (t, rig) => {
  const numbered = { ...award, serialNumber: 'A-1' }
  const key = { actor: council, idempotencyKey: 'k-1' }
  rig.log.crashAt(2, 'before')
  await t.rejects(rig.run('certificate.issue', undefined, numbered, key), Crash)
  rig.log.restart()
  const entry = entryNamed('certificate.issue')
  const ask = (idempotencyKey: string) =>
    rehearse(rig.deps, entry, undefined, entry.input.parse(numbered), {
      actor: council,
      correlationId: 'c',
      idempotencyKey,
    })
  t.equal((await ask('k-1')).outcome.ok, true)
  t.match((await ask('k-2')).outcome, { ok: false, refusal: { kind: 'duplicate-serial' } })
})
