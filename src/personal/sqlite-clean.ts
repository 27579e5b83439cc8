import type { DatabaseSync } from 'node:sqlite'

/** How long to ask again for the WAL's end while another process reads. */
const PATIENCE_MS = 10_000
const PAUSE_MS = 50

/** Whether something was removed whose bytes may still be in a file. */
export function needsCleaning(database: DatabaseSync): boolean {
  return database.prepare('SELECT removals > cleaned AS due FROM erasure').get()?.['due'] === 1
}

/**
 * Leaves no byte of removed rows in the main file, the WAL or the shared-memory file. `secure_delete` zeroes deleted
 * cells, freed pages and overflow pages, yet not the old copies that stay behind in a page's unused middle when SQLite
 * moves cells to a sibling page (0 to 4 of some 11,000 removed rows in our tests). So the file is written anew by
 * VACUUM, which copies live rows only, and the WAL cut to nothing. Takes time and memory in proportion to the store.
 * A crash or an error anywhere here leaves `erasure` telling that cleaning is due.
 * Throws where a reader of another process keeps the WAL from being cut for `patienceMs`.
 */
export function clean(database: DatabaseSync, patienceMs = PATIENCE_MS): void {
  const removals = Number(database.prepare('SELECT removals FROM erasure').get()?.['removals'])
  database.exec('VACUUM')
  truncateWal(database, patienceMs)
  database.prepare('UPDATE erasure SET cleaned = max(cleaned, ?)').run(removals)
}

function truncateWal(database: DatabaseSync, patienceMs: number): void {
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)')
  const deadline = performance.now() + patienceMs
  while (checkpoint.get()?.['busy'] !== 0) {
    if (performance.now() > deadline)
      throw new Error('removed, but another process reads the old pages and keeps them in the WAL')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
  }
}
