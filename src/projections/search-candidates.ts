import type { DatabaseSync } from 'node:sqlite'
import { readCertificateId } from '../domain/certificate-id.ts'
import { serialKey } from './certificate.ts'
import { endOf, rowsOf } from './search-statements.ts'
import type { QueryWord } from './search-words.ts'

/** The most hits of a kind that are looked at. Beyond it the answer says that it was cut. */
export const MAX_CANDIDATES = 1_000
const MAX_BY_NUMBER = 100
/** The most organizations of one word that are looked at as awarding bodies: those registered first. */
const MAX_BODIES = 5_000

export type EntityKind = 'organization' | 'session' | 'issuer'
type PhraseKind = EntityKind | 'title' | 'written'

/**
 * What may be found: the candidates of the word that has the fewest. `cut` says that there are more than were taken.
 */
export type Candidates<Key> = { readonly keys: readonly Key[]; readonly cut: boolean }

/** The fewest candidates that a word has: each hit has to match every word, so those of one word hold them all. */
export function fewest<Key>(
  words: readonly QueryWord[],
  of: (word: QueryWord) => Iterable<Key>,
): Candidates<Key> {
  let best: Candidates<Key> | undefined
  for (const word of words) {
    const taken = take(of(word))
    if (!best || taken.keys.length < best.keys.length) best = taken
    if (best.keys.length < 64) break
  }
  return best ?? { keys: [], cut: false }
}

function take<Key>(keys: Iterable<Key>): Candidates<Key> {
  const taken = new Set<Key>()
  for (const key of keys) {
    if (taken.size === MAX_CANDIDATES) return { keys: [...taken], cut: true }
    taken.add(key)
  }
  return { keys: [...taken], cut: false }
}

/** Entities of a kind that a word may mean: by their own texts, their organization's, or a person who took part. */
export function* entities(db: DatabaseSync, kind: EntityKind, word: QueryWord): Generator<string> {
  yield* phrases(db, kind, word)
  if (kind === 'organization') return
  yield* linked(db, kind, word)
  if (kind === 'session') yield* subjects(db, 'session', word)
}

/** Persons that a word may mean, by ID. */
export function* persons(db: DatabaseSync, word: QueryWord): Generator<string> {
  const sql = `SELECT DISTINCT person_id AS id FROM person_phrase JOIN commitment USING (commitment)
    WHERE word = ? AND subject_kind <> 'proposal' LIMIT ${MAX_CANDIDATES + 1}`
  for (const known of word.persons.keys()) for (const { id } of rowsOf(db, sql, known)) yield String(id)
}

/** Certificates that a word may mean, by row number, the latest first within one reason. */
export function* certificates(db: DatabaseSync, word: QueryWord): Generator<number> {
  for (const organization of phrases(db, 'organization', word)) yield* numbers(db, 'recipient', organization)
  for (const key of phrases(db, 'written', word)) yield* numbers(db, 'written_key', key)
  for (const key of phrases(db, 'title', word)) yield* numbers(db, 'title_key', key)
  for (const id of subjects(db, 'certificate', word)) yield* numbers(db, 'id', id)
  for (const issuer of linked(db, 'issuer', word)) yield* numbers(db, 'issuer', issuer)
}

/** Certificates by the beginning of their serial number: what was typed as a whole, or one piece of it. */
export function bySerial(db: DatabaseSync, text: string): readonly number[] {
  const pieces = new Set(
    [text, ...text.split(/\s+/, 20)].map((piece) => serialKey(piece.slice(0, 200)).trim()),
  )
  pieces.delete('')
  const sql = `SELECT number FROM certificate WHERE serial >= ? AND serial < ? ORDER BY serial, number LIMIT ${MAX_BY_NUMBER}`
  return [...pieces].flatMap((piece) =>
    rowsOf(db, sql, piece, endOf(piece)).map(({ number }) => Number(number)),
  )
}

/** Certificates by their whole ID, or by its beginning from four characters on, however it was typed. */
export function byId(db: DatabaseSync, typed: string): readonly number[] {
  const reading = readCertificateId(typed)
  if (reading.ok) return [...numbers(db, 'id', reading.id)]
  const digits = typed
    .slice(0, 64)
    .toUpperCase()
    .replace(/[\s\-\u2010-\u2015\u2212]/g, '')
  const read = digits.replaceAll('O', '0').replace(/[IL]/g, '1')
  if (!/^[0-9A-HJKMNP-TV-Z]{4,16}$/.test(read)) return []
  const prefix = read.match(/.{1,4}/g)?.join('-') ?? ''
  const sql = `SELECT number FROM certificate WHERE id >= ? AND id < ? ORDER BY id LIMIT ${MAX_BY_NUMBER}`
  return rowsOf(db, sql, prefix, endOf(prefix)).map(({ number }) => Number(number))
}

function* phrases(db: DatabaseSync, kind: PhraseKind, word: QueryWord): Generator<string> {
  const sql = `SELECT search_entry.entity FROM search_word
    JOIN search_posting ON search_posting.word = search_word.number AND search_posting.kind = ?
    JOIN search_entry ON search_entry.number = search_posting.entry
    WHERE search_word.word = ? ORDER BY search_posting.entry DESC LIMIT ${MAX_CANDIDATES + 1}`
  for (const known of word.phrases.keys())
    for (const { entity } of rowsOf(db, sql, kind, known)) yield String(entity)
}

/** Sessions or issuers of the organizations that a word may mean. */
function* linked(db: DatabaseSync, kind: EntityKind, word: QueryWord): Generator<string> {
  const sql = `SELECT linked.entity FROM (SELECT entry FROM search_posting WHERE kind = 'organization'
      AND word = (SELECT number FROM search_word WHERE word = ?) ORDER BY entry LIMIT ${MAX_BODIES}) AS posting
    CROSS JOIN search_entry AS body ON body.number = posting.entry
    CROSS JOIN search_entry AS linked ON linked.link = body.entity AND linked.kind = ?
    LIMIT ${MAX_CANDIDATES + 1}`
  for (const known of word.phrases.keys())
    for (const { entity } of rowsOf(db, sql, known, kind)) yield String(entity)
}

function* subjects(db: DatabaseSync, kind: 'certificate' | 'session', word: QueryWord): Generator<string> {
  const sql = `SELECT subject FROM person_phrase JOIN commitment USING (commitment)
    WHERE word = ? AND subject_kind = ? LIMIT ${MAX_CANDIDATES + 1}`
  for (const known of word.persons.keys())
    for (const { subject } of rowsOf(db, sql, known, kind)) yield String(subject)
}

type By = 'id' | 'recipient' | 'issuer' | 'title_key' | 'written_key'

function* numbers(db: DatabaseSync, column: By, value: string): Generator<number> {
  const sql = `SELECT number FROM certificate WHERE ${column} = ? ORDER BY number DESC LIMIT ${MAX_CANDIDATES + 1}`
  for (const { number } of rowsOf(db, sql, value)) yield Number(number)
}
