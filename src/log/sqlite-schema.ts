import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** How long a connection waits for another process's commit. */
const BUSY_TIMEOUT_MS = 5_000

/** How often, and how long apart, a new file is turned to WAL. */
const WAL_ATTEMPTS = 50
const WAL_PAUSE_MS = 10

/**
 * The WAL is moved into the file at 32 MiB. Stream names are random, so nearly every event touches an index page of
 * its own, and the longer the WAL, the more often one page's writes become one.
 */
const CHECKPOINT_PAGES = 8_000

/** Holds the inner pages of that index, and many of its leaves. */
const CACHE_KIB = 16_384

/** The version of the file's layout, in `PRAGMA user_version`. */
const FORMAT = 1

/**
 * One row an event, `position` being the rowid: given out under the write lock, so it grows with time of writing.
 * The only index is (stream, revision). There is none on ids: random keys would cost most of the append rate, and
 * a repeat is found by its revision. The triggers keep the promise that nothing is changed or deleted.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS event (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS event_stream ON event (stream, revision);
  CREATE TRIGGER IF NOT EXISTS event_unchanged BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
  CREATE TRIGGER IF NOT EXISTS event_kept BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
  PRAGMA user_version = ${FORMAT};
`

/** The log's file in its folder. */
export function logFile(folder: string): string {
  return join(resolve(folder), 'log.sqlite')
}

/**
 * A connection that writes, and creates the file where there is none. `synchronous` is set on every open, after the
 * journal mode: SQLite does not keep it in the file, and some builds reopen a WAL file at NORMAL, which does not
 * flush a commit. Throws where the file has a later format than this program knows.
 */
export function openForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    enterWal(database)
    database.exec('PRAGMA synchronous = FULL')
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
    const found = readPragma(database, 'user_version')
    if (found > FORMAT) throw new Error(`${file} has format ${found}, this program reads up to ${FORMAT}`)
    if (found < FORMAT) createSchema(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Turning a new file to WAL does not heed the busy timeout: of two processes that create the log at the same moment
 * one is told that it is locked, and asks again. Later opens find WAL set and wait for nobody.
 */
function enterWal(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (attempt === WAL_ATTEMPTS) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE_MS)
    }
  }
}

function createSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  database.exec(SCHEMA)
  database.exec('COMMIT')
}

/** A connection that only reads. In WAL mode it waits for no writer. Throws where there is no such file. */
export function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    const found = readPragma(database, 'user_version')
    if (found !== FORMAT) throw new Error(`${file} has format ${found}, this program reads ${FORMAT}`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The value of a pragma that is a number. */
export function readPragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
}

/** Makes the name of a new file survive power loss: the entry in its folder is flushed too. */
export function syncFolderOf(file: string): void {
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
