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

/**
 * Opens what newly projected events committed to, and forgets the erased. Runs behind the projector and may be
 * behind it: while the personal store is away, answers lack the personal fields and say so.
 */
export class PersonalIndex {
  readonly #readModel: ReadModel
  readonly #store: PersonalStore
  #available = true

  constructor(readModel: ReadModel, store: PersonalStore) {
    this.#readModel = readModel
    this.#store = store
  }

  /** False while the personal store did not answer the last time. */
  get available(): boolean {
    return this.#available
  }

  /** Brings the copy up to the read model's position. Throws what the store throws; what was done stays done. */
  async catchUp(): Promise<void> {
    try {
      await this.#forgetErased()
      for (let more = true; more; ) more = await this.#openPage()
      this.#available = true
    } catch (error) {
      this.#available = false
      throw error
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
    return page.length === PAGE
  }

  /** An opening that lost a race against its person's erasure is not kept. */
  #keep({ commitment, personId, salt, fields }: Opening): void {
    const model = this.#readModel
    if (model.prepare('SELECT 1 FROM erased_person WHERE person_id = ?').get(personId)) return
    model
      .prepare('INSERT OR IGNORE INTO opening VALUES (?, ?, ?, ?)')
      .run(commitment, personId, salt, JSON.stringify(fields))
    indexPerson(model.db, commitment, fields)
  }

  /**
   * Every node does this for itself, and asks the store to forget as well: whoever recorded the erasure may have died
   * before doing so. Forgetting twice does no harm.
   */
  async #forgetErased(): Promise<void> {
    const model = this.#readModel
    const gone = model
      .prepare(
        `SELECT DISTINCT person_id AS id FROM opening WHERE person_id IN (SELECT person_id FROM erased_person)`,
      )
      .all() as unknown as readonly { id: string }[]
    if (gone.length === 0) return
    for (const { id } of gone) await this.#store.forgetPerson(id)
    model.transaction(() => {
      for (const { id } of gone) {
        const held = model.prepare('SELECT commitment FROM opening WHERE person_id = ?').all(id)
        for (const row of held) purgePerson(model.db, String(row['commitment']))
        model.prepare('DELETE FROM opening WHERE person_id = ?').run(id)
      }
    })
    model.cleanErasable()
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
