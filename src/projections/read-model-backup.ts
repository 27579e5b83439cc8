import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { awardStream } from '../domain/award.ts'
import type { EventLog } from '../log/event-log.ts'
import { comparePositions, formatPosition, type Position, parsePosition } from '../log/position.ts'
import { copyDatabase } from '../log/sqlite-backup.ts'
import { ALL } from './all.ts'
import { entryOf, type HistoryEntry, readHistory } from './history.ts'
import { ReadModel } from './read-model.ts'
import { readEvent } from './registry-event.ts'

/** A backup that is not what it says it is, or not of this log. Nothing was put in place. */
export class ReadModelBackupError extends Error {
  override readonly name = 'ReadModelBackupError'
}

const position = z.string().transform((text, context) => {
  const read = parsePosition(text)
  if (read) return read
  context.addIssue({ code: 'custom', message: 'is no position' })
  return z.NEVER
})
const manifest = z.strictObject({
  format: z.literal(1),
  position,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
})

export type ReadModelBackup = { readonly position: Position; readonly digest: string }
export type BackupProgress = (progress: { readonly done: number; readonly total: number }) => void

const FILE = 'read-model.sqlite'
const MANIFEST = 'read-model.json'

/** How many certificates a restored read model is asked about before it is believed. */
const SAMPLE = 200

/**
 * Copies a read model while its node works with it into a new folder, with the position and the digest of the copy in
 * `read-model.json`. What can be erased is not in it: each node opens commitments for itself from the personal store.
 * Rejects where the folder holds a backup.
 */
export async function backupReadModel(
  path: string,
  folder: string,
  onProgress?: BackupProgress,
): Promise<ReadModelBackup> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (existsSync(join(folder, MANIFEST))) throw new ReadModelBackupError(`${folder} holds a backup already`)
  return inFolderBeside(join(folder, FILE), async (aside) => {
    const source = new DatabaseSync(path, { readOnly: true })
    try {
      await copyDatabase(source, 'meta', aside, onProgress)
    } finally {
      source.close()
    }
    const model = new ReadModel(aside, ALL)
    const { position } = model
    const made = { position, digest: model.digest() }
    model.close()
    model.moveTo(join(folder, FILE))
    const content = { format: 1, position: formatPosition(position), digest: made.digest }
    writeFileSync(join(folder, MANIFEST), `${JSON.stringify(content)}\n`, { flush: true })
    return made
  })
}

/**
 * Puts a backup in the place of a node's read model: the node then follows the log from there instead of replaying all of
 * it. Before that the copy must have the digest that its manifest names, must have been made by these projections, and a
 * sample of its certificates must say what their streams in `log` say up to its position. (`check` compares the whole
 * with a replay.) Throws `ReadModelBackupError`, `ReadModelOutdatedError` and what the log throws.
 */
export async function restoreReadModel(
  log: EventLog,
  folder: string,
  path: string,
): Promise<ReadModelBackup> {
  const expected = readManifest(join(folder, MANIFEST))
  return inFolderBeside(path, async (aside) => {
    copyFileSync(join(folder, FILE), aside)
    const model = new ReadModel(aside, ALL)
    try {
      if (model.digest() !== expected.digest || comparePositions(model.position, expected.position) !== 0)
        throw new ReadModelBackupError(`${FILE} is not the one that ${MANIFEST} was written for`)
      if (comparePositions(expected.position, await log.head()) > 0)
        throw new ReadModelBackupError('the backup is ahead of this log: it was made from another one')
      await compareSample(log, model)
    } finally {
      model.close()
    }
    model.moveTo(path)
    return expected
  })
}

function readManifest(file: string): ReadModelBackup {
  if (!existsSync(file)) throw new ReadModelBackupError(`${file} is missing`)
  try {
    const { position, digest } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    return { position, digest }
  } catch {
    throw new ReadModelBackupError(`${file} is not what a backup writes`)
  }
}

/** Drawn at random, so that nobody can know which ones a forger would have to leave alone. */
async function compareSample(log: EventLog, model: ReadModel): Promise<void> {
  const rows = model
    .prepare(`SELECT id, history FROM certificate WHERE number IN
      (SELECT 1 + abs(random() % (SELECT max(number) FROM certificate)) FROM json_each(?))`)
    .all(JSON.stringify(Array.from({ length: SAMPLE }, (_, index) => index)))
  for (const row of rows) {
    const id = String(row['id'])
    const { events } = await log.readStream(awardStream(id))
    const entries: HistoryEntry[] = events
      .filter((recorded) => comparePositions(recorded.position, model.position) <= 0)
      .map((recorded) => entryOf(readEvent(recorded).event, recorded))
    if (JSON.stringify(entries) !== JSON.stringify(readHistory(String(row['history']))))
      throw new ReadModelBackupError(
        `the log says otherwise about certificate ${id}: it is another registry's`,
      )
  }
}

/** Hands out a file's name in a folder of its own beside `path`, from where it can be moved there at once. */
async function inFolderBeside<Result>(
  path: string,
  use: (aside: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(`${path}.`)
  try {
    return await use(join(folder, FILE))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
