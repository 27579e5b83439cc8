import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeEvents } from '../../src/log/encode-events.ts'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { openForWriting } from '../../src/log/sqlite-schema.ts'
import { plan, type Planned } from './awards.ts'
import { inNewFolder } from './folders.ts'

/** How many appends are in flight, or share one flush. */
export const CONCURRENT = 64

/** The organisations and the issuer that stand before the first award of a plan. */
const STAGE = 2_002

/** Awards that exist before the clock starts, so that making them ready costs no contender anything. */
export function awards(count: number): Planned[] {
  return [...plan(STAGE + count, false)].slice(STAGE)
}

/** Awards a second through the log port: `CONCURRENT` callers, each waiting for its append. */
export function portRate(planned: readonly Planned[], seconds: number): Promise<number> {
  return inNewFolder(async (folder) => {
    const log = await openSqliteEventLog(folder)
    const rate = await concurrently(planned, seconds, async ({ stream, event }) => {
      const outcome = await log.append(stream, 'no-stream', [event])
      if (outcome.kind !== 'appended') throw new Error(`${stream} is not new`)
    })
    await log.close()
    return rate
  })
}

/** The same rows by hand: one thread, one statement, one transaction for every `CONCURRENT` of them. */
export function rawRate(planned: readonly Planned[], seconds: number): Promise<number> {
  return inNewFolder(async (folder) => {
    const database = openForWriting(join(folder, 'log.sqlite'))
    const insert = database.prepare(
      'INSERT INTO event (stream, revision, id, type, data, metadata) VALUES (?, 0, ?, ?, ?, ?)',
    )
    const rate = inGroups(planned, seconds, (group) => {
      database.exec('BEGIN IMMEDIATE')
      for (const { stream, event } of group)
        for (const [id, type, data, metadata] of encodeEvents([event]))
          insert.run(stream, id, type, data, metadata)
      database.exec('COMMIT')
    })
    database.close()
    return rate
  })
}

/** The same text as lines of a plain file, flushed once for every `CONCURRENT` of them: the floor of durability. */
export function fileRate(planned: readonly Planned[], seconds: number): Promise<number> {
  return inNewFolder(async (folder) => {
    const file = openSync(join(folder, 'lines'), 'a')
    const rate = inGroups(planned, seconds, (group) => {
      const lines = group.map(({ stream, event }) => `${stream}\t${encodeEvents([event])[0]?.join('\t')}\n`)
      writeSync(file, lines.join(''))
      fdatasyncSync(file)
    })
    closeSync(file)
    return rate
  })
}

/** Runs `append` over the plan with so many callers until time or plan runs out. Answers how many a second. */
export async function concurrently(
  planned: readonly Planned[],
  seconds: number,
  append: (planned: Planned) => Promise<void>,
  callers = CONCURRENT,
): Promise<number> {
  const start = performance.now()
  let next = 0
  const caller = async () => {
    while (performance.now() - start < seconds * 1_000) {
      const one = planned[next++]
      if (!one) return
      await append(one)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return rate(Math.min(next, planned.length), start)
}

function inGroups(
  planned: readonly Planned[],
  seconds: number,
  write: (group: readonly Planned[]) => void,
): number {
  const start = performance.now()
  let done = 0
  while (done < planned.length && performance.now() - start < seconds * 1_000) {
    write(planned.slice(done, done + CONCURRENT))
    done += CONCURRENT
  }
  return rate(Math.min(done, planned.length), start)
}

const rate = (done: number, start: number) => done / ((performance.now() - start) / 1_000)
