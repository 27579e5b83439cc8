import { setTimeout as sleep } from 'node:timers/promises'
import { type PostgresConnection, PostgresUnavailableError, type Query } from './postgres-connection.ts'
import { LOCKS } from './postgres-schema.ts'

/** How long writing the table anew may take. */
const REWRITE_MS = 10 * 60_000
/** A wait for the table stops every other caller's, so each is short, and repeated until `PATIENCE_MS` are over. */
const LOCK_MS = 500
const PAUSE_MS = 250
const PATIENCE_MS = 10_000
const LOCKED = '55P03'

/**
 * Leaves no byte of removed rows in the files of the tables and their indexes. VACUUM would only mark their places as
 * free, and VACUUM FULL copies dead rows that some old transaction may still see; an ALTER TABLE that rewrites copies
 * what is visible and nothing else. It takes time in proportion to the store, during which nobody else reads it. Nodes
 * take turns, and whoever finds its removals cleaned by another is done.
 * A transaction that read the table before and has not ended (pg_dump) makes this reject after `patienceMs`: the rows
 * are removed by then, the cleaning stays due, and repeating cleans. The write-ahead log is another matter: `cleanWal`.
 */
export async function cleanTable(connection: PostgresConnection, patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await connection.transaction(rewriteWhereDue)
    } catch (error) {
      const locked = error instanceof PostgresUnavailableError && error.code === LOCKED
      if (!locked || performance.now() > deadline) throw error
      await sleep(PAUSE_MS)
    }
  }
}

/** Whether something was removed whose bytes are still in the tables' files. */
export async function needsCleaning(query: Query): Promise<boolean> {
  const [row] = await query('SELECT removals > cleaned FROM erasure')
  return row?.[0] === true
}

async function rewriteWhereDue(query: Query): Promise<void> {
  if (!(await needsCleaning(query))) return
  await query(`SET LOCAL statement_timeout = ${REWRITE_MS}`)
  await query('SELECT pg_advisory_xact_lock($1)', [LOCKS.cleaning], REWRITE_MS)
  if (!(await needsCleaning(query))) return
  await query(`SET LOCAL lock_timeout = ${LOCK_MS}`)
  await query('LOCK TABLE opening IN ACCESS EXCLUSIVE MODE')
  await query('UPDATE erasure SET cleaned = removals')
  await query(`ALTER TABLE opening ALTER COLUMN salt TYPE text COLLATE "C" USING salt || ''`, [], REWRITE_MS)
}
