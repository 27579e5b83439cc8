import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { EventLog } from '../log/event-log.ts'
import { formatPosition, parsePosition, START } from '../log/position.ts'
import { ALL } from '../projections/all.ts'
import { ReadModel } from '../projections/read-model.ts'
import { buildReadModel } from '../projections/rebuild.ts'
import { leafOf } from '../tlog/event-leaf.ts'
import { readIfThere } from '../tlog/durable-file.ts'
import { parseCheckpoint } from '../transparency/checkpoint.ts'
import { CompactRange } from '../transparency/compact-range.ts'
import { leafHash } from '../transparency/hash.ts'
import type { Stores } from './config.ts'
import { EXIT } from './exit-codes.ts'
import { openHouse, readModelIn } from './house.ts'
import { type Io, line, progress } from './io.ts'
import { temporaryFolder } from './temporary.ts'

/** Something that is not as it should be, and in which part. */
export type CheckFinding = {
  readonly part: 'log' | 'read model' | 'transparency log'
  readonly problem: string
}

export type CheckOptions = {
  readonly json?: boolean
  /** Whether it tells on the error output how far it is, a line of JSON each time (see `progressLine`). */
  readonly progress?: boolean
}

/** How far a part is, as a line of the error output. */
export const progressLine = z.strictObject({
  part: z.enum(['log', 'read model', 'transparency log']),
  done: z.number(),
  total: z.number(),
})
type Tell = (part: CheckFinding['part'], done: number, total: number) => void

const TELL_EVERY_MS = 200

/** Tells now and then, and always of the end. */
function teller(io: Io): Tell {
  let last = 0
  return (part, done, total) => {
    const now = performance.now()
    if (done < total && now - last < TELL_EVERY_MS) return
    last = now
    line(io.err, JSON.stringify({ part, done, total } satisfies z.infer<typeof progressLine>))
  }
}

/**
 * `check`: the log is sound, the read model is what a fresh replay of it gives, and the log is still the one that the
 * last checkpoint was signed over. Runs beside a server.
 */
export async function check(
  io: Io,
  config: Stores,
  { json, progress: tells = false }: CheckOptions,
): Promise<number> {
  const house = await openHouse(config, io.now)
  const bar = progress(io, 'checking the log')
  const tell = tells ? teller(io) : () => undefined
  const findings: CheckFinding[] = []
  try {
    const found = await house.log.checkIntegrity?.(({ done, total }) => {
      bar.update(done, total)
      // It is read twice: for its order, and event by event.
      tell('log', Math.floor(done / 2), total / 2)
    })
    for (const { position, stream, problem } of found ?? [])
      findings.push({
        part: 'log',
        problem: [position && `position ${position}`, stream, problem].filter(Boolean).join(', '),
      })
    bar.stop()
    // Behind an event that can't be read, neither replay would end well.
    if (findings.length === 0)
      findings.push(
        ...(await compareReadModel(house.log, house.folder, tell)),
        ...(await compareCheckpoint(house.log, house.folder, tell)),
      )
  } finally {
    bar.stop()
    await house.close()
  }
  if (json) line(io.out, JSON.stringify({ sound: findings.length === 0, findings }))
  else if (findings.length === 0)
    line(
      io.out,
      house.log.checkIntegrity
        ? 'sound: the log is whole, and the read model is what it adds up to'
        : 'sound: the read model is what the log adds up to (EventStoreDB checks its own files when it starts)',
    )
  else for (const { part, problem } of findings) line(io.out, `${part}: ${problem}`)
  return findings.length === 0 ? EXIT.ok : EXIT.unsound
}

async function compareReadModel(log: EventLog, folder: string, tell: Tell): Promise<readonly CheckFinding[]> {
  const path = readModelIn(folder)
  if (!existsSync(path)) return []
  const temporary = temporaryFolder()
  try {
    const held = digestOf(path)
    await buildReadModel(log, join(temporary, 'fresh.sqlite'), {
      until: held.position,
      onProgress: ({ position, head }) => tell('read model', Number(position.commit), Number(head.commit)),
    })
    if (digestOf(join(temporary, 'fresh.sqlite')).digest === held.digest) return []
    const place = formatPosition(held.position)
    const problem = `differs from a replay up to position ${place}; mend it with: rebuild`
    return [{ part: 'read model', problem }]
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** The digest and the position that it is of, from one snapshot: a server may be writing. */
function digestOf(path: string) {
  const model = new ReadModel(path, ALL)
  try {
    model.db.exec('BEGIN')
    const row = model.prepare("SELECT value FROM meta WHERE name = 'position'").get()
    return { position: parsePosition(String(row?.['value'])) ?? START, digest: model.digest() }
  } finally {
    model.close()
  }
}

/** Makes every leaf anew: an event that was altered, however long ago, gives another root than the one signed. */
async function compareCheckpoint(
  log: EventLog,
  folder: string,
  tell: Tell,
): Promise<readonly CheckFinding[]> {
  const note = readIfThere(join(folder, 'tlog-checkpoint'))
  if (note === undefined) return []
  const signed = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
  const tree = new CompactRange()
  for await (const batch of log.readAll(START)) {
    for (const event of batch) if (tree.size < (signed?.size ?? 0)) tree.push(leafHash(leafOf(event).data))
    tell('transparency log', tree.size, signed?.size ?? 0)
    if (tree.size >= (signed?.size ?? 0)) break
  }
  if (signed && tree.size === signed.size && tree.root() === signed.root) return []
  const problem =
    signed && tree.size < signed.size
      ? `the log has ${tree.size} events, and a checkpoint over ${signed.size} was signed`
      : 'the events are not those that the last checkpoint was signed over; an audit names the first'
  return [{ part: 'transparency log', problem }]
}
