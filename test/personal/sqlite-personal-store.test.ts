import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { newOpening } from '../../src/personal/commitment.ts'
import type { Opening } from '../../src/personal/personal-store.ts'
import { clean, needsCleaning } from '../../src/personal/sqlite-clean.ts'
import {
  openForWriting,
  personalFile,
  putRows,
  removePerson,
  removeRows,
} from '../../src/personal/sqlite-openings.ts'
import { openSqlitePersonalStore } from '../../src/personal/sqlite-personal-store.ts'
import { personalStoreContract } from '../contract/personal-store-contract.ts'

const NOW = '2026-03-01T12:00:00.000Z'
const folders: string[] = []
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'personal-'))
  folders.push(folder)
  return folder
}
t.teardown(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Lengths vary so that some rows fill overflow pages; the name's head and tail are both looked for. */
function person(index: number): Opening {
  const tail = '·өң'.repeat(index % 20 === 0 ? 2_000 : index % 60)
  return newOpening(`person-${index}-p`, { name: { ky: `Эсенбек${index}баатыр${tail}Соңу${index}уулу` } })
}

/** What would give a person away: the name (as UTF-8, UTF-16 either way), the salt, the person, the commitment. */
function traces(index: number, opening: Opening): Buffer[] {
  const names = [`Эсенбек${index}баатыр`, `Соңу${index}уулу`]
  const utf16 = names.map((name) => Buffer.from(name, 'utf16le'))
  return [
    ...[...names, opening.salt, opening.commitment, opening.personId].map((text) => Buffer.from(text)),
    ...utf16,
    ...utf16.map((bytes) => Buffer.from(bytes).swap16()),
  ]
}

/** Which persons left a byte string in any file of the folder. */
function found(folder: string, people: ReadonlyMap<number, Opening>): number[] {
  const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
  return [...people].filter(([i, o]) => traces(i, o).some((trace) => bytes.includes(trace))).map(([i]) => i)
}

personalStoreContract(t, 'sqlite', async () => openSqlitePersonalStore(newFolder()))

void t.test('a forgotten person leaves no byte in any file', async (tt) => {
  const folder = newFolder()
  const store = openSqlitePersonalStore(folder)
  const people = new Map(Array.from({ length: 500 }, (_, i) => [i, person(i)]))
  await Promise.all([...people.values()].map((o) => store.put([o], NOW)))
  tt.equal(found(folder, people).length, 500, 'the search finds them all')
  const gone = new Map([...people].filter(([i]) => i % 2 === 0))
  const kept = new Map([...people].filter(([i]) => i % 2 === 1))
  const counts = await Promise.all([...gone.values()].map((o) => store.forgetPerson(o.personId)))
  tt.ok(counts.every((count) => count === 1))
  tt.strictSame(found(folder, gone), [], 'while the store is open')
  tt.equal((await store.get([...people.values()].map((o) => o.commitment))).length, 250)
  const copy = join(newFolder(), 'personal.sqlite')
  await store.backup(copy)
  await store.close()
  tt.strictSame(found(folder, gone), [], 'after close')
  tt.equal(found(folder, kept).length, 250)
  tt.strictSame(found(join(copy, '..'), gone), [], 'in a backup')
})

/** Numbers of persons of whom a part of the name, or the id, stands in the folder. One pass, for many persons. */
function named(folder: string): Set<number> {
  const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const parts = text.join(' ').matchAll(/Эсенбек(\d+)баатыр|Соңу(\d+)уулу|person-(\d+)-p/g)
  return new Set([...parts].map((part) => Number(part[1] ?? part[2] ?? part[3])))
}

void t.test('nor after years of puts and removals that move rows from page to page', async (tt) => {
  const folder = newFolder()
  const writer = openForWriting(personalFile(folder))
  writer.exec('PRAGMA synchronous = OFF')
  const alive = new Map<number, string>()
  for (let round = 0; round < 40; round += 1) {
    for (let i = round * 300; i < (round + 1) * 300; i += 1) {
      const { personId, fields } = person(i)
      const commitment = hash('sha256', `fixed ${i}`)
      putRows(writer, [[commitment, personId, 'salt', JSON.stringify(fields), NOW]])
      alive.set(i, commitment)
    }
    for (const [i, commitment] of alive) {
      if (Number.parseInt(hash('sha256', `${round} ${i}`).slice(0, 4), 16) % 20 > 6) continue
      removeRows(writer, [commitment])
      alive.delete(i)
    }
  }
  const left = () => [...named(folder)].filter((i) => !alive.has(i))
  writer.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  tt.comment(`secure_delete alone leaves bytes of ${left().length} persons`)
  clean(writer)
  tt.strictSame(left(), [])
  tt.equal(named(folder).size, alive.size)
  writer.close()
})

void t.test('a backup opens as a store, and is never written over', async (tt) => {
  const store = openSqlitePersonalStore(newFolder())
  const opening = person(1)
  await store.put([opening], NOW)
  const folder = newFolder()
  await store.backup(personalFile(folder))
  await tt.rejects(store.backup(personalFile(folder)))
  await store.close()
  tt.strictSame(readdirSync(folder), ['personal.sqlite'])
  const copy = openSqlitePersonalStore(folder)
  tt.strictSame(await copy.get([opening.commitment]), [{ ...opening, storedAt: NOW }])
  await copy.close()
})

void t.test(
  'a reader of another process that stays makes the cleaning fail, and a repeat cleans',
  async (tt) => {
    const folder = newFolder()
    const people = new Map([[1, person(1)]])
    const writer = openForWriting(personalFile(folder))
    writer.exec('PRAGMA busy_timeout = 50')
    const store = openSqlitePersonalStore(folder)
    await store.put([...people.values()], NOW)
    const other = new DatabaseSync(personalFile(folder), { readOnly: true })
    other.exec('BEGIN')
    other.prepare('SELECT count(*) FROM opening').get()
    tt.equal(removePerson(writer, 'person-1-p'), 1)
    tt.throws(() => clean(writer, 100))
    tt.ok(needsCleaning(writer))
    tt.strictSame(found(folder, people), [1], 'the bytes are still there')
    other.close()
    tt.equal(await store.forgetPerson('person-1-p'), 0, 'the repeat')
    tt.notOk(needsCleaning(writer))
    tt.strictSame(found(folder, people), [])
    writer.close()
    await store.close()
  },
)

void t.test('a crash between removal and cleaning is made good on open', async (tt) => {
  const folder = newFolder()
  const people = new Map(Array.from({ length: 30 }, (_, i) => [i + 1, person(i + 1)]))
  const first = openSqlitePersonalStore(folder)
  await first.put([...people.values()], NOW)
  await first.close()
  const writer = openForWriting(personalFile(folder))
  writer.exec('PRAGMA secure_delete = OFF')
  for (const { personId } of people.values()) removePerson(writer, personId)
  writer.close()
  tt.ok(found(folder, people).length > 20, 'the bytes are still there')
  await openSqlitePersonalStore(folder).close()
  tt.strictSame(found(folder, people), [])
})

void t.test('a reopened file flushes each commit and zeroes what it deletes', async (tt) => {
  const file = personalFile(newFolder())
  openForWriting(file).close()
  const again = openForWriting(file)
  tt.equal(again.prepare('PRAGMA synchronous').get()?.['synchronous'], 2)
  tt.equal(again.prepare('PRAGMA secure_delete').get()?.['secure_delete'], 1)
  tt.equal(again.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
  again.exec('PRAGMA user_version = 99')
  again.close()
  tt.throws(() => openForWriting(file), 'a later format')
})

void t.test('a file of the format before secrets is taken on, with what it holds', async (tt) => {
  const folder = newFolder()
  const before = openSqlitePersonalStore(folder)
  const kept = person(1)
  await before.put([kept], NOW)
  await before.close()
  const writer = openForWriting(personalFile(folder))
  writer.exec('DROP TABLE secret; PRAGMA user_version = 1')
  writer.close()
  const after = openSqlitePersonalStore(folder)
  tt.equal(await after.secret('batch-rows', 'kept'), 'kept')
  tt.equal((await after.get([kept.commitment])).length, 1)
  await after.close()
  const again = openSqlitePersonalStore(folder)
  tt.equal(await again.secret('batch-rows', 'later'), 'kept', 'and keeps it when closed')
  await again.close()
})

void t.test('kill -9 keeps every put that was resolved', async (tt) => {
  const folder = newFolder()
  const child = spawn(process.execPath, [join(import.meta.dirname, '../support/put-openings.ts'), folder])
  let text = ''
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (text.split('\n').length > 200) break
  }
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  const told = text.split('\n').slice(0, -1)
  const store = openSqlitePersonalStore(folder)
  tt.ok(told.length >= 200)
  let held = 0
  for (let i = 0; i < told.length; i += 500) held += (await store.get(told.slice(i, i + 500))).length
  tt.equal(held, told.length)
  await store.close()
})

void t.test('close finishes what was accepted; later calls say that it is closed', async (tt) => {
  const folder = newFolder()
  const store = openSqlitePersonalStore(folder)
  const opening = person(3)
  const put = store.put([opening], NOW)
  await store.close()
  await put
  await store.close()
  await tt.rejects(store.put([person(4)], NOW), { name: 'PersonalStoreUnavailableError' })
  await tt.rejects(store.get([opening.commitment]), { name: 'PersonalStoreUnavailableError' })
  const again = openSqlitePersonalStore(folder)
  tt.equal((await again.get([opening.commitment])).length, 1)
  await again.close()
})
