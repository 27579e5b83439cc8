import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OpeningRow } from './opening-row.ts'

/** How long a connection waits for another process's commit. */
const BUSY_TIMEOUT_MS = 5_000

/** The version of the file's layout, in `PRAGMA user_version`. */
const FORMAT = 2

/**
 * `fields` is canonical JSON, so that equal fields are equal text. `erasure` counts transactions that removed rows and
 * how far the file has been cleaned of them: a crash between a removal and the cleaning is made good later. Files of
 * format 1 had no secrets.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS opening (
    commitment TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    salt TEXT NOT NULL,
    fields TEXT NOT NULL,
    stored_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS opening_person ON opening (person_id);
  CREATE TABLE IF NOT EXISTS erasure (removals INTEGER NOT NULL, cleaned INTEGER NOT NULL) STRICT;
  INSERT INTO erasure SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM erasure);
  CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};
`

/** The personal store's file in its folder. */
export function personalFile(folder: string): string {
  return join(resolve(folder), 'personal.sqlite')
}

/**
 * A connection that writes, and creates the file where there is none. Neither `synchronous` nor `secure_delete` is
 * kept in the file, so both are set on every open. Temporary tables stay in memory: a name never gets to another
 * folder. Throws where the file has a later format than this program knows.
 */
export function openForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY')
    const format = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (format > FORMAT) throw new Error(`${file} has format ${format}, this program reads up to ${FORMAT}`)
    if (format < FORMAT) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A connection that only reads. In WAL mode it waits for no writer. */
export function openForReading(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
}

/** Stores the rows, all or none; what is there already stays as it is. Answers the commitment that conflicts, if any. */
export function putRows(database: DatabaseSync, rows: readonly OpeningRow[]): string | undefined {
  const stored = database.prepare('SELECT person_id, salt, fields FROM opening WHERE commitment = ?')
  const insert = database.prepare('INSERT INTO opening VALUES (?, ?, ?, ?, ?)')
  stored.setReturnArrays(true)
  const fresh = new Map<string, OpeningRow>()
  for (const row of rows) {
    const there =
      fresh.get(row[0])?.slice(1, 4) ?? (stored.get(row[0]) as unknown as readonly string[] | undefined)
    if (there === undefined) fresh.set(row[0], row)
    else if (there.some((value, index) => value !== row[index + 1])) return row[0]
  }
  for (const row of fresh.values()) insert.run(...row)
  return undefined
}

/** Removes a person's rows. Answers how many. */
export function removePerson(database: DatabaseSync, personId: string): number {
  return noteRemoval(database, database.prepare('DELETE FROM opening WHERE person_id = ?').run(personId))
}

/** Removes the rows of these commitments. Answers how many. */
export function removeRows(database: DatabaseSync, commitments: readonly string[]): number {
  const statement = database.prepare(
    'DELETE FROM opening WHERE commitment IN (SELECT value FROM json_each(?))',
  )
  return noteRemoval(database, statement.run(JSON.stringify(commitments)))
}

/** Keeps a secret where there is none of its name. */
export function keepSecret(database: DatabaseSync, name: string, proposed: string): void {
  database.prepare('INSERT INTO secret VALUES (?, ?) ON CONFLICT DO NOTHING').run(name, proposed)
}

function noteRemoval(database: DatabaseSync, { changes }: { changes: number | bigint }): number {
  if (Number(changes) > 0) database.exec('UPDATE erasure SET removals = removals + 1')
  return Number(changes)
}
