import type { DatabaseSync } from 'node:sqlite'
import { type CertificateFilter, FILTERED, passes } from './certificate-filter.ts'
import { foldForms } from './folding.ts'
import * as candidates from './search-candidates.ts'
import { type HitKind, Scoring, type SearchHit } from './search-scoring.ts'
import { rowsOf } from './search-statements.ts'
import { type QueryWord, queryWords } from './search-words.ts'

/** All kinds, in the order in which equally good hits stand. */
export const HIT_KINDS = [
  'organization',
  'certificate',
  'session',
  'issuer',
  'person',
] as const satisfies HitKind[]

export type SearchQuery = {
  readonly text: string
  /** 1 to 100. */
  readonly limit: number
  /** `next` of the answer before. */
  readonly after?: string | undefined
  /** All where it is left out. */
  readonly kinds?: readonly HitKind[]
  /** Of certificates only those; nothing else is found then. */
  readonly where?: { readonly filter: CertificateFilter; readonly today: string } | undefined
}
export type SearchAnswer = {
  readonly hits: readonly SearchHit[]
  /** How many there are on all pages, as far as was looked. */
  readonly total: number
  /** There are more hits behind these. */
  readonly next?: string
  /** There were more candidates than a search looks at: a longer query finds more. */
  readonly cut: boolean
}

/** A cursor that no answer gave out. */
export class UnreadableCursorError extends Error {
  override readonly name = 'UnreadableCursorError'
}

/**
 * Searches the read model. Every typed word has to match something of a hit, in any script and spelling; of
 * certificates the ID, serial number, title, recipient's every name, name as written, awarding body and the persons.
 * The best hits come first, equal ones by kind and ID. Reads 500 characters and 20 words of `text` and looks at up to
 * 1,000 candidates of a kind, so its work is bounded whatever is asked. A page goes on behind the last hit of the one
 * before, also when others came or went in between. Throws `UnreadableCursorError`.
 */
export function searchRegistry(db: DatabaseSync, query: SearchQuery): SearchAnswer {
  const text = query.text.slice(0, 500)
  const after = query.after === undefined ? undefined : readCursor(query.after)
  const words = queryWords(db, text)
  if (words.length === 0) return { hits: [], total: 0, cut: false }
  const kinds = query.where ? (['certificate'] as const) : (query.kinds ?? HIT_KINDS)
  const found = kinds.map((kind) => hitsOf(db, kind, words, text))
  const hits = found.flatMap((one) => one.hits).filter((hit) => isWanted(db, hit, query.where))
  const ranked = hits
    .map((hit) => ({ hit, rank: rankOf(hit) }))
    .sort((a, b) => compareRanks(a.rank, b.rank))
    .filter(({ rank }) => after === undefined || compareRanks(rank, after) > 0)
  const page = ranked.slice(0, Math.max(1, Math.min(100, query.limit)))
  const last = page.at(-1)
  return {
    hits: page.map(({ hit }) => hit),
    total: hits.length,
    ...(last && ranked.length > page.length && { next: JSON.stringify(last.rank) }),
    cut: found.some(({ cut }) => cut),
  }
}

function isWanted(db: DatabaseSync, { id }: SearchHit, where: SearchQuery['where']): boolean {
  if (!where) return true
  const [row] = rowsOf(db, `SELECT ${FILTERED} FROM certificate WHERE id = ?`, id)
  return row !== undefined && passes(row, where.filter, where.today)
}

type Found = { readonly hits: readonly SearchHit[]; readonly cut: boolean }
const present = (hits: readonly (SearchHit | undefined)[]) => hits.filter((hit) => hit !== undefined)

function hitsOf(db: DatabaseSync, kind: HitKind, words: readonly QueryWord[], text: string): Found {
  const scoring = new Scoring(db, words)
  if (kind === 'certificate') return certificateHits(db, words, text, scoring)
  if (kind === 'person') {
    const { keys, cut } = candidates.fewest(words, (word) => candidates.persons(db, word))
    return { hits: present(keys.map((id) => scoring.person(id))), cut }
  }
  const { keys, cut } = candidates.fewest(words, (word) => candidates.entities(db, kind, word))
  return { hits: present(keys.map((id) => scoring.entity(kind, id))), cut }
}

function certificateHits(
  db: DatabaseSync,
  words: readonly QueryWord[],
  text: string,
  scoring: Scoring,
): Found {
  const named = namedCertificates(db, words.length, text)
  const { keys, cut } = candidates.fewest(words, (word) => candidates.certificates(db, word))
  const numbers = new Set([...named.keys(), ...candidates.bySerial(db, text), ...keys])
  const hits = [...numbers].map((number) => scoring.certificate(number, named.get(number) ?? new Set()))
  return { hits: present(hits), cut }
}

/** Certificates whose ID was typed, alone or as one of several pieces, with the words (by index) that it takes up. */
function namedCertificates(
  db: DatabaseSync,
  count: number,
  text: string,
): ReadonlyMap<number, ReadonlySet<number>> {
  const named = new Map<number, Set<number>>()
  const name = (number: number, from: number, to: number) => {
    const indexes = named.get(number) ?? new Set()
    for (let index = from; index < Math.min(to, count); index++) indexes.add(index)
    named.set(number, indexes)
  }
  for (const number of candidates.byId(db, text)) name(number, 0, count)
  let from = 0
  for (const piece of text.split(/\s+/, 40)) {
    const to = from + foldForms(piece).length
    for (const number of candidates.byId(db, piece)) name(number, from, to)
    from = to
  }
  return named
}

type Rank = readonly [score: number, kind: number, id: string]
const rankOf = ({ score, kind, id }: SearchHit): Rank => [score, HIT_KINDS.indexOf(kind), id]

const compareRanks = (a: Rank, b: Rank) =>
  b[0] - a[0] || a[1] - b[1] || (a[2] === b[2] ? 0 : a[2] < b[2] ? -1 : 1)

function readCursor(cursor: string): Rank {
  try {
    const [score, kind, id, ...rest] = JSON.parse(cursor) as readonly unknown[]
    if (typeof score === 'number' && typeof kind === 'number' && typeof id === 'string' && rest.length === 0)
      return [score, kind, id]
  } catch (error) {
    throw new UnreadableCursorError('not a search cursor', { cause: error })
  }
  throw new UnreadableCursorError('not a search cursor')
}
