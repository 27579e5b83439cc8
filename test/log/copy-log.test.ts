import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { copyLog, digestOf, LogsDifferError } from '../../src/log/copy-log.ts'
import { type EventLog, LogUnavailableError } from '../../src/log/event-log.ts'
import { START } from '../../src/log/position.ts'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { collect, newEvent, newEvents } from '../support/events.ts'
import { MemoryEventLog } from '../support/memory-event-log.ts'

async function sqliteLog(t: Test): Promise<EventLog> {
  const folder = mkdtempSync(join(tmpdir(), 'copy-log-'))
  const log = await openSqliteEventLog(folder)
  t.teardown(async () => {
    await log.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return log
}

/** Streams that take turns, with appends of several events among them. */
async function fill(log: EventLog): Promise<void> {
  await log.append('award-a', 'no-stream', newEvents(3))
  await log.append('award-b', 'no-stream', newEvents(1))
  await log.append('award-a', 2n, newEvents(2))
  await log.append('issuer-i', 'no-stream', [newEvent({ data: { name: { ky: 'Кеңеш' } } })])
  await log.append('award-b', 0n, newEvents(1))
}

const content = async (log: EventLog) =>
  (await collect(log.readAll(START))).map(({ position: _position, ...event }) => event)

for (const [name, open] of [
  ['memory to SQLite', async (t: Test) => ({ from: new MemoryEventLog(), to: await sqliteLog(t) })],
  ['SQLite to memory', async (t: Test) => ({ from: await sqliteLog(t), to: new MemoryEventLog() })],
] as const) {
  void t.test(`${name}: everything but positions is kept, and a repeat writes nothing`, async (t) => {
    const { from, to } = await open(t)
    await fill(from)
    const first = await copyLog(from, to)
    t.match(first, { events: 8, before: 0 })
    t.same(await content(to), await content(from))
    t.same(await digestOf(to), { events: 8, digest: (await digestOf(from)).digest })
    t.same(await copyLog(from, to), { ...first, before: 8 })
    t.equal((await content(to)).length, 8)
  })
}

void t.test('a copy that was cut off goes on where it ended', async (t) => {
  const from = new MemoryEventLog()
  const to = await sqliteLog(t)
  await fill(from)
  const append = to.append.bind(to)
  let appends = 0
  to.append = async (...given) => {
    if (++appends > 2) throw new LogUnavailableError('away')
    return append(...given)
  }
  await t.rejects(copyLog(from, to), LogUnavailableError)
  to.append = append
  const seen: number[] = []
  const copied = await copyLog(from, to, ({ events }) => seen.push(events))
  t.match(copied, { events: 8, before: 4 })
  t.equal(seen.at(-1), 8)
  t.same(await content(to), await content(from))
})

void t.test('what is recorded during the copy is copied too', async (t) => {
  const from = new MemoryEventLog()
  const to = new MemoryEventLog()
  await fill(from)
  let late = true
  const copied = await copyLog(from, to, () => {
    if (late) void from.append('award-late', 'no-stream', newEvents(1))
    late = false
  })
  t.ok(copied.events >= 8)
  t.same((await content(to)).slice(0, 8), (await content(from)).slice(0, 8))
})

void t.test('a target with other events is refused and left as it was', async (t) => {
  const from = new MemoryEventLog()
  await fill(from)
  const others: readonly (readonly [string, (to: EventLog) => Promise<unknown>])[] = [
    ['another stream', (to) => to.append('award-z', 'no-stream', newEvents(1))],
    [
      'another event in its place',
      async (to) => {
        await copyLog(from, to)
        await to.append('award-z', 'no-stream', newEvents(1))
      },
    ],
    [
      'the same ids with other data',
      async (to) => {
        const [first] = await collect(from.readAll(START))
        if (first)
          await to.append(first.stream, 'no-stream', [newEvent({ id: first.id, data: { note: 'other' } })])
      },
    ],
  ]
  for (const [what, prepare] of others) {
    const to = new MemoryEventLog()
    await prepare(to)
    const before = await content(to)
    await t.rejects(copyLog(from, to), LogsDifferError, what)
    t.same(await content(to), before, what)
  }
})

void t.test('who writes to the target meanwhile is found out', async (t) => {
  const from = new MemoryEventLog()
  const to = new MemoryEventLog()
  await fill(from)
  const append = to.append.bind(to)
  let once = true
  to.append = async (...given) => {
    if (once) await append('award-intruder', 'no-stream', newEvents(1))
    once = false
    return append(...given)
  }
  await t.rejects(copyLog(from, to), LogsDifferError)
})
