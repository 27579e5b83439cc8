import { createHash, hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { formatPosition, type Position, parsePosition, START } from '../log/position.ts'
import type { Projection, Table } from './projection.ts'
import type { RegistryEvent } from './registry-event.ts'
import { UnitOfWork } from './unit-of-work.ts'

/** The read model on disk was made by other projections: it has to be rebuilt. */
export class ReadModelOutdatedError extends Error {
  override readonly name = 'ReadModelOutdatedError'
}

export type ReadModelOptions = {
  readonly projections: readonly Projection[]
  /** SQL of the tables outside the digest, which hold what can be erased: in a file of their own, which is vacuumed then. */
  readonly erasable: readonly string[]
  /** For a rebuild aside: no journal, no flush, indexes made by `finish`. Worthless if the process dies. */
  readonly bulk?: boolean
}

/** Rows are read from the page cache itself, 2 GiB of them at most: no copy and no call a page. Shared, so no node's own memory. */
const MAPPED = 2 ** 31 - 65_536

const META = 'CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)'

/**
 * One SQLite file with the tables of all projections and the position they stand at. Rows and position move in one
 * transaction and the position never goes back, so a batch delivered twice changes nothing. The file follows from the
 * log: it is flushed at WAL checkpoints only, and after a crash it is some events behind at worst, never wrong.
 */
export class ReadModel {
  readonly path: string
  readonly #options: ReadModelOptions
  #db: DatabaseSync
  #inode = 0
  #position: Position = START
  #statements = new Map<string, StatementSync>()
  readonly #held = new Set<string>()
  readonly #versions = new Map<string, number>()
  #snapshot: NodeJS.Immediate | undefined

  /** Opens or makes the file. Throws `ReadModelOutdatedError` where other projections made it. */
  constructor(path: string, options: ReadModelOptions) {
    this.path = path
    this.#options = options
    this.#db = this.#open()
  }

  /** Where the rows stand. */
  get position(): Position {
    return this.#position
  }

  /** For queries of this module's neighbours: a handle that may change after `reopenIfReplaced`. */
  get db(): DatabaseSync {
    return this.#db
  }

  /** A number that changes whenever rows of a table may have: for whoever remembers what it read from them. */
  versionOf(table: string): number {
    return this.#versions.get(table) ?? 0
  }

  /** A prepared query, made once. Rows come as objects. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  /**
   * Lets what is read in this turn of the event loop share one snapshot, and the locks that each query would take and
   * give back for itself (a third of what reading one row costs). Ends by itself, and before anything is written.
   */
  snapshot(): void {
    if (this.#snapshot !== undefined) return
    this.prepare('BEGIN').run()
    this.#snapshot = setImmediate(() => this.#endSnapshot())
  }

  #endSnapshot(): void {
    if (this.#snapshot === undefined) return
    clearImmediate(this.#snapshot)
    this.#snapshot = undefined
    this.prepare('COMMIT').run()
  }

  /** Projects events that lie behind the position; those before it have been projected. */
  apply(events: readonly RegistryEvent[], position: Position): void {
    if (position.commit <= this.#position.commit) return
    const work = new UnitOfWork(this, this.#held)
    this.transaction(() => {
      for (const event of events) {
        if (event.recorded.position.commit <= this.#position.commit) continue
        for (const projection of this.#options.projections)
          for (const change of projection.project(event)) work.change(change)
      }
      for (const table of work.flush()) this.#versions.set(table, this.versionOf(table) + 1)
      this.prepare("INSERT OR REPLACE INTO meta VALUES ('position', ?)").run(formatPosition(position))
    })
    this.#position = position
    work.remember()
  }

  /** Runs `write` in one transaction; a bulk load is one transaction from its opening to `finish`. */
  transaction(write: () => void): void {
    if (this.#options.bulk) return write()
    this.#endSnapshot()
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      write()
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** Makes the indexes after a bulk load and turns the file into an ordinary, durable one. */
  finish(): void {
    for (const table of this.#tables()) for (const sql of table.index) this.#db.exec(sql)
    this.prepare("INSERT OR REPLACE INTO meta VALUES ('complete', ?)").run('yes')
    this.#db.exec('COMMIT')
    this.close()
    const file = openSync(this.path, 'r+')
    fsyncSync(file)
    closeSync(file)
  }

  /** Moves this finished file into the place of another, whose readers find out by `reopenIfReplaced`. */
  moveTo(path: string): void {
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
    renameSync(this.path, path)
  }

  /** Opens the file anew where another process has rebuilt and swapped it. */
  reopenIfReplaced(): boolean {
    const inode = statSync(this.path, { throwIfNoEntry: false })?.ino
    if (inode === undefined || inode === this.#inode) return false
    this.close()
    this.#held.clear()
    for (const { name } of this.#tables()) this.#versions.set(name, this.versionOf(name) + 1)
    this.#db = this.#open()
    return true
  }

  /**
   * SHA-256 (hex) over every row of every projection, in order of its key: equal for equal logs, whatever the
   * batches. What can be erased stands outside.
   */
  digest(): string {
    const sum = createHash('sha256')
    for (const { name, columns } of this.#tables()) {
      const rows = this.#db.prepare(`SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${columns[0]}`)
      rows.setReturnArrays(true)
      sum.update(`${name}\n`)
      for (const row of rows.iterate()) sum.update(`${JSON.stringify(row)}\n`)
    }
    return sum.digest('hex')
  }

  /**
   * Leaves no byte of rows deleted from the erasable tables in any file. `secure_delete` alone would leave old copies in
   * the unused middle of pages (personal/sqlite-clean.ts), so that file is written anew and its WAL cut.
   */
  cleanErasable(): void {
    this.#endSnapshot()
    this.#db.exec('VACUUM personal')
    this.#db.exec('PRAGMA personal.wal_checkpoint(TRUNCATE)')
  }

  close(): void {
    if (this.#db.isOpen) this.#endSnapshot()
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }

  #tables(): readonly Table[] {
    return this.#options.projections.flatMap(({ tables }) => tables)
  }

  #open(): DatabaseSync {
    const { bulk = false, erasable } = this.#options
    if (!bulk) makeErasable(erasableFile(this.path), erasable)
    const db = new DatabaseSync(this.path)
    db.exec(`PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536; PRAGMA mmap_size = ${bulk ? 0 : MAPPED};
      PRAGMA journal_mode = ${bulk ? 'OFF' : 'WAL'}; PRAGMA synchronous = ${bulk ? 'OFF' : 'NORMAL'}; PRAGMA temp_store = MEMORY;
      PRAGMA locking_mode = ${bulk ? 'EXCLUSIVE' : 'NORMAL'}`)
    db.exec(META)
    const version = hash(
      'sha256',
      JSON.stringify([this.#tables().map(({ create, index }) => [create, index]), erasable]),
    )
    const known = (name: string) => db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value']
    if (known('version') === undefined) {
      for (const { create, index } of this.#tables())
        for (const sql of bulk ? [create] : [create, ...index]) db.exec(sql)
      db.prepare("INSERT INTO meta VALUES ('version', ?), ('position', 'start'), ('complete', ?)").run(
        version,
        bulk ? 'no' : 'yes',
      )
    } else if (known('version') !== version || known('complete') !== 'yes') {
      db.close()
      throw new ReadModelOutdatedError(`${this.path} was made by other projections; rebuild it`)
    }
    this.#position = parsePosition(String(known('position'))) ?? START
    this.#inode = statSync(this.path, { throwIfNoEntry: false })?.ino ?? 0
    if (bulk) db.exec('BEGIN')
    if (!bulk) db.prepare('ATTACH ? AS personal').run(erasableFile(this.path))
    if (!bulk) db.exec('PRAGMA personal.secure_delete = ON')
    return db
  }
}

/** Where the erasable tables of a read model lie. They outlive its rebuilding. */
const erasableFile = (path: string) => path.replace(/(\.sqlite)?$/, '.personal.sqlite')

/** Makes the erasable tables where they are absent or of another version: what they hold comes from the personal store. */
function makeErasable(path: string, tables: readonly string[]): void {
  const version = hash('sha256', JSON.stringify(tables))
  const isCurrent = (db: DatabaseSync) => {
    db.exec(`PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; ${META}`)
    return db.prepare("SELECT value FROM meta WHERE name = 'version'").get()?.['value'] === version
  }
  const existing = new DatabaseSync(path)
  const current = isCurrent(existing)
  existing.close()
  if (current) return
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  const fresh = new DatabaseSync(path)
  isCurrent(fresh)
  for (const sql of tables) fresh.exec(sql)
  fresh.prepare("INSERT INTO meta VALUES ('version', ?)").run(version)
  fresh.close()
}
