import type { RegistryEvent } from './registry-event.ts'

/** What a column of a read model holds. JSON is kept as text. */
export type Value = string | number | null

/** A row by column name. */
export type Row = Readonly<Record<string, Value>>

/**
 * A table of the read model. The first column is its key. `derived` names tables that SQLite keeps by itself (full
 * text indexes): they follow from other tables and stand outside the digest.
 */
export type Table = {
  readonly name: string
  readonly columns: readonly string[]
  /** SQL that makes the table, with its key `UNIQUE` or `PRIMARY KEY`. */
  readonly create: string
  /** SQL that makes the other indexes and the derived tables: run after the rows of a rebuild are in, when it is cheapest. */
  readonly index: readonly string[]
}

/**
 * One row to bring up to date: `evolve` is given the row as it stands, with the changes of earlier events in it, and
 * answers the row as it shall be. Pure: a batch may hold many changes of one row and write it once.
 */
export type Evolution = {
  readonly table: Table
  readonly key: string
  readonly evolve: (row: Row | undefined) => Row
}

/**
 * A row that is made by one event and never changed by another, or by the first event of its stream: nothing is read.
 * `recurring` says that many events make the same row (a title): the read model remembers those that it holds.
 */
export type Insertion = {
  readonly table: Table
  readonly key: string
  readonly insert: () => Row
  readonly recurring?: boolean
}

export type Change = Evolution | Insertion

/**
 * A read model: what each event changes. Pure and total over `RegistryEvent`; the same events give the same rows,
 * byte for byte. It knows neither the clock nor the personal store.
 */
export type Projection = {
  readonly name: string
  readonly tables: readonly Table[]
  project(event: RegistryEvent): readonly Change[]
}
