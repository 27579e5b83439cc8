import t from 'tap'
import { z } from 'zod'
import { newKey, readKey } from '../../src/commands/access-key.ts'
import { catalogue, entryNamed } from '../../src/commands/catalogue.ts'
import { completeSupersessions } from '../../src/commands/supersede-award.ts'
import { answer, award, CommandRig, Crash, registrar } from '../support/command-rig.ts'

void t.test('names and paths are unique, every input has a JSON schema', async (t) => {
  t.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length)
  t.equal(new Set(catalogue.map(({ path }) => path)).size, catalogue.length)
  for (const { name, input } of catalogue) {
    const schema = z.toJSONSchema(input, { io: 'input' })
    t.equal(schema.type, 'object', name)
    t.equal(schema.additionalProperties, false, name)
  }
  t.throws(() => entryNamed('certificate.forge'))
})

void t.test('an entry takes what its own schema has parsed, and nothing else', async (t) => {
  const rig = new CommandRig()
  t.teardown(() => rig.close())
  const request = { actor: registrar, correlationId: 'c' }
  await t.rejects(entryNamed('certificate.revoke').run(rig.deps, 'x', { from: 1 }, request), TypeError)
})

void t.test('inputs refuse what the domain must not see', async (t) => {
  const bad = (name: string, input: unknown) => t.notOk(entryNamed(name).input.safeParse(input).success, name)
  bad('certificate.issue', { ...award, surprise: 1 })
  bad('certificate.issue', { ...award, issuedOn: '2024-02-30' })
  bad('certificate.issue', { ...award, title: { en: 'x'.repeat(2_001) } })
  bad('certificate.issue', { ...award, title: { en: 'a\u202eb' } })
  bad('certificate.issue', { ...award, title: {} })
  bad('certificate.supersede', { by: '0000-0000-0000-0001-0', from: '2024-11-08', reason: 'x' })
  bad('certificate.correct', { changes: [], reason: 'x' })
  const before = { field: 'acceptance.person', before: { name: { ky: 'A' } }, after: { name: { ky: 'B' } } }
  bad('certificate.correct', { changes: [before], reason: 'x' })
  bad('person.erase', { reason: 'asked-by-the-person', reference: 'MUKTAROV' })
})

void t.test('a key is shown once, and read back from its text', async (t) => {
  const rig = new CommandRig()
  t.teardown(() => rig.close())
  await rig.furnish()
  const first = await rig.must('issuer.grant-key', 'council', { role: 'issuer' }, { idempotencyKey: 'g' })
  const text = first.extra?.key ?? ''
  const granted = (await rig.events()).find(({ type }) => type === 'AccessKeyGranted')
  t.same(readKey(text), { keyId: granted?.data['keyId'], sha256: granted?.data['sha256'] })
  const again = await rig.must('issuer.grant-key', 'council', { role: 'issuer' }, { idempotencyKey: 'g' })
  t.same(again.extra, { key: null })
  t.equal(await rig.count('AccessKeyGranted'), 1)
  t.notOk(JSON.stringify(granted?.data).includes(text.slice(-43)))
  t.equal(readKey('crk_a_b'), undefined)
  t.equal(readKey(`${newKey().text}x`), undefined)
})

void t.test('registering an issuer again keeps the seed of its certificate IDs', async (t) => {
  const rig = new CommandRig()
  t.teardown(() => rig.close())
  await rig.furnish()
  const again = { id: 'council', name: { en: 'council' }, body: 'council-body' }
  t.equal((await rig.must('issuer.register', undefined, again)).repeated, true)
  t.equal(
    answer(await rig.run('issuer.register', undefined, { ...again, name: { en: 'x' } })),
    'issuer-exists',
  )
})

void t.test('supersessions cut in half are completed at the start', async (t) => {
  const rig = new CommandRig()
  t.teardown(() => rig.close())
  await rig.furnish()
  const { id } = await rig.must('certificate.issue', undefined, award)
  const { id: by } = await rig.must('certificate.issue', undefined, award)
  rig.log.crashAt(2, 'before')
  await t.rejects(rig.run('certificate.supersede', id, { by, from: '2024-11-08', reason: 'x' }), Crash)
  rig.log.restart()
  t.equal(await completeSupersessions(rig.deps, [{ id, by }], 'start'), 1)
  t.equal(await completeSupersessions(rig.deps, [{ id, by }], 'start'), 0)
  t.equal(await rig.count('AwardSupersedes'), 1)
})

void t.test('a session runs its course', async (t) => {
  const rig = new CommandRig()
  t.teardown(() => rig.close())
  await rig.furnish()
  const on = async (command: string, input: object) => answer(await rig.run(command, 'session-34', input))
  const participants = [
    { participantId: 'kg-1', person: { name: { ky: 'Шадыканова А.Б.' } }, attendance: 'in-person' },
    { participantId: 'kg-2', person: { name: { ky: 'Бекташев К.Д.' } }, attendance: 'online' },
  ]
  t.equal(await on('session.register-participants', { participants }), 'ok')
  const again = await rig.must('session.register-participants', 'session-34', { participants })
  t.equal(again.repeated, true, 'persons are known again')
  t.equal(await on('session.name-chair', { person: { name: { ky: 'Шлычкова С.В.' } } }), 'ok')
  t.equal(await on('session.close', { on: '2024-11-07' }), 'items-undecided')
  t.equal(await on('session.record-decision', { item: 1, decisionNumber: '34/1' }), 'ok')
  const protocol = { number: '34', date: '2024-11-07', sha256: 'AB'.repeat(32), location: 'archive' }
  t.equal(await on('session.publish-protocol', protocol), 'ok')
  const to = [{ participantId: 'kg-1' }, { organizationId: 'state-fund' }]
  t.equal(await on('session.distribute-protocol', { to, on: '2024-11-08' }), 'ok')
  t.equal(
    await on('session.report-implementation', { item: 1, on: '2024-11-09', status: 'implemented' }),
    'ok',
  )
  t.equal(await on('session.close', { on: '2024-11-07' }), 'ok')
})
