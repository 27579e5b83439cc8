import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { newOpening } from '../../src/personal/commitment.ts'
import { copyOpenings, StoresDifferError } from '../../src/personal/copy-openings.ts'
import { openSqlitePersonalStore } from '../../src/personal/sqlite-personal-store.ts'

function store(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'copy-openings-'))
  const opened = openSqlitePersonalStore(folder)
  t.teardown(async () => {
    await opened.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return opened
}
const ALL = { storedBefore: '9999-01-01T00:00:00.000Z', limit: 1_000 }

void t.test('openings are copied with the instants at which they were stored, safe to repeat', async (t) => {
  const [from, to] = [store(t), store(t)]
  for (let day = 1; day <= 3; day++)
    await from.put(
      Array.from({ length: 250 }, (_, n) => newOpening(`p-${day}-${n}`, { name: { ky: `Асан ${n}` } })),
      `2026-03-0${day}T12:00:00.000Z`,
    )
  const seen: number[] = []
  t.equal(await copyOpenings(from, to, (copied) => seen.push(copied)), 750)
  t.same(seen, [500, 750])
  t.same(await to.list(ALL), await from.list(ALL))
  t.equal(await copyOpenings(from, to), 750)
  t.same(await to.list(ALL), await from.list(ALL))
})

void t.test('a target that holds what the source has forgotten is refused', async (t) => {
  const [from, to] = [store(t), store(t)]
  await from.put(
    [newOpening('a', { name: { en: 'A' } }), newOpening('b', { name: { en: 'B' } })],
    '2026-03-01T12:00:00.000Z',
  )
  await copyOpenings(from, to)
  await from.forgetPerson('a')
  await t.rejects(copyOpenings(from, to), StoresDifferError)
})

void t.test('secrets come along, and a target that has its own is refused', async (t) => {
  const [from, to, used] = [store(t), store(t), store(t)]
  await from.secret('batch-rows', 'mine')
  await copyOpenings(from, to)
  t.equal(await to.secret('batch-rows', 'another'), 'mine')
  await used.secret('batch-rows', 'its own')
  await t.rejects(copyOpenings(from, used), StoresDifferError)
})
