import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { newOpening } from '../../src/personal/commitment.ts'
import { openSqlitePersonalStore } from '../../src/personal/sqlite-personal-store.ts'
import { sweepOpenings } from '../../src/personal/sweep.ts'

const OLD = '2026-03-01T11:59:59.999Z'
const now = '2026-03-02T12:00:00.000Z'

void t.test('the sweep removes what no event names a day later, and nothing else', async (tt) => {
  const folder = mkdtempSync(join(tmpdir(), 'sweep-'))
  tt.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const store = openSqlitePersonalStore(folder)
  const make = () => newOpening('p', { name: { ky: 'Мухтаров' } })
  const old = Array.from({ length: 1_203 }, make)
  const young = make()
  await store.put(old, OLD)
  await store.put([young], '2026-03-01T12:00:00.000Z')
  const named = new Set(old.filter((_, i) => i % 3 === 0).map((o) => o.commitment))
  const asked: string[] = []
  const isNamed = async (commitments: readonly string[]) => {
    asked.push(...commitments)
    return new Set(commitments.filter((commitment) => named.has(commitment)))
  }
  const down = new Error('the log is away')
  await tt.rejects(sweepOpenings(store, { now, isNamed: () => Promise.reject(down) }), down)
  tt.equal(await sweepOpenings(store, { now, isNamed }), 802)
  tt.strictSame(asked, old.map((o) => o.commitment).toSorted(), 'asks for each old one once')
  const rest = await store.list({ storedBefore: now, limit: 2_000 })
  tt.strictSame(
    rest.map((o) => o.commitment),
    [...named, young.commitment].toSorted(),
  )
  tt.equal(await sweepOpenings(store, { now, isNamed }), 0, 'again')
  tt.equal(await sweepOpenings(store, { now, olderThanMs: 1, isNamed }), 1, 'a shorter age')
  await store.close()
})
