import { join } from 'node:path'
import t from 'tap'
import { buildReadModel } from '../src/projections/rebuild.ts'
import { certificateAnswer, listCertificates } from '../src/queries/certificates.ts'
import { timelineOf } from '../src/queries/timeline.ts'
import {
  certificate,
  councilKey,
  filesWith,
  must,
  openTestRegistry,
  type TestRegistry,
  withCouncil,
} from './support/registry.ts'

const actor = councilKey
const answerOf = ({ registry }: TestRegistry, id: string, at: string, known?: string) => {
  const found = certificateAnswer(registry.readModel, id, { at, known })
  return found.kind === 'found' ? JSON.parse(found.body.toString()) : found.kind
}

void t.test('from a recorded award to a verified certificate', async (t) => {
  const house = await openTestRegistry()
  t.teardown(house.remove)
  await withCouncil(house)
  const { run, clock, registry } = house
  const { id, repeated } = await must(run('certificate.issue', undefined, certificate, { actor, key: 'k1' }))
  t.equal(repeated, false)
  const again = await must(run('certificate.issue', undefined, certificate, { actor, key: 'k1' }))
  t.match(again, { id, repeated: true }, 'the same key lands on the same certificate')
  const other = await run(
    'certificate.issue',
    undefined,
    { ...certificate, kind: 'excellence' },
    { actor, key: 'k1' },
  )
  t.match(other, { ok: false, refusal: { kind: 'idempotency-key-reused' } })

  const acceptedBy = { name: { ky: 'Муктаров Т.К.' }, position: { en: 'Deputy Director' } }
  await must(run('certificate.accept', id, { person: acceptedBy, acceptedOn: '2024-11-07' }, { actor }))
  const beforeCorrection = new Date(clock.now).toISOString()
  clock.now += 1_000
  const changes = [
    {
      field: 'acceptance.person',
      after: { name: { ky: 'Мухтаров Т. К.' }, position: { en: 'Deputy Director' } },
    },
  ]
  await must(run('certificate.correct', id, { changes, reason: 'spelling' }, { actor }))
  await must(run('certificate.revoke', id, { from: '2025-03-01', reason: 'status given up' }, { actor }))

  t.match(answerOf(house, id, '2025-02-28'), {
    verdict: { status: 'valid', until: '2025-02-28' },
    accreditation: { accredited: true },
  })
  const now = answerOf(house, id, '2026-01-15')
  t.match(now, {
    revision: '3',
    verdict: { status: 'revoked', since: '2025-03-01', reason: 'status given up' },
  })
  t.match(
    now.persons.map((person: { name: unknown }) => person.name),
    [{ ky: 'Муктаров Т.К.' }, { ky: 'Мухтаров Т. К.' }],
  )
  t.equal(
    now.persons[0].personId,
    now.persons[1].personId,
    'a correction of the name concerns the same person',
  )
  t.match(
    answerOf(house, id, '2026-01-15', beforeCorrection),
    { revision: '1', verdict: { status: 'valid' } },
    'what was known then',
  )
  t.equal(answerOf(house, id, '2026-01-15', '2020-01-01T00:00:00.000Z'), 'not-known-then')
  t.strictSame(
    timelineOf(registry.readModel, id)?.entries.map(({ type, changes: fields }) => [type, fields.length > 0]),
    [
      ['AwardIssued', true],
      ['AwardAccepted', true],
      ['AwardCorrected', true],
      ['AwardRevoked', true],
    ],
  )
  t.equal(
    listCertificates(registry.readModel, { recipient: 'fund' }, { today: '2026-01-15', limit: 10 })
      .certificates.length,
    1,
  )

  const rebuilt = await buildReadModel(registry.log, join(house.folder, 'fresh.sqlite'))
  t.ok(rebuilt)
  const { ReadModel } = await import('../src/projections/read-model.ts')
  const { ALL } = await import('../src/projections/all.ts')
  const fresh = new ReadModel(join(house.folder, 'fresh.sqlite'), ALL)
  t.equal(fresh.digest(), registry.readModel.digest(), 'live and rebuilt read models have one digest')
  fresh.close()
  await registry.close()
})

