import type { StatementSync } from 'node:sqlite'
import type { Change, Row, Table } from './projection.ts'

/** What a unit of work needs of the read model. */
export type Statements = { prepare(sql: string): StatementSync }

type Entry = { row: Row | undefined; readonly stored: Row | undefined }

/**
 * Gathers the changes of a batch and writes each changed row once. Rows are read when they are first changed; new rows
 * are written in the order in which they were first touched, so their order does not depend on the batches.
 */
export class UnitOfWork {
  readonly #statements: Statements
  readonly #tables = new Map<Table, Map<string, Entry>>()

  constructor(statements: Statements) {
    this.#statements = statements
  }

  change({ table, key, evolve }: Change): void {
    let entries = this.#tables.get(table)
    if (!entries) {
      entries = new Map()
      this.#tables.set(table, entries)
    }
    let entry = entries.get(key)
    if (!entry) {
      const stored = this.#read(table, key)
      entry = { row: stored, stored }
      entries.set(key, entry)
    }
    entry.row = evolve(entry.row)
  }

  /** Writes what changed. The caller holds the transaction. */
  flush(): void {
    for (const [table, entries] of this.#tables) {
      const upsert = this.#statements.prepare(upsertOf(table))
      for (const { row, stored } of entries.values())
        if (row !== undefined && row !== stored)
          upsert.run(...table.columns.map((column) => row[column] ?? null))
    }
  }

  #read(table: Table, key: string): Row | undefined {
    const sql = `SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE ${table.columns[0]} = ?`
    return this.#statements.prepare(sql).get(key) as Row | undefined
  }
}

function upsertOf({ name, columns }: Table): string {
  const [key, ...rest] = columns
  const updates = rest.map((column) => `${column} = excluded.${column}`).join(', ')
  const conflict = rest.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${updates}`
  return `INSERT INTO ${name}(${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT(${key}) ${conflict}`
}
