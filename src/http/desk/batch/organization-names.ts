import type { RegisteredOrganization } from '../../../domain/organization.ts'
import type { ReadModel } from '../../../projections/read-model.ts'
import { searchRegistry } from '../../../projections/search-query.ts'
import { documentState, exists } from '../../../queries/documents.ts'
import type { FieldError, Typed } from '../forms.ts'
import type { BatchWords } from './words.ts'

/** Organisations that a table names by what they are called: each name is looked up once. */
export class OrganizationNames {
  readonly #model: ReadModel
  readonly #words: BatchWords
  readonly #known = new Map<string, readonly string[]>()

  constructor(model: ReadModel, words: BatchWords) {
    this.#model = model
    this.#words = words
  }

  /** A row with the organisation's ID in the place of its name; an error where none, or more than one, is called so. */
  resolved(typed: Typed): { readonly typed: Typed; readonly error?: FieldError } {
    const said = typed['organizationId']?.trim() ?? ''
    if (said === '' || typed['recipientType'] === 'person') return { typed }
    const ids = this.#known.get(said) ?? this.#find(said)
    this.#known.set(said, ids)
    const [id] = ids
    if (id === undefined) return { typed, error: this.#error(this.#words.unknownOrganization) }
    if (ids.length > 1)
      return { typed, error: this.#error(`${this.#words.severalOrganizations}: ${ids.join(', ')}`) }
    return { typed: { ...typed, organizationId: id } }
  }

  #error(text: string): FieldError {
    return { field: 'organizationId', text: `${text}.` }
  }

  #find(said: string): readonly string[] {
    if (exists(this.#model, 'organization', said)) return [said]
    const { hits } = searchRegistry(this.#model.db, {
      text: said.slice(0, 200),
      limit: 20,
      kinds: ['organization'],
    })
    return hits.map(({ id }) => id).filter((id) => this.#names(id).includes(folded(said)))
  }

  /** Every name that it ever bore, and every other that people use. */
  #names(id: string): readonly string[] {
    const state = documentState(this.#model, 'organization', id) as RegisteredOrganization | undefined
    const texts = [...(state?.names.map(({ name }) => name) ?? []), ...(state?.aliases ?? [])]
    return texts.flatMap((text) => Object.values(text).map(folded))
  }
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