void t.test(
  'erasing a person leaves no byte of the person in any file, and the certificate stands',
  async (t) => {
    const house = await openTestRegistry()
    t.teardown(house.remove)
    await withCouncil(house)
    const { run, registry, folder } = house
    const names = Array.from({ length: 40 }, (_, n) => `Эркин-${n}-Жумабекова`)
    const ids: string[] = []
    for (const name of names) {
      const { id } = await must(run('certificate.issue', undefined, certificate, { actor }))
      await must(
        run(
          'certificate.accept',
          id,
          { person: { name: { ky: name } }, acceptedOn: '2024-11-07' },
          { actor },
        ),
      )
      ids.push(id)
    }
    t.not(filesWith(folder, names).length, 0, 'the names lie somewhere before')
    t.notOk(
      filesWith(folder, names).some((file) => file.includes('log.sqlite')),
      'but never in the log',
    )
    const persons = ids.map((id) => answerOf(house, id, '2026-01-15').persons[0])
    const [kept, ...erased] = persons
    for (const { personId } of erased)
      await must(run('person.erase', personId, { reason: 'asked-by-the-person' }))
    t.strictSame(filesWith(folder, names.slice(1)), [])
    t.match(answerOf(house, ids[1] ?? '', '2026-01-15'), {
      verdict: { status: 'valid' },
      persons: [{ state: 'erased' }],
    })
    t.match(answerOf(house, ids[0] ?? '', '2026-01-15'), {
      persons: [{ state: 'shown', personId: kept.personId }],
    })
    t.match(
      await run(
        'certificate.correct',
        ids[1],
        {
          changes: [
            { field: 'acceptance.person', after: { personId: erased[0].personId, name: { ky: names[1] } } },
          ],
          reason: 'x',
        },
        { actor },
      ),
      { ok: false, refusal: { kind: 'person-erased' } },
    )
    await registry.close()
    t.strictSame(filesWith(folder, names.slice(1)), [], 'nor after closing')
    const reopened = await openTestRegistry(folder)
    t.match(answerOf(reopened, ids[0] ?? '', '2026-01-15'), { persons: [{ state: 'shown' }] })
    t.strictSame(reopened.faults, [])
    await reopened.registry.close()
  },
)

void t.test('a clock stepped back keeps the order of what was recorded', async (t) => {
  const house = await openTestRegistry()
  t.teardown(house.remove)
  await withCouncil(house)
  house.clock.now -= 3_600_000
  const { id } = await must(house.run('certificate.issue', undefined, certificate, { actor }))
  await must(house.run('certificate.suspend', id, { from: '2025-01-01', reason: 'inquiry' }, { actor }))
  await house.registry.close()
  const reopened = await openTestRegistry(house.folder)
  reopened.clock.now -= 7_200_000
  await must(reopened.run('certificate.reinstate', id, { from: '2025-02-01', reason: 'cleared' }, { actor }))
  const times: string[] = []
  for await (const batch of reopened.registry.log.readAll({ commit: -1n, prepare: -1n }))
    for (const { metadata } of batch) times.push(metadata.recordedAt)
  t.strictSame(times, times.toSorted(), 'recordedAt never goes back')
  await reopened.registry.close()
})

void t.test('what an unreadable event follows is not shown, and the projector says which', async (t) => {
  const house = await openTestRegistry()
  t.teardown(house.remove)
  await withCouncil(house)
  const { id } = await must(house.run('certificate.issue', undefined, certificate, { actor }))
  const metadata = {
    recordedAt: house.registry.now(),
    actor: 'x',
    correlationId: 'x',
    causationId: 'x',
    schemaVersion: '2',
  }
  const event = { id: '018f6b5e-0000-7000-8000-000000000001', type: 'AwardVoided', data: {}, metadata }
  const appended = await house.registry.log.append(`award-${id}`, 0n, [event])
  if (appended.kind !== 'appended') throw new Error('conflict')
  t.equal(await house.registry.projector.reached(appended.position, 2_000), false)
  const health = house.registry.projector.health()
  t.match(health, { status: 'stopped', fault: /AwardVoided/ })
  await house.registry.close()
})

void t.test(
  'a supersession whose recorder died between its two streams is finished at the next start',
  async (t) => {
    const house = await openTestRegistry()
    t.teardown(house.remove)
    await withCouncil(house)
    const old = await must(house.run('certificate.issue', undefined, certificate, { actor }))
    const next = await must(house.run('certificate.issue', undefined, certificate, { actor }))
    const metadata = {
      recordedAt: house.registry.now(),
      actor: 'x',
      correlationId: 'x',
      causationId: 'x',
      schemaVersion: '1',
    }
    const data = { by: next.id, from: '2025-01-01', reason: 'new name' }
    const event = { id: '018f6b5e-0000-7000-8000-000000000002', type: 'AwardSuperseded', data, metadata }
    await house.registry.log.append(`award-${old.id}`, 0n, [event])
    await house.registry.close()
    const reopened = await openTestRegistry(house.folder)
    await reopened.registry.caughtUp(2_000)
    t.strictSame(answerOf(reopened, next.id, '2026-01-15').certificate.lineage, { supersedes: [old.id] })
    t.match(answerOf(reopened, old.id, '2026-01-15').verdict, { status: 'superseded', supersededBy: next.id })
    await reopened.registry.close()
  },
)
