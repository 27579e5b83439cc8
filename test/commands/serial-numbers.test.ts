import t from 'tap'
import { answer, award, CommandRig, Crash } from '../support/command-rig.ts'

const numbered = { ...award, serialNumber: 'МГС-34/001' }

async function furnished(t: { teardown: (close: () => Promise<void>) => void }): Promise<CommandRig> {
  const rig = new CommandRig()
  t.teardown(() => rig.close())
  await rig.furnish()
  return rig
}

/** The invariant: no two awards bear one number, and each number is held by the award that bears it. */
async function bearers(rig: CommandRig): Promise<readonly string[]> {
  const bearing = new Map<string, string | undefined>()
  for (const { stream, type, data } of await rig.events()) {
    if (type === 'AwardIssued') bearing.set(stream, data['serialNumber'] as string | undefined)
    if (type === 'AwardSupplemented') bearing.set(stream, data['serialNumber'] as string)
    if (type === 'AwardCorrected')
      for (const change of data['changes'] as { field: string; after: string }[])
        if (change.field === 'serialNumber') bearing.set(stream, change.after)
  }
  return [...bearing.values()].filter((number) => number !== undefined)
}

void t.test('a number is taken once per issuer, however it is written', async (t) => {
  const rig = await furnished(t)
  await rig.must('certificate.issue', undefined, numbered)
  const again = { ...numbered, serialNumber: 'мгс-34/001' }
  t.equal(answer(await rig.run('certificate.issue', undefined, again)), 'duplicate-serial')
  t.equal(answer(await rig.run('certificate.issue', undefined, { ...again, issuerId: 'academy' })), 'ok')
})

void t.test('what is refused reserves nothing', async (t) => {
  const rig = await furnished(t)
  for (const wrong of [{ kind: 'excellence' }, { issuedOn: '2026-01-01' }, { basis: { agendaItem: 1 } }])
    t.not(answer(await rig.run('certificate.issue', undefined, { ...numbered, ...wrong })), 'ok')
  t.equal(await rig.count('SerialReserved'), 0)
})

void t.test('many at once: one bears the number', async (t) => {
  const rig = await furnished(t)
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => rig.run('certificate.issue', undefined, numbered)),
  )
  t.equal(outcomes.filter(({ ok }) => ok).length, 1)
  t.equal((await bearers(rig)).length, 1)
})

void t.test('an issue cut anywhere is completed by its repeat', async (t) => {
  for (const append of [1, 2])
    for (const when of ['before', 'behind'] as const) {
      const rig = await furnished(t)
      const key = { idempotencyKey: 'k' }
      rig.log.crashAt(append, when)
      await t.rejects(rig.run('certificate.issue', undefined, numbered, key), Crash)
      rig.log.restart()
      await rig.must('certificate.issue', undefined, numbered, key)
      t.equal(await rig.count('AwardIssued'), 1, `crash ${when} append ${append}`)
      t.equal(await rig.count('SerialReserved'), 1)
    }
})

void t.test('a number whose recorder died is taken over after a minute, and never borne twice', async (t) => {
  const rig = await furnished(t)
  const key = { idempotencyKey: 'k' }
  rig.log.crashAt(2, 'before')
  await t.rejects(rig.run('certificate.issue', undefined, numbered, key), Crash)
  rig.log.restart()
  rig.now += 59_000
  t.equal(answer(await rig.run('certificate.issue', undefined, numbered)), 'duplicate-serial')
  rig.now += 2_000
  await rig.must('certificate.issue', undefined, numbered)
  t.equal(answer(await rig.run('certificate.issue', undefined, numbered, key)), 'issue-abandoned')
  t.same(await bearers(rig), [numbered.serialNumber])
})

void t.test('a takeover cut anywhere is completed by the next one', async (t) => {
  for (const append of [1, 2, 3])
    for (const when of ['before', 'behind'] as const) {
      const rig = await furnished(t)
      rig.log.crashAt(2, 'before')
      await t.rejects(rig.run('certificate.issue', undefined, numbered), Crash)
      rig.now += 61_000
      rig.log.crashAt(append, when)
      await t.rejects(rig.run('certificate.issue', undefined, numbered), Crash)
      rig.log.restart()
      rig.now += 61_000
      await rig.must('certificate.issue', undefined, numbered)
      t.same(await bearers(rig), [numbered.serialNumber], `crash ${when} append ${append}`)
    }
})

