import t from 'tap'
import { LogUnavailableError } from '../../src/log/event-log.ts'
import { Batch, Batches } from '../../src/http/desk/batch/batch.ts'
import { checkRows, recordRows, type Work } from '../../src/http/desk/batch/run.ts'
import { BATCH_WORDS } from '../../src/http/desk/batch/words.ts'
import type { Table } from '../../src/tables/table.ts'
import { must, openTestRegistry, withCouncil } from '../support/registry.ts'

const fields = ['kind', 'title.en', 'organizationId', 'name.en', 'issuedOn']
const tableOf = (count: number): Table => ({
  columns: fields,
  rows: Array.from({ length: count }, (_, n) => ({
    number: n + 2,
    cells: ['status', `Award ${n}`, 'fund', 'Fund', '2024-11-06'],
  })),
})
const batchOf = (issuerId: string, count: number, cell = '') => {
  const { columns, rows } = tableOf(count)
  const table = { columns, rows: rows.map((row) => ({ ...row, cells: [...row.cells, cell] })) }
  return new Batch(issuerId, 'x.csv', table, { fields, defaults: {} })
}

void t.test(
  'a log that goes away ends the run, says so once, and leaves the other rows to be checked again',
  async (t) => {
    const rig = await openTestRegistry()
    t.teardown(async () => {
      await rig.registry.close()
      rig.remove()
    })
    await withCouncil(rig)
    await must(rig.run('issuer.grant-key', 'council', { keyId: 'k2', role: 'issuer' }))
    const actor = { name: 'council/k2', role: 'issuer', issuerId: 'council' } as const
    const asking = { actor, language: 'en', requestId: 'r' } as const
    const work: Work = { registry: rig.registry, asking, words: BATCH_WORDS.en }
    const batch = batchOf('council', 60)
    await checkRows(work, batch)
    t.equal(batch.count('fresh'), 60)
    const append = rig.registry.log.append.bind(rig.registry.log)
    let appended = 0
    rig.registry.log.append = (...given) =>
      (appended += 1) > 20 ? Promise.reject(new LogUnavailableError('away')) : append(...given)
    await t.rejects(recordRows(work, batch), LogUnavailableError)
    t.match(batch, { state: 'stopped', halt: 'fault', isRunning: false })
    const failed = batch.count('failed')
    t.ok(failed > 0 && failed <= 16, `${failed} rows were under way`)
    t.equal(batch.count('recorded') + failed + batch.count('fresh'), 60)
    rig.registry.log.append = append
    await checkRows(work, batch)
    t.equal(batch.count('already') + batch.count('fresh'), 60)
    await recordRows(work, batch)
    t.match(batch, { state: 'done', halt: undefined })
    t.equal(batch.count('already') + batch.count('recorded'), 60)

    rig.registry.personal.secret = () => Promise.reject(new Error('away'))
    await t.rejects(checkRows(work, batch))
    t.match(
      batch,
      { state: 'columns', halt: 'fault', isRunning: false },
      'a check that could not begin leaves the columns',
    )
  },
)

void t.test('what runs is never pushed out, however many and large tables come', (t) => {
  const batches = new Batches()
  const running = Array.from({ length: 4 }, (_, n) => batchOf(`issuer-${n}`, 1))
  for (const one of running) {
    one.running = new AbortController()
    batches.add(one)
  }
  const large = 'x'.repeat(15_000_000)
  for (let n = 0; n < 50; n++) batches.add(batchOf(`rival-${n}`, 1, n % 2 ? large : ''))
  for (const one of running) {
    t.equal(batches.find(one.id, one.issuerId), one)
    t.notOk(one.running?.signal.aborted)
  }
  const many = Array.from({ length: 50 }, (_, n) => batches.of(`rival-${n}`).length).reduce(
    (a, b) => a + b,
    0,
  )
  t.ok(many >= 10 && many <= 28, `${many} others are kept`)
  batches.close()
  t.ok(
    running.every((one) => one.running?.signal.aborted),
    'closing stops what runs',
  )
  t.end()
})
