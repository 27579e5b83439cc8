import type { LRUCache } from 'lru-cache'
import type { ReadModel } from '../projections/read-model.ts'

/** What was made of some tables of a read model, for as long as none of them changes. */
export class VersionedCache<Value extends object> {
  readonly #model: ReadModel
  readonly #tables: readonly string[]
  readonly #values: LRUCache<string, Value>
  #versions = ''

  /** `values` bounds what is kept. */
  constructor(model: ReadModel, tables: readonly string[], values: LRUCache<string, Value>) {
    this.#model = model
    this.#tables = tables
    this.#values = values
  }

  /** The versions of the tables as they are: to be asked for before a value is made, and given with it. */
  versions(): string {
    return this.#tables.map((table) => this.#model.versionOf(table)).join(' ')
  }

  get(key: string): Value | undefined {
    const versions = this.versions()
    if (versions === this.#versions) return this.#values.get(key)
    this.#values.clear()
    this.#versions = versions
    return undefined
  }

  /** Keeps a value made of these versions; not where the tables have changed while it was made. */
  set(key: string, value: Value, versions: string): void {
    if (versions === this.#versions) this.#values.set(key, value)
  }

  /** Keeps nothing any more. */
  forget(): void {
    this.#values.clear()
  }
}
