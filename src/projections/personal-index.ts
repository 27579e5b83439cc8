import type { PersonFields } from '../domain/person.ts'
import type { Opening, PersonalStore } from '../personal/personal-store.ts'
import type { ReadModel } from './read-model.ts'
import { indexPerson, PERSON_TABLES, purgePerson } from './search-persons.ts'

/**
 * Tables outside the digest: this node's copy of the openings, and the words that persons are found by. `opened` says
 * up to which commitment (by row) the personal store has been asked.
 */
export const ERASABLE_TABLES: readonly string[] = [
  `CREATE TABLE opening(commitment TEXT NOT NULL UNIQUE, person_id TEXT NOT NULL, salt TEXT NOT NULL, fields TEXT NOT NULL)`,
  'CREATE INDEX opening_by_person ON opening(person_id)',
  'CREATE TABLE opened(through INTEGER NOT NULL)',
  'INSERT INTO opened VALUES (0)',
  ...PERSON_TABLES,
]

const PAGE = 500
/** Persons forgotten at the same time: the store shares the work between them. */
const FORGET = 50

/**
 * Opens what newly projected events committed to, and forgets the erased. Runs behind the projector and may be
 * behind it: while the personal store is away, answers lack the personal fields and say so. Which node stored an
 * opening, or recorded an erasure, makes no difference: all come by the log.
 */
export class PersonalIndex {
  readonly #readModel: ReadModel
  readonly #store: PersonalStore
  #available = true
  #wanted = false
  #running: Promise<void> | undefined
  /** Up to which row of `erased_person` the store has been asked to forget; a start asks for all of them again. */
  #asked = 0
  /** Erased persons of whom an opening turned up afterwards. */
  readonly #owed = new Set<string>()

  constructor(readModel: ReadModel, store: PersonalStore) {
    this.#readModel = readModel
    this.#store = store
  }

  /** False while the personal store did not answer the last time. */
  get available(): boolean {
    return this.#available
  }

  /**
   * Brings the copy up to the read model's position; who asks meanwhile shares the run, which then goes on to the
   * position of that time. Rejects with what the store rejects; what was done stays done.
   */
  catchUp(): Promise<void> {
    this.#wanted = true
    this.#running ??= Promise.resolve().then(() => this.#run())
    return this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#wanted) {
        this.#wanted = false
        this.#purgeErased()
        while (await this.#openPage());
        await this.#forgetErased()
      }
      this.#available = true
    } catch (error) {
      this.#available = false
      throw error
    } finally {
      this.#running = undefined
    }
  }

  async #openPage(): Promise<boolean> {
    const model = this.#readModel
    const page = model
      .prepare(
        `SELECT number, commitment FROM commitment WHERE number > (SELECT through FROM opened)
         ORDER BY number LIMIT ${PAGE}`,
      )
      .all() as unknown as readonly { number: number; commitment: string }[]
    const last = page.at(-1)
    if (!last) return false
    const openings = await this.#store.get(page.map(({ commitment }) => commitment))
    model.transaction(() => {
      for (const opening of openings) this.#keep(opening)
      model.prepare('UPDATE opened SET through = ?').run(last.number)
    })
    return true
  }

  /**
   * An opening that lost a race against its person's erasure is not kept, here or in the store: another node may have
   * put it there before it knew of the erasure.
   */
  #keep({ commitment, personId, salt, fields }: Opening): void {
    const model = this.#readModel
    if (model.prepare('SELECT 1 FROM erased_person WHERE person_id = ?').get(personId)) {
      this.#owed.add(personId)
      return
    }
    model
      .prepare('INSERT OR IGNORE INTO opening VALUES (?, ?, ?, ?)')
      .run(commitment, personId, salt, JSON.stringify(fields))
    indexPerson(model.db, commitment, fields)
  }

  /** Leaves nothing of the erased in this node's copy, whether or not the store can be reached. */
  #purgeErased(): void {
    const model = this.#readModel
    const gone = model
      .prepare(
        `SELECT DISTINCT person_id AS id FROM opening WHERE person_id IN (SELECT person_id FROM erased_person)`,
      )
      .all() as unknown as readonly { id: string }[]
    if (gone.length === 0) return
    model.transaction(() => {
      for (const { id } of gone) {
        const held = model.prepare('SELECT commitment FROM opening WHERE person_id = ?').all(id)
        for (const row of held) purgePerson(model.db, String(row['commitment']))
        model.prepare('DELETE FROM opening WHERE person_id = ?').run(id)
      }
    })
    model.cleanErasable()
  }

  /**
   * Every node asks the store to forget: whoever recorded the erasure may have died before doing so, or met a store
   * that was away. Forgetting twice does no harm.
   */
  async #forgetErased(): Promise<void> {
    const erased = this.#readModel
      .prepare('SELECT rowid AS number, person_id AS id FROM erased_person WHERE rowid > ? ORDER BY rowid')
      .all(this.#asked) as unknown as readonly { number: number; id: string }[]
    const ids = [...this.#owed, ...erased.map(({ id }) => id)]
    for (let start = 0; start < ids.length; start += FORGET)
      await Promise.all(ids.slice(start, start + FORGET).map((id) => this.#store.forgetPerson(id)))
    for (const id of ids) this.#owed.delete(id)
    this.#asked = erased.at(-1)?.number ?? this.#asked
  }
}

/** What is known of a commitment on this node. */
export function openingOf(
  model: ReadModel,
  commitment: string,
): { salt: string; fields: PersonFields } | undefined {
  const row = model.prepare('SELECT salt, fields FROM opening WHERE commitment = ?').get(commitment)
  return row && { salt: String(row['salt']), fields: JSON.parse(String(row['fields'])) as PersonFields }
}
