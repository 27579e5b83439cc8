import type { StatementSync } from 'node:sqlite'
import type { Change, Row, Table } from './projection.ts'

/** What a unit of work needs of the read model. */
export type Statements = { prepare(sql: string): StatementSync }

/** Bounds the memory of recurring rows: forgotten ones cost an insertion that changes nothing. */
const MOST_HELD = 50_000

type Entry = { row: Row; readonly stored: Row | undefined; readonly inserted: boolean }

/**
 * Gathers the changes of a batch and writes each changed row once. Rows are read when they are first changed; new rows
 * are written in the order in which they were first touched, so their order does not depend on the batches.
 */
export class UnitOfWork {
  readonly #statements: Statements
  readonly #tables = new Map<Table, Map<string, Entry>>()
  readonly #held: Set<string>
  readonly #recurring: string[] = []

  /** `held`: keys of recurring rows that the read model holds already; this work's are added by `remember`. */
  constructor(statements: Statements, held: Set<string>) {
    this.#statements = statements
    this.#held = held
  }

  /** An insertion of a row that is there already changes nothing. */
  change(change: Change): void {
    const entries = this.#entriesOf(change.table)
    const entry = entries.get(change.key)
    if ('insert' in change) {
      if (entry !== undefined || (change.recurring && this.#held.has(change.key))) return
      if (change.recurring) this.#recurring.push(change.key)
      entries.set(change.key, { row: change.insert(), stored: undefined, inserted: true })
      return
    }
    if (entry !== undefined) {
      entry.row = change.evolve(entry.row)
      return
    }
    const stored = this.#read(change.table, change.key)
    entries.set(change.key, { row: change.evolve(stored), stored, inserted: false })
  }

  #entriesOf(table: Table): Map<string, Entry> {
    let entries = this.#tables.get(table)
    if (!entries) {
      entries = new Map()
      this.#tables.set(table, entries)
    }
    return entries
  }

  /** Writes what changed and answers which tables did. The caller holds the transaction. */
  flush(): readonly string[] {
    for (const [table, entries] of this.#tables) {
      const upsert = this.#statements.prepare(upsertOf(table))
      const insert = this.#statements.prepare(insertOf(table))
      for (const { row, stored, inserted } of entries.values())
        if (row !== stored)
          (inserted ? insert : upsert).run(...table.columns.map((column) => row[column] ?? null))
    }
    return [...this.#tables.keys()].map(({ name }) => name)
  }

  /** Call once the transaction is committed: what was rolled back is not held. */
  remember(): void {
    if (this.#held.size > MOST_HELD) this.#held.clear()
    for (const key of this.#recurring) this.#held.add(key)
  }

  #read(table: Table, key: string): Row | undefined {
    const sql = `SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE ${table.columns[0]} = ?`
    return this.#statements.prepare(sql).get(key) as Row | undefined
  }
}

const insertOf = ({ name, columns }: Table) =>
  `INSERT INTO ${name}(${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`

function upsertOf({ name, columns }: Table): string {
  const [key, ...rest] = columns
  const updates = rest.map((column) => `${column} = excluded.${column}`).join(', ')
  const values = `INSERT INTO ${name}(${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
  return `${values} ON CONFLICT(${key}) ${rest.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${updates}`}`
}
