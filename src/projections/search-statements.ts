import type { DatabaseSync, StatementSync } from 'node:sqlite'

type Value = string | number | null
type Found = Readonly<Record<string, Value>>

const prepared = new WeakMap<DatabaseSync, Map<string, StatementSync>>()

/** The rows of a query whose SQL is prepared once for each database. */
export function rowsOf(db: DatabaseSync, sql: string, ...values: Value[]): readonly Found[] {
  const statements = prepared.get(db) ?? new Map<string, StatementSync>()
  prepared.set(db, statements)
  const statement = statements.get(sql) ?? db.prepare(sql)
  statements.set(sql, statement)
  return statement.all(...values) as readonly Found[]
}

/** Behind every text that begins with another: the upper end of a scan by prefix. */
export const endOf = (prefix: string) => `${prefix}\u{10ffff}`
