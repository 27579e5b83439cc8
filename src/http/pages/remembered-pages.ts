import { LRUCache } from 'lru-cache'
import type { ReadModel } from '../../projections/read-model.ts'

const MOST_BYTES = 16 * 1024 * 1024
/** What a page without persons is made of. */
const TABLES = ['certificate', 'issuer', 'organization', 'session'] as const

/**
 * Pages of certificates that name no person, for as long as nothing that they are made of changes: on the day on which
 * a certificate is handed out, many look at the same one. Who keeps a page vouches that no person is in it: an erasure
 * changes none of the tables.
 */
export class RememberedPages {
  readonly #model: ReadModel
  #versions = ''
  readonly #pages = new LRUCache<string, Buffer>({
    maxSize: MOST_BYTES,
    sizeCalculation: (page, key) => page.length + key.length,
  })

  constructor(model: ReadModel) {
    this.#model = model
  }

  get(key: string): Buffer | undefined {
    const versions = TABLES.map((table) => this.#model.versionOf(table)).join(' ')
    if (versions === this.#versions) return this.#pages.get(key)
    this.#pages.clear()
    this.#versions = versions
    return undefined
  }

  /** To be called with what was made after a `get` that found nothing. */
  keep(key: string, page: string): void {
    this.#pages.set(key, Buffer.from(page))
  }
}
