import { PersonalStoreUnavailableError } from './personal-store.ts'
import type { Opening, PersonalStore, SecretName, StoredOpening } from './personal-store.ts'
import { cleanTable, needsCleaning } from './postgres-clean.ts'
import { fromRow, type OpeningRow, toRow } from './opening-row.ts'
import { PostgresConnection, PostgresUnavailableError, type Query } from './postgres-connection.ts'
import { keepSecret, putRows, removePerson, removeRows, selectPage, selectRows } from './postgres-openings.ts'
import { migrate } from './postgres-schema.ts'

/** The most commitments of one `get`. */
const MAX_GET = 1_000

/**
 * Opens the store in the database of a URL (`postgres://…`, TLS by `sslmode` and `sslrootcert`), and makes its tables
 * where there are none. Where the server can't be reached now, this resolves all the same, and the store opens with the
 * first call that finds it. Rejects what waiting does not cure: a refused password, no such database, a certificate
 * that does not hold (`PostgresUnavailableError`), tables of a later program (`PostgresUnfitError`).
 *
 * Every call ends: within 3 s for a connection and 6 s for an answer, else `PersonalStoreUnavailableError`; a later call
 * finds the server again by itself. No message holds the URL. `forgetPerson` and `remove` resolve when no byte remains in
 * the files of the tables; what the server's write-ahead log keeps is beyond an ordinary role (docs/operators.md).
 * Otherwise as the SQLite store: a put under a stored commitment with another opening rejects `OpeningConflictError`;
 * more than 1,000 commitments in a `get` are a `RangeError`.
 */
export async function openPostgresPersonalStore(url: string): Promise<PersonalStore> {
  const store = new Store(new PostgresConnection(url))
  try {
    await store.ready()
  } catch (error) {
    if (error instanceof PostgresUnavailableError && !error.lasting) return store
    await store.close()
    throw error
  }
  return store
}

class Store implements PersonalStore {
  readonly #connection: PostgresConnection
  readonly #accepted = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined
  #ready: Promise<void> | undefined
  #cleaning: Promise<void> | undefined
  #nextCleaning: Promise<void> | undefined

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  /** The tables are there. A failure is forgotten, so that the next call tries again. */
  ready(): Promise<void> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  async put(openings: readonly Opening[], storedAt: string): Promise<void> {
    const instant = new Date(storedAt).toISOString()
    const rows = openings.map((opening) => toRow(opening, instant))
    if (rows.length === 0) return
    await this.#accept(() => this.#connection.transaction((query) => putRows(query, rows)))
  }

  async get(commitments: readonly string[]): Promise<readonly StoredOpening[]> {
    if (commitments.length > MAX_GET)
      throw new RangeError(`a get takes at most ${MAX_GET} commitments, not ${commitments.length}`)
    return this.#read(selectRows(commitments))
  }

  forgetPerson(personId: string): Promise<number> {
    return this.#erase((query) => removePerson(query, personId))
  }

  remove(commitments: readonly string[]): Promise<number> {
    return this.#erase((query) => removeRows(query, commitments))
  }

  async list(query: Parameters<PersonalStore['list']>[0]): Promise<readonly StoredOpening[]> {
    const { storedBefore, afterCommitment = '', limit } = query
    return this.#read(selectPage(new Date(storedBefore).toISOString(), afterCommitment, limit))
  }

  secret(name: SecretName, proposed: string): Promise<string> {
    return this.#accept(() => this.#connection.transaction((query) => keepSecret(query, name, proposed)))
  }

  /** What was accepted is answered first. */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#accepted).then(() => this.#connection.close())
    return this.#closing
  }

  /** A cleaning that a crash cut short is made good. One that fails here is due to the next removal. */
  async #prepare(): Promise<void> {
    await migrate(this.#connection)
    if (await needsCleaning((text, values) => this.#connection.query(text, values)))
      this.#track(this.#clean()).catch(() => {})
  }

  async #read([text, values]: readonly [string, readonly unknown[]]): Promise<readonly StoredOpening[]> {
    const rows = await this.#accept(() => this.#connection.query(text, values))
    return (rows as readonly OpeningRow[]).map(fromRow)
  }

  /** The cleaning also follows where nothing was there to remove: it may be due from a removal that could not clean. */
  #erase(remove: (query: Query) => Promise<number>): Promise<number> {
    return this.#accept(async () => {
      const count = await this.#connection.transaction(remove)
      await this.#clean()
      return count
    })
  }

  /**
   * A cleaning that starts after this call, shared by all who ask meanwhile: one at a time uses one connection, however
   * many are removed.
   */
  #clean(): Promise<void> {
    this.#nextCleaning ??= this.#afterCurrent()
    return this.#nextCleaning
  }

  async #afterCurrent(): Promise<void> {
    await this.#cleaning?.catch(() => {})
    this.#cleaning = this.#nextCleaning
    this.#nextCleaning = undefined
    await cleanTable(this.#connection)
  }

  #accept<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#closing)
      return Promise.reject(new PersonalStoreUnavailableError('the personal store is closed'))
    return this.#track(this.ready().then(call))
  }

  #track<Result>(running: Promise<Result>): Promise<Result> {
    this.#accepted.add(running)
    const settled = () => this.#accepted.delete(running)
    running.then(settled, settled)
    return running
  }
}