void t.test('a slow recorder that comes back after the takeover issues nothing', async (t) => {
  const rig = await furnished(t)
  const { log } = rig
  const inner = log.append.bind(log)
  const ready = Promise.withResolvers<undefined>()
  const goOn = Promise.withResolvers<undefined>()
  let isFirst = true
  log.append = async (stream, expected, events) => {
    if (isFirst && stream.startsWith('award-')) {
      isFirst = false
      ready.resolve(undefined)
      await goOn.promise
    }
    return inner(stream, expected, events)
  }
  const slow = rig.run('certificate.issue', undefined, numbered)
  await ready.promise
  rig.now += 61_000
  await rig.must('certificate.issue', undefined, numbered)
  goOn.resolve(undefined)
  t.equal(answer(await slow), 'issue-abandoned')
  t.same(await bearers(rig), [numbered.serialNumber])
})

void t.test('a slow recorder that comes back just before the takeover keeps its number', async (t) => {
  const rig = await furnished(t)
  const { log } = rig
  const inner = log.append.bind(log)
  const ready = Promise.withResolvers<undefined>()
  const goOn = Promise.withResolvers<undefined>()
  const slow: { issue?: Promise<unknown> } = {}
  log.append = async (stream, expected, events) => {
    if (events[0]?.type === 'AwardIssued' && slow.issue) {
      ready.resolve(undefined)
      await goOn.promise
    }
    if (events[0]?.type === 'AwardIssueAbandoned') {
      goOn.resolve(undefined)
      await slow.issue
    }
    return inner(stream, expected, events)
  }
  slow.issue = rig.must('certificate.issue', undefined, numbered)
  await ready.promise
  rig.now += 61_000
  t.equal(answer(await rig.run('certificate.issue', undefined, numbered)), 'duplicate-serial')
  t.same(await bearers(rig), [numbered.serialNumber])
})

void t.test('a corrected number frees the former one, whatever dies in between', async (t) => {
  const correction = {
    changes: [{ field: 'serialNumber', before: 'МГС-34/001', after: 'МГС-34/002' }],
    reason: 'misread',
  }
  for (const append of [1, 2, 3])
    for (const when of ['before', 'behind'] as const) {
      const rig = await furnished(t)
      const { id } = await rig.must('certificate.issue', undefined, numbered)
      rig.log.crashAt(append, when)
      await t.rejects(rig.run('certificate.correct', id, correction, { idempotencyKey: 'c' }), Crash)
      rig.log.restart()
      const taken = { ...award, serialNumber: 'МГС-34/002' }
      if (append > 1 || when === 'behind')
        t.equal(answer(await rig.run('certificate.issue', undefined, taken)), 'duplicate-serial')
      await rig.must('certificate.correct', id, correction, { idempotencyKey: 'c' })
      t.equal(await rig.count('AwardCorrected'), 1, `crash ${when} append ${append}`)
      t.equal(answer(await rig.run('certificate.issue', undefined, taken)), 'duplicate-serial')
      t.equal(answer(await rig.run('certificate.issue', undefined, numbered)), 'ok')
      t.same([...(await bearers(rig))].sort(), ['МГС-34/001', 'МГС-34/002'])
    }
})

void t.test('a number added later is held like one given at issue', async (t) => {
  const rig = await furnished(t)
  const { id } = await rig.must('certificate.issue', undefined, award)
  rig.log.crashAt(2, 'before')
  await t.rejects(rig.run('certificate.supplement', id, { serialNumber: 'МГС-34/001' }), Crash)
  rig.log.restart()
  rig.now += 3_600_000
  t.equal(answer(await rig.run('certificate.issue', undefined, numbered)), 'duplicate-serial')
  await rig.must('certificate.supplement', id, { serialNumber: 'МГС-34/001' })
  t.same(await bearers(rig), ['МГС-34/001'])
  const other = await rig.must('certificate.issue', undefined, award)
  t.equal(
    answer(await rig.run('certificate.supplement', other.id, { serialNumber: 'МГС-34/001' })),
    'duplicate-serial',
  )
})
