import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { fromRow, type OpeningRow, toRow } from './opening-row.ts'
import { PersonalStoreUnavailableError } from './personal-store.ts'
import type { Opening, PersonalStore, SecretName, StoredOpening } from './personal-store.ts'
import { needsCleaning } from './sqlite-clean.ts'
import { openForReading, openForWriting, personalFile } from './sqlite-openings.ts'
import { SqlitePersonalClient } from './sqlite-personal-client.ts'

/** The most commitments of one `get`. */
const MAX_GET = 1_000

/** The personal store of one folder. */
export type SqlitePersonalStore = PersonalStore & {
  /**
   * Copies the store to a new file, whole and flushed, without a byte of what was removed before. The copy does not
   * forget: what is erased later has to be erased there too, or the copy destroyed. Rejects where the file exists.
   */
  backup(toFile: string): Promise<void>
}

/**
 * Opens `<folder>/personal.sqlite`, and creates it where there is none. Writes go to a thread of their own and share
 * flushes; reads are on this one. `forgetPerson` and `remove` resolve when no byte remains in any file of the folder
 * and reject `PersonalStoreUnavailableError` where that can't be had (another process reads on and on, full disk):
 * the rows may be gone by then, and repeating cleans. A cleaning that a crash cut short is made good on open.
 * A put under a stored commitment with another opening rejects `OpeningConflictError`; more than 1,000 commitments in
 * a `get` are a `RangeError`.
 */
export function openSqlitePersonalStore(folder: string): SqlitePersonalStore {
  mkdirSync(folder, { recursive: true })
  const file = personalFile(folder)
  const writer = openForWriting(file)
  try {
    return new Store(file, openForReading(file), needsCleaning(writer))
  } finally {
    writer.close()
  }
}

class Store implements SqlitePersonalStore {
  readonly #client: SqlitePersonalClient
  readonly #reader: DatabaseSync

  constructor(file: string, reader: DatabaseSync, cleaningDue: boolean) {
    this.#reader = reader
    this.#client = new SqlitePersonalClient(file)
    // Any removal cleans where it is due; a cleaning that fails here is tried again by the next one.
    if (cleaningDue) this.remove([]).catch(() => {})
  }

  async put(openings: readonly Opening[], storedAt: string): Promise<void> {
    const instant = new Date(storedAt).toISOString()
    if (openings.length === 0) return
    await this.#client.ask({ kind: 'put', rows: openings.map((opening) => toRow(opening, instant)) })
  }

  async get(commitments: readonly string[]): Promise<readonly StoredOpening[]> {
    if (commitments.length > MAX_GET)
      throw new RangeError(`a get takes at most ${MAX_GET} commitments, not ${commitments.length}`)
    return this.#read('commitment IN (SELECT value FROM json_each(?))', JSON.stringify(commitments))
  }

  forgetPerson(personId: string): Promise<number> {
    return this.#client.ask({ kind: 'forget-person', personId })
  }

  remove(commitments: readonly string[]): Promise<number> {
    return this.#client.ask({ kind: 'remove', commitments })
  }

  async list(query: Parameters<PersonalStore['list']>[0]): Promise<readonly StoredOpening[]> {
    const { storedBefore, afterCommitment = '', limit } = query
    return this.#read(
      'stored_at < ? AND commitment > ? ORDER BY commitment LIMIT ?',
      new Date(storedBefore).toISOString(),
      afterCommitment,
      limit,
    )
  }

  async secret(name: SecretName, proposed: string): Promise<string> {
    const kept = this.#secret(name)
    if (kept !== undefined) return kept
    await this.#client.ask({ kind: 'secret', name, proposed })
    return this.#secret(name) ?? proposed
  }

  async backup(toFile: string): Promise<void> {
    const target = resolve(toFile)
    if (existsSync(target)) throw new Error(`${target} exists`)
    const partial = `${target}.partial`
    rmSync(partial, { force: true })
    try {
      await this.#client.ask({ kind: 'copy', toFile: partial })
      flush(partial, 'r+')
      renameSync(partial, target)
      flush(dirname(target), 'r')
    } finally {
      rmSync(partial, { force: true })
    }
  }

  async close(): Promise<void> {
    if (this.#reader.isOpen) this.#reader.close()
    await this.#client.close()
  }

  #secret(name: SecretName): string | undefined {
    const row = this.#reading(() => this.#reader.prepare('SELECT value FROM secret WHERE name = ?').get(name))
    return row && String(row['value'])
  }

  #read(where: string, ...values: (string | number)[]): StoredOpening[] {
    return this.#reading(() => {
      const statement = this.#reader.prepare(
        `SELECT commitment, person_id, salt, fields, stored_at FROM opening WHERE ${where}`,
      )
      statement.setReturnArrays(true)
      return (statement.all(...values) as unknown as OpeningRow[]).map(fromRow)
    })
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read()
    } catch (cause) {
      throw new PersonalStoreUnavailableError('the personal store can not be read', { cause })
    }
  }
}

function flush(path: string, mode: 'r' | 'r+'): void {
  const handle = openSync(path, mode)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
