import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openForReading } from './sqlite-schema.ts'

/** Something in the log's file that should not be. `position` and `stream` where it can be told. */
export type Finding = { readonly position?: bigint; readonly stream?: string; readonly problem: string }

/** Told now and then how far a long piece of work is. */
export type Progress = (progress: { readonly done: number; readonly total: number }) => void

type Key = [stream: string, revision: number, position: number, recordedAt: string | null]
type Body = [position: number, stream: string, id: string, type: string, data: string, metadata: string]

const PAGE = 1_000
const METADATA = ['recordedAt', 'actor', 'correlationId', 'causationId', 'schemaVersion']

/**
 * Reads the whole file and trusts nothing: SQLite's own integrity check, the revisions of each stream from 0 without
 * a gap and in the order of positions, that no event of a stream is recorded earlier than the one before it, and every
 * event's id, type, data and metadata. Memory stays bounded, findings aside. Changes nothing and can run beside writers; it sees the log as it was when it began.
 * SQLite's own check holds the thread for its length: this is for the command line, not for a server.
 */
export async function checkLog(file: string, onProgress: Progress = () => {}): Promise<Finding[]> {
  const database = openForReading(file)
  try {
    database.exec('BEGIN')
    const findings: Finding[] = []
    const total = 2 * count(database)
    let done = 0
    const advance = async (rows: number) => {
      done += rows
      onProgress({ done, total })
      await nextTurn()
    }
    for (const problem of fileProblems(database)) findings.push({ problem })
    for (const [found, rows] of revisionPages(database)) {
      findings.push(...found)
      await advance(rows)
    }
    for (const [found, rows] of bodyPages(database)) {
      findings.push(...found)
      await advance(rows)
    }
    return findings
  } finally {
    database.close()
  }
}

function count(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS n FROM event').get()?.['n'])
}

function fileProblems(database: DatabaseSync): string[] {
  const rows = database.prepare('PRAGMA integrity_check').all()
  return rows.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok')
}

/** Goes along the index of streams and revisions. Metadata that can't be read are found by `checkBody`. */
function* revisionPages(database: DatabaseSync): Generator<[Finding[], number]> {
  const statement = database.prepare(
    `SELECT stream, revision, position, iif(json_valid(metadata), metadata ->> 'recordedAt', NULL)
     FROM event INDEXED BY event_stream
     WHERE (stream, revision) > (?, ?) ORDER BY stream, revision LIMIT ${PAGE}`,
  )
  statement.setReturnArrays(true)
  let before: Key = ['', -1, 0, null]
  while (true) {
    const keys = statement.all(before[0], before[1]) as unknown as Key[]
    if (keys.length === 0) return
    const findings: Finding[] = []
    for (const key of keys) {
      findings.push(...checkKey(before, key))
      before = key
    }
    yield [findings, keys.length]
  }
}

function* checkKey(before: Key, [stream, revision, position, recordedAt]: Key): Generator<Finding> {
  const sameStream = before[0] === stream
  const due = sameStream ? before[1] + 1 : 0
  const place = { position: BigInt(position), stream }
  if (revision !== due) yield { ...place, problem: `revision ${revision} where ${due} is due` }
  if (sameStream && position < before[2]) yield { ...place, problem: 'lies before its predecessor' }
  if (
    sameStream &&
    recordedAt !== null &&
    before[3] !== null &&
    Date.parse(recordedAt) < Date.parse(before[3])
  )
    yield { ...place, problem: 'recorded earlier than its predecessor' }
}

function* bodyPages(database: DatabaseSync): Generator<[Finding[], number]> {
  const statement = database.prepare(
    `SELECT position, stream, id, type, data, metadata FROM event WHERE position > ? ORDER BY position LIMIT ${PAGE}`,
  )
  statement.setReturnArrays(true)
  let after = -1
  while (true) {
    const rows = statement.all(after) as unknown as Body[]
    const last = rows.at(-1)
    if (last === undefined) return
    after = last[0]
    yield [rows.flatMap(checkBody), rows.length]
  }
}

function checkBody([position, stream, id, type, data, metadata]: Body): Finding[] {
  const problems: string[] = []
  if (stream === '' || id === '' || type === '') problems.push('stream, id or type is empty')
  if (parseObject(data) === undefined) problems.push('data is no JSON object')
  const about = parseObject(metadata)
  if (about === undefined) problems.push('metadata is no JSON object')
  else {
    const missing = METADATA.filter((key) => typeof about[key] !== 'string' || about[key] === '')
    if (missing.length > 0) problems.push(`metadata lacks ${missing.join(', ')}`)
  }
  return problems.map((problem) => ({ position: BigInt(position), stream, problem }))
}

function parseObject(text: string): { readonly [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return value as { readonly [key: string]: unknown }
  } catch {
    return undefined
  }
}
