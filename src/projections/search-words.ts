import type { DatabaseSync } from 'node:sqlite'
import { foldForms, soundOfFolded } from './folding.ts'
import { editDistance, withinOneEdit } from './search-edits.ts'
import { backwards } from './search-persons.ts'
import { endOf, rowsOf } from './search-statements.ts'

/** How well a word matches: the better the kind of match, the higher. */
export const SCORE = { exact: 1_000, prefix: 800, sound: 600, edit: 450, edits: 300 } as const

/** The most known words that one typed word may stand for, and the most that are looked at for one way of mistyping. */
const MAX_MATCHES = 300
const MAX_LOOKED_AT = 4_000

/** Where known words lie: those of the registry's texts, and those of persons' names. */
type Vocabulary = 'search_word' | 'person_phrase'

/** One typed word, and the known words that it may stand for, each with its score, the best first. */
export type QueryWord = {
  readonly forms: readonly string[]
  /** The last word may still be being typed. */
  readonly last: boolean
  readonly phrases: ReadonlyMap<string, number>
  readonly persons: ReadonlyMap<string, number>
}

/** Reads what a person typed. Other than the last word, each stands for whole words. */
export function queryWords(db: DatabaseSync, text: string): readonly QueryWord[] {
  const words = foldForms(text)
  return words.map((forms, index) => matched(db, forms, index === words.length - 1))
}

/** The score of a typed word against a word of a text: 0 where they don't match. */
export function scoreOf({ forms, last, phrases, persons }: QueryWord, word: string): number {
  const found = Math.max(phrases.get(word) ?? 0, persons.get(word) ?? 0)
  if (found >= SCORE.prefix || forms.includes(word))
    return Math.max(found, forms.includes(word) ? SCORE.exact : 0)
  return last && forms.some((form) => word.startsWith(form)) ? SCORE.prefix : found
}

function matched(db: DatabaseSync, forms: readonly string[], last: boolean): QueryWord {
  const phrases = new Map<string, number>()
  const persons = new Map<string, number>()
  const both = [[phrases, 'search_word'] as const, [persons, 'person_phrase'] as const]
  for (const [found, vocabulary] of both) spelled(db, vocabulary, forms, last, found)
  const known = [...phrases.values(), ...persons.values()].includes(SCORE.exact)
  for (const [found, vocabulary] of both) {
    sounding(db, vocabulary, forms, found)
    if (!known) mistyped(db, vocabulary, forms, found)
  }
  return { forms, last, phrases, persons }
}

type Matches = Map<string, number>

function add(found: Matches, word: string, score: number): void {
  if (found.size < MAX_MATCHES && !found.has(word)) found.set(word, score)
}

function spelled(
  db: DatabaseSync,
  from: Vocabulary,
  forms: readonly string[],
  last: boolean,
  found: Matches,
) {
  for (const form of forms)
    for (const { word } of rowsOf(db, `SELECT word FROM ${from} WHERE word = ? LIMIT 1`, form))
      add(found, String(word), SCORE.exact)
  if (last)
    for (const form of forms)
      for (const word of scan(db, from, 'word', form, MAX_MATCHES)) add(found, word, SCORE.prefix)
}

/** Sounds alike and looks alike: short keys are shared by words that nobody would confuse. */
function sounding(db: DatabaseSync, from: Vocabulary, forms: readonly string[], found: Matches) {
  const sql = `SELECT DISTINCT word FROM ${from} WHERE sound = ? AND sound <> '' LIMIT ${MAX_LOOKED_AT}`
  for (const form of forms) {
    const limit = form.length < 8 ? 2 : 3
    for (const { word } of rowsOf(db, sql, soundOfFolded(form)))
      if (editDistance(form, String(word), limit) <= limit) add(found, String(word), SCORE.sound)
  }
}

/** One edit in a word of 4 letters and more, two in one of 8 and more. Numbers are never mistyped: 2023 is not 2024. */
function mistyped(db: DatabaseSync, from: Vocabulary, forms: readonly string[], found: Matches) {
  for (const form of forms) {
    if (form.length < 4 || /\p{N}/u.test(form)) continue
    const limit = form.length < 8 ? 1 : 2
    const near: { word: string; distance: number }[] = []
    for (const word of limit === 1 ? nearby(db, from, form) : farther(db, from, form)) {
      const distance = editDistance(form, word, limit)
      if (distance <= limit) near.push({ word, distance })
    }
    near.sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1))
    for (const { word, distance } of near) add(found, word, distance > 1 ? SCORE.edits : SCORE.edit)
  }
}

/** All known words within one edit: looked up one by one, whatever the size of the vocabulary. */
function nearby(db: DatabaseSync, from: Vocabulary, form: string): ReadonlySet<string> {
  const sql = `SELECT DISTINCT word FROM ${from} WHERE word IN (SELECT value FROM json_each(?))`
  return new Set(rowsOf(db, sql, JSON.stringify(withinOneEdit(form))).map(({ word }) => String(word)))
}

/**
 * All known words within two edits. Both edits lie in the second half (the beginning is intact), or both in the first
 * (the end is), or one in each: then the beginning is one of those within one edit of the first half.
 */
function farther(db: DatabaseSync, from: Vocabulary, form: string): ReadonlySet<string> {
  const half = Math.floor(form.length / 2)
  const sql = `SELECT DISTINCT word FROM json_each(?) AS start CROSS JOIN ${from}
    WHERE word >= start.value AND word < start.value || char(1114111) AND length(word) BETWEEN ? AND ?
    LIMIT ${MAX_LOOKED_AT}`
  const starts = JSON.stringify(withinOneEdit(form.slice(0, half)).filter(({ length }) => length >= half - 1))
  return new Set([
    ...scan(db, from, 'back', backwards(form.slice(half)), MAX_LOOKED_AT),
    ...rowsOf(db, sql, starts, form.length - 2, form.length + 2).map(({ word }) => String(word)),
  ])
}

function scan(
  db: DatabaseSync,
  from: Vocabulary,
  column: 'word' | 'back',
  prefix: string,
  limit: number,
): readonly string[] {
  const sql = `SELECT DISTINCT word FROM ${from} WHERE ${column} >= ? AND ${column} < ? ORDER BY ${column} LIMIT ?`
  return rowsOf(db, sql, prefix, endOf(prefix), limit).map(({ word }) => String(word))
}
