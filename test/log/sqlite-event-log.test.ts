import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import t from 'tap'
import type { Test } from 'tap'
import type { AppendOutcome } from '../../src/log/event-log.ts'
import { comparePositions, START } from '../../src/log/position.ts'
import { FolderInUseError, acquireServerLock } from '../../src/log/server-lock.ts'
import { encodeEvents } from '../../src/log/encode-events.ts'
import { SqliteAppender } from '../../src/log/sqlite-append.ts'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { logFile, openForWriting, readPragma } from '../../src/log/sqlite-schema.ts'
import { SqliteWriterClient } from '../../src/log/sqlite-writer-client.ts'
import { eventLogContract } from '../contract/event-log-contract.ts'
import { collect, newEvent, newEvents } from '../support/events.ts'

const support = (name: string) => new URL(`../support/${name}`, import.meta.url).pathname

/** What is done to a sound file, and where the check finds it. */
const DAMAGES: readonly [string, object][] = [
  ['DELETE FROM event WHERE position = 2', { position: 3n, stream: 'award-a' }],
  ['DELETE FROM event WHERE position = 1004', { position: 1005n, stream: 'award-b' }],
  [`UPDATE event SET data = '{' WHERE position = 2`, { position: 2n, stream: 'award-a' }],
  [`UPDATE event SET data = '[]' WHERE position = 2`, { position: 2n, stream: 'award-a' }],
  [`UPDATE event SET metadata = '{"actor":"a"}' WHERE position = 2`, { position: 2n, stream: 'award-a' }],
  [
    `UPDATE event SET metadata = json_set(metadata, '$.recordedAt', '1999-01-01T00:00:00.000Z') WHERE position = 3`,
    { position: 3n, stream: 'award-a' },
  ],
  [`UPDATE event SET id = '' WHERE position = 2`, { position: 2n, stream: 'award-a' }],
]

await eventLogContract(t, 'sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  return { log: await openSqliteEventLog(folder), cleanup: () => rmSync(folder, { recursive: true }) }
})

await t.test('every commit of a reopened file is flushed: synchronous is FULL', async (t) => {
  const file = logFile(folderFor(t))
  for (const time of ['new', 'reopened', 'reopened again']) {
    const database = openForWriting(file)
    t.equal(readPragma(database, 'synchronous'), 2, time)
    t.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal', time)
    database.close()
  }
})

await t.test('a file of a later format is refused', async (t) => {
  const folder = folderFor(t)
  const database = new DatabaseSync(logFile(folder))
  database.exec('PRAGMA user_version = 99')
  database.close()
  await t.rejects(openSqliteEventLog(folder))
  await t.rejects(openSqliteEventLog(folder, { readonly: true }))
})

await t.test('repeats are known after the log was opened again', async (t) => {
  const folder = folderFor(t)
  const events = newEvents(3)
  const before = await openSqliteEventLog(folder)
  const first = await before.append('award-a', 'no-stream', events)
  await before.append('award-a', 2n, newEvents(1))
  await before.close()
  const log = await opened(t, folder)
  t.same(await log.append('award-a', 'no-stream', events), first)
  t.equal((await log.readStream('award-a')).revision, 3n)
})

await t.test('a log opened for reading reads and does not write', async (t) => {
  const folder = folderFor(t)
  await t.rejects(openSqliteEventLog(folder, { readonly: true }))
  await (await opened(t, folder)).append('award-a', 'no-stream', newEvents(2))
  const log = await openSqliteEventLog(folder, { readonly: true })
  t.teardown(() => log.close())
  t.equal((await collect(log.readAll(START))).length, 2)
  await t.rejects(log.append('award-a', 1n, newEvents(1)), { name: 'LogUnavailableError' })
})

await t.test('an event can be neither changed nor deleted', async (t) => {
  const folder = folderFor(t)
  await (await opened(t, folder)).append('award-a', 'no-stream', newEvents(2))
  const database = openForWriting(logFile(folder))
  t.throws(() => database.exec(`UPDATE event SET type = 'Other'`))
  t.throws(() => database.exec('DELETE FROM event'))
  database.close()
})

