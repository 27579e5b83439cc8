import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresUnavailableError, type Query } from './postgres-connection.ts'

/** How long a CHECKPOINT may take: it writes out everything that the server has not yet. */
const CHECKPOINT_MS = 10 * 60_000
/** How often, a second apart, to ask for segments that something still holds (an archiver on its way, a standby behind). */
const MAX_ASKED = 10

/** How often, half a second apart, to look whether the standbys have received everything. */
const MAX_LOOKED = 60

/** What a cleaning of the write-ahead log came to. */
export type WalCleaned = {
  /** Segments that were written over from end to end. */
  readonly overwritten: number
  /** Old segments that something keeps (replication slot, `wal_keep_size`, failing archiver): bytes may lie in them. */
  readonly kept: readonly string[]
  /** Where copies of the log go that this server can't reach. */
  readonly archived: boolean
  readonly standbys: number
}

/**
 * Leaves no byte of older records in the server's write-ahead log (`pg_wal`). A checkpoint lets the server drop the old
 * segments, yet it drops few: most get a later name and wait, with all that is in them, to be written over, which in a
 * quiet registry happens never. So this fills every segment that waits, one `pg_switch_wal` each (16 MiB of zeros).
 * Needs a role that may CHECKPOINT, `pg_switch_wal` and `pg_ls_waldir`: a superuser, or as docs/operators.md grants.
 * Rejects `PostgresUnavailableError`, with code `standby-behind` where a standby does not take in what is written.
 */
export async function cleanWal(query: Query): Promise<WalCleaned> {
  await query(`SET statement_timeout = ${CHECKPOINT_MS}`)
  try {
    const old = await current(query)
    await fillSegment(query)
    const kept = await dropUpTo(query, old)
    const overwritten = await fillWaiting(query)
    await checkpoint(query)
    const [mode] = await query('SHOW archive_mode')
    const [standbys] = await query('SELECT count(*)::integer FROM pg_stat_replication')
    return { overwritten, kept, archived: mode?.[0] !== 'off', standbys: Number(standbys?.[0]) }
  } finally {
    await query('RESET statement_timeout').catch(() => {})
  }
}

/** Asks for a checkpoint until every segment up to this one is gone or renamed. Answers those that stay. */
async function dropUpTo(query: Query, last: string): Promise<readonly string[]> {
  for (let asked = 1; ; asked++) {
    await checkpoint(query)
    const kept = (await segments(query)).filter((name) => name <= last)
    if (kept.length === 0 || asked === MAX_ASKED) return kept
    await sleep(1_000)
  }
}

/** A checkpoint drops segments that a standby without a replication slot may still need: it would be lost. */
async function checkpoint(query: Query): Promise<void> {
  for (let looked = 1; await standbyBehind(query); looked++) {
    if (looked === MAX_LOOKED) throw new PostgresUnavailableError('standby-behind')
    await sleep(500)
  }
  await query('CHECKPOINT', [], CHECKPOINT_MS)
}

async function standbyBehind(query: Query): Promise<boolean> {
  const [row] = await query(
    'SELECT bool_or(flush_lsn IS NULL OR flush_lsn < pg_current_wal_flush_lsn()) FROM pg_stat_replication',
  )
  return row?.[0] === true
}

/** Fills segments until the last of those that lie there now is behind. Other writers only speed it up. */
async function fillWaiting(query: Query): Promise<number> {
  const waiting = await segments(query)
  const last = waiting.at(-1) ?? ''
  let filled = 0
  for (; filled <= waiting.length && (await current(query)) <= last; filled++) await fillSegment(query)
  return filled
}

/** Ends the segment in use: the server writes zeros up to its end. Something must stand in it, else it stays. */
async function fillSegment(query: Query): Promise<void> {
  await query("SELECT pg_logical_emit_message(false, 'personal', 'clean')")
  await query('SELECT pg_switch_wal()', [], CHECKPOINT_MS)
}

async function current(query: Query): Promise<string> {
  const [row] = await query('SELECT pg_walfile_name(pg_current_wal_insert_lsn())')
  return String(row?.[0])
}

/** Names of the segments, in order: a name is a number in hexadecimal digits. */
async function segments(query: Query): Promise<readonly string[]> {
  const rows = await query('SELECT name FROM pg_ls_waldir()')
  return rows
    .map(([name]) => String(name))
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .toSorted()
}
