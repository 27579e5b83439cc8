import { DatabaseSync } from 'node:sqlite'

/** The latest checkpoint of a log that a witness cosigned. */
export type Witnessed = { readonly size: number; readonly root: string; readonly note: string }

/** What a witness must never forget: one row a log, flushed at every commit, safe for several processes. */
export class WitnessStore {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 5_000 })
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    this.#db.exec(
      'CREATE TABLE IF NOT EXISTS witnessed (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root TEXT NOT NULL, note TEXT NOT NULL) STRICT',
    )
  }

  latest(origin: string): Witnessed | undefined {
    const row = this.#db.prepare('SELECT size, root, note FROM witnessed WHERE origin = ?').get(origin)
    return row && { size: Number(row['size']), root: String(row['root']), note: String(row['note']) }
  }

  /** All logs that were cosigned. */
  origins(): readonly string[] {
    return this.#db
      .prepare('SELECT origin FROM witnessed')
      .all()
      .map(({ origin }) => String(origin))
  }

  /** Runs a check and a `put` as one: no other process gets between them. */
  atomically<T>(check: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const answer = check()
      this.#db.exec('COMMIT')
      return answer
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  put(origin: string, { size, root, note }: Witnessed): void {
    this.#db.prepare('INSERT OR REPLACE INTO witnessed VALUES (?, ?, ?, ?)').run(origin, size, root, note)
  }

  close(): void {
    this.#db.close()
  }
}
