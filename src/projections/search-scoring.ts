import type { DatabaseSync } from 'node:sqlite'
import type { LocalizedText } from '../domain/text.ts'
import { foldAll } from './folding.ts'
import type { EntityKind } from './search-candidates.ts'
import { rowsOf } from './search-statements.ts'
import { type QueryWord, SCORE, scoreOf } from './search-words.ts'

/** What of a hit matched. */
export type Facet = 'id' | 'serial' | 'title' | 'recipient' | 'written' | 'body' | 'person' | 'name'
export type HitKind = EntityKind | 'certificate' | 'person'
export type SearchHit = {
  readonly kind: HitKind
  readonly id: string
  /** What it is called; persons' names and what has no name are left to the caller. */
  readonly label?: LocalizedText
  /** 1 to 1,000, the mean over the typed words. */
  readonly score: number
  readonly matched: readonly Facet[]
}

/** One score for each typed word. */
type Scores = readonly number[]
type Entry = { readonly label: string; readonly link: string | null; readonly scores: Scores }

/** Scores candidates against a query; what many of them share (an organization, a title) is scored once. */
export class Scoring {
  readonly #db: DatabaseSync
  readonly #words: readonly QueryWord[]
  readonly #entries = new Map<string, Entry>()
  readonly #persons: boolean

  constructor(db: DatabaseSync, words: readonly QueryWord[]) {
    this.#db = db
    this.#words = words
    this.#persons = words.some(({ persons }) => persons.size > 0)
  }

  /** `named`: words (by index) that are this certificate's ID. */
  certificate(number: number, named: ReadonlySet<number>): SearchHit | undefined {
    const [row] = rowsOf(
      this.#db,
      `SELECT id, title_key, written_key, recipient, body, serial${this.#persons ? ", document ->> '$.persons' AS persons" : ''}
       FROM certificate WHERE number = ? AND issuer IS NOT NULL`,
      number,
    )
    if (!row) return undefined
    const title = this.#entry(`title:${row['title_key']}`)
    const facets: [Facet, Scores][] = [
      ['id', this.#words.map((_, index) => (named.has(index) ? SCORE.exact : 0))],
      ['serial', typeof row['serial'] === 'string' ? this.#scores(foldAll(row['serial'])) : []],
      ['title', title.scores],
      ['recipient', this.#entry(`organization:${row['recipient']}`).scores],
      ['written', this.#entry(`written:${row['written_key']}`).scores],
      ['body', this.#entry(`organization:${row['body']}`).scores],
    ]
    for (const commitment of commitmentsIn(row['persons'])) facets.push(['person', this.#opening(commitment)])
    return this.#hit('certificate', String(row['id']), title.label, facets)
  }

  entity(kind: EntityKind, id: string): SearchHit | undefined {
    const { label, link, scores } = this.#entry(`${kind}:${id}`)
    const facets: [Facet, Scores][] = [['name', scores]]
    if (kind !== 'organization' && link !== null)
      facets.push(['body', this.#entry(`organization:${link}`).scores])
    if (kind === 'session' && this.#persons) facets.push(['person', this.#participants(id)])
    return this.#hit(kind, id, label, facets)
  }

  person(id: string): SearchHit | undefined {
    const sql = `SELECT word FROM commitment JOIN person_phrase USING (commitment) WHERE person_id = ?
      AND subject_kind <> 'proposal' LIMIT 2000`
    const words = rowsOf(this.#db, sql, id).map(({ word }) => String(word))
    return this.#hit('person', id, '{}', [['name', this.#scores([...new Set(words)])]])
  }

  #hit(kind: HitKind, id: string, label: string, facets: readonly [Facet, Scores][]): SearchHit | undefined {
    const best = this.#words.map((_, index) => Math.max(0, ...facets.map(([, scores]) => scores[index] ?? 0)))
    if (best.includes(0)) return undefined
    const matched = facets.filter(([, scores]) => scores.some((score) => score > 0)).map(([facet]) => facet)
    const score = Math.round(best.reduce((sum, one) => sum + one, 0) / best.length)
    return {
      kind,
      id,
      ...(label !== '{}' && { label: JSON.parse(label) as LocalizedText }),
      score,
      matched: [...new Set(matched)],
    }
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key)
    if (known) return known
    const [row] = rowsOf(this.#db, 'SELECT label, link, words FROM search_entry WHERE key = ?', key)
    const words = row ? Object.keys(JSON.parse(String(row['words'])) as object) : []
    const link = row?.['link']
    const entry = {
      label: String(row?.['label'] ?? '{}'),
      link: typeof link === 'string' ? link : null,
      scores: this.#scores(words),
    }
    this.#entries.set(key, entry)
    return entry
  }

  #opening(commitment: string): Scores {
    const key = `opening:${commitment}`
    const known = this.#entries.get(key)
    if (known) return known.scores
    const words = rowsOf(this.#db, 'SELECT word FROM person_phrase WHERE commitment = ?', commitment)
    const scores = this.#scores(words.map(({ word }) => String(word)))
    this.#entries.set(key, { label: '{}', link: null, scores })
    return scores
  }

  /** Names only: which of the words a participant or the chair of the session bears. */
  #participants(session: string): Scores {
    const sql = `SELECT 1 FROM person_phrase JOIN commitment USING (commitment)
      WHERE word = ? AND subject_kind = 'session' AND subject = ? LIMIT 1`
    return this.#words.map(({ persons }) => {
      for (const [word, score] of persons) if (rowsOf(this.#db, sql, word, session).length > 0) return score
      return 0
    })
  }

  #scores(words: readonly string[]): Scores {
    return this.#words.map((query) => words.reduce((best, word) => Math.max(best, scoreOf(query, word)), 0))
  }
}

function commitmentsIn(persons: unknown): readonly string[] {
  if (typeof persons !== 'string') return []
  return (JSON.parse(persons) as readonly { commitment: string }[]).map(({ commitment }) => commitment)
}