await t.test('a second server on the same folder is refused, by name and pid', (t) => {
  const folder = join(folderFor(t), 'new')
  const lock = acquireServerLock(folder)
  t.throws(() => acquireServerLock(folder), { name: 'FolderInUseError', folder, pid: process.pid })
  lock.release()
  lock.release()
  acquireServerLock(folder).release()
  t.end()
})

await t.test(
  'a lock lasts as long as its process, garbage collected or not, and is gone after kill -9',
  async (t) => {
    const folder = folderFor(t)
    const code = `const { acquireServerLock } = await import(${JSON.stringify(
      new URL('../../src/log/server-lock.ts', import.meta.url).href,
    )})
    acquireServerLock(${JSON.stringify(folder)}); await new Promise((resolve) => setTimeout(resolve, 10)); gc()
    setTimeout(() => console.log('{}'), 10); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', code])
    await lines(child)[Symbol.asyncIterator]().next()
    t.throws(() => acquireServerLock(folder), { name: 'FolderInUseError', pid: child.pid })
    child.kill('SIGKILL')
    await once(child, 'exit')
    t.doesNotThrow(() => acquireServerLock(folder).release())
    t.equal(new FolderInUseError(folder, undefined).pid, undefined)
  },
)

await t.test('a write of another process is followed within 100 ms', async (t) => {
  const folder = folderFor(t)
  const log = await opened(t, folder)
  const child = spawn(process.execPath, [support('append-child.ts'), folder])
  const said = lines(child)[Symbol.asyncIterator]()
  await said.next()
  const abort = new AbortController()
  const arrived = new Map<string, number>()
  const following = (async () => {
    for await (const batch of log.follow(START, { signal: abort.signal }))
      for (const { stream } of batch) arrived.set(stream, performance.now())
  })()
  const delays: number[] = []
  for (let round = 0; round < 10; round += 1) {
    child.stdin?.write(`${round}\n`)
    await said.next()
    const acknowledged = performance.now()
    await sleep(150)
    delays.push((arrived.get(`award-${round}-0`) ?? Number.POSITIVE_INFINITY) - acknowledged)
  }
  abort.abort()
  child.stdin?.end()
  await Promise.all([following, once(child, 'exit')])
  t.comment(`milliseconds after the answer: ${delays.map((delay) => delay.toFixed(0)).join(' ')}`)
  t.ok(delays.every((delay) => delay < 100))
})

await t.test('reads go on while writes are in flight', async (t) => {
  const log = await opened(t, folderFor(t))
  let answered = 0
  const write = async (writer: number) => {
    for (let index = 0; index < 50; index += 1) {
      await log.append(`award-${writer}-${index}`, 'no-stream', newEvents(2))
      answered += 1
    }
  }
  const writing = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
  let reads = 0
  while (answered < 400) {
    await log.readStream('award-0-0')
    await sleep(0)
    reads += 1
  }
  await writing
  t.comment(`${reads} reads`)
  t.ok(reads > 10, `${reads} reads`)
})

await t.test('a backup taken under load opens as a log, is sound and equals what was there', async (t) => {
  const folder = folderFor(t)
  const log = await opened(t, folder)
  for (let index = 0; index < 30; index += 1) await log.append(`award-${index}`, 'no-stream', newEvents(100))
  const before = await collect(log.readAll(START))
  const copy = join(folder, 'copy')
  mkdirSync(copy)
  let progress = 0
  const [, later] = await Promise.all([
    log.backup(logFile(copy), ({ done, total }) => {
      progress = Math.max(progress, done / total)
    }),
    Promise.all(newEvents(50).map((event) => log.append(`later-${event.id}`, 'no-stream', [event]))),
  ])
  t.equal(later.length, 50)
  t.notOk(existsSync(`${logFile(copy)}.partial`))
  t.ok(progress > 0)
  const restored = await opened(t, copy)
  t.same((await collect(restored.readAll(START))).slice(0, before.length), before)
  t.same(await restored.checkIntegrity(), [])
  await t.rejects(log.backup(logFile(copy)), 'a backup is not written over')
  t.match(await restored.append('award-0', 99n, newEvents(1)), { kind: 'appended' })
})

await t.test(
  'the integrity check finds a gap, broken JSON, lacking metadata and a broken file',
  async (t) => {
    const folder = folderFor(t)
    const log = await openSqliteEventLog(folder)
    await log.append('award-a', 'no-stream', newEvents(3))
    for (let revision = -1; revision < 1_499; revision += 250)
      await log.append('award-b', revision < 0 ? 'no-stream' : BigInt(revision), newEvents(250))
    let last = { done: 0, total: 0 }
    t.same(await log.checkIntegrity((progress) => (last = progress)), [])
    t.same(last, { done: 3006, total: 3006 })
    await log.close()
    const file = logFile(folder)
    for (const [damage, expected] of DAMAGES) {
      const damaged = join(folder, 'damaged')
      mkdirSync(damaged, { recursive: true })
      copyFileSync(file, logFile(damaged))
      damageFile(logFile(damaged), damage)
      const checked = await openSqliteEventLog(damaged)
      t.same(
        (await checked.checkIntegrity()).map(({ position, stream }) => ({ position, stream })),
        [expected],
        damage,
      )
      await checked.close()
      rmSync(damaged, { recursive: true })
    }
  },
)

await t.test('a full disk is LogUnavailableError, loses nothing that was answered, and passes', async (t) => {
  const folder = folderFor(t)
  await (await openSqliteEventLog(folder)).close()
  const answers = await runWithFileLimit(folder, 1_000)
  const kinds = new Set(answers.map(({ kind }) => kind))
  t.same([...kinds].sort(), ['LogUnavailableError', 'appended'])
  const log = await opened(t, folder)
  const stored = new Set((await collect(log.readAll(START))).map(({ id }) => id))
  const answered = answers.filter(({ kind }) => kind === 'appended')
  t.equal(answers.length, 40, 'the process went on')
  t.ok(answered.length > 5)
  t.same(
    answered.filter(({ id }) => !stored.has(id)),
    [],
  )
  t.equal(stored.size, answered.length)
  t.same(await log.checkIntegrity(), [])
  t.match(await log.append('award-after', 'no-stream', [newEvent()]), { kind: 'appended' })
})

await t.test('a transaction that fails is undone, and the same connection goes on', (t) => {
  const database = openForWriting(logFile(folderFor(t)))
  const appender = new SqliteAppender(database)
  const request = (stream: string, bytes = 10) => ({
    stream,
    expected: -1,
    events: encodeEvents([newEvent({ data: { text: 'x'.repeat(bytes) } })]),
  })
  database.exec(`PRAGMA max_page_count = ${readPragma(database, 'page_count') + 5}`)
  const group = [request('award-a'), request('award-b', 50_000), request('award-c')]
  t.same(
    appender.appendAll(group).map(([kind]) => kind),
    ['unavailable', 'unavailable', 'unavailable'],
  )
  t.notOk(database.isTransaction)
  t.match(appender.appendAll([request('award-a')]), [['appended', 0, 1]])
  database.exec('PRAGMA max_page_count = 100000')
  t.match(appender.appendAll(group), [
    ['conflict', 0],
    ['appended', 0, 2],
    ['appended', 0, 3],
  ])
  database.close()
  t.end()
})

await t.test('a statement that fails in the middle of a group undoes the whole group', (t) => {
  const database = openForWriting(logFile(folderFor(t)))
  database.exec(`CREATE TRIGGER bad BEFORE INSERT ON event WHEN NEW.stream = 'award-bad'
    BEGIN SELECT RAISE(ABORT, 'planted'); END`)
  const appender = new SqliteAppender(database)
  const group = ['award-a', 'award-bad'].map((stream) => ({
    stream,
    expected: -1,
    events: encodeEvents([newEvent()]),
  }))
  const later = group.slice(1)
  t.same(
    appender.appendAll(group.slice(0, 1), () => later.splice(0)).map(([kind]) => kind),
    ['unavailable', 'unavailable'],
  )
  t.equal(database.prepare('SELECT count(*) AS n FROM event').get()?.['n'], 0)
  database.close()
  t.end()
})

await t.test('a backup is done though writing never stops', async (t) => {
  const folder = folderFor(t)
  const log = await opened(t, folder)
  const large = () => newEvent({ data: { text: 'x'.repeat(50_000) } })
  await log.append('award-a', 'no-stream', Array.from({ length: 250 }, large))
  const { position } = appended(await log.append('award-b', 'no-stream', newEvents(1)))
  let done = false
  const writing = (async () => {
    for (let index = 0; !done && index < 2_000; index += 1)
      await log.append(`award-${index}`, 'no-stream', [newEvent()])
  })()
  mkdirSync(join(folder, 'copy'))
  let steps = 0
  await log.backup(logFile(join(folder, 'copy')), () => {
    steps += 1
  })
  done = true
  await writing
  t.ok(steps > 2)
  const copied = await (await opened(t, join(folder, 'copy'))).head()
  t.ok(comparePositions(copied, position) >= 0)
  t.ok(
    comparePositions(copied, { commit: position.commit + 5n, prepare: position.prepare + 5n }) < 0,
    'one moment',
  )
})

await t.test('an append waits for another process to let go of the log, a read does not', async (t) => {
  const folder = folderFor(t)
  const log = await opened(t, folder)
  const other = openForWriting(logFile(folder))
  other.exec('BEGIN IMMEDIATE')
  const waiting = log.append('award-a', 'no-stream', newEvents(1))
  await sleep(50)
  t.same(await log.readStream('award-a'), { revision: 'no-stream', events: [] })
  other.exec('COMMIT')
  other.close()
  t.match(await waiting, { kind: 'appended' })
})

await t.test(
  'a writer that stopped fails what it was given, and the next append starts another',
  async (t) => {
    const folder = join(folderFor(t), 'absent')
    let commits = 0
    const writer = new SqliteWriterClient(logFile(folder), () => {
      commits += 1
    })
    const request = { stream: 'award-a', expected: -1, events: encodeEvents([newEvent()]) }
    await t.rejects(writer.append(request), { name: 'LogUnavailableError' })
    mkdirSync(folder)
    t.match(await writer.append(request), ['appended', 0, 1])
    t.equal(commits, 1)
    await writer.close()
  },
)

await t.test('several processes may open an absent log at the same moment', async (t) => {
  const folder = folderFor(t)
  const children = Array.from({ length: 4 }, (_, index) => {
    const child = spawn(process.execPath, [support('append-child.ts'), folder, '20'])
    child.stdin.end(`${index}\n`)
    return child
  })
  const answers = await Promise.all(children.map((child) => Array.fromAsync(lines(child))))
  t.equal(answers.flat().filter((line) => 'kind' in line && line.kind === 'appended').length, 80)
  const log = await opened(t, folder)
  t.equal((await collect(log.readAll(START))).length, 80)
  t.same(await log.checkIntegrity(), [])
})

type Answer = { readonly id: string; readonly kind: string }

/**
 * Forty appends of 50,000 bytes by a process that may write no file beyond `kibibytes`. tap's hooks are taken
 * from it: they would die of the signal that the limit sends. Node ignores it, and SQLite meets a failed write.
 */
async function runWithFileLimit(folder: string, kibibytes: number): Promise<Answer[]> {
  const script = `unset NODE_OPTIONS; trap '' XFSZ; ulimit -f ${kibibytes}; exec "$@"`
  const command = [process.execPath, support('append-child.ts'), folder, '40', '50000']
  const child = spawn('bash', ['-c', script, 'bash', ...command])
  child.stdin.end('full\n')
  const answers: Answer[] = []
  for await (const line of lines(child)) if ('id' in line) answers.push(line as Answer)
  return answers
}

async function* lines(child: ChildProcess): AsyncGenerator<object> {
  if (child.stdout === null) throw new Error('the child has no output')
  child.stderr?.pipe(process.stderr)
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as object
}

function damageFile(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  database.exec('DROP TRIGGER event_unchanged; DROP TRIGGER event_kept')
  database.exec(sql)
  database.close()
}

function appended(outcome: AppendOutcome) {
  if (outcome.kind !== 'appended') throw new Error('appended was expected')
  return outcome
}

function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function opened(t: Test, folder: string) {
  const log = await openSqliteEventLog(folder)
  t.teardown(() => log.close())
  return log
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
