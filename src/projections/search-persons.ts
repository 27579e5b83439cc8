import type { DatabaseSync } from 'node:sqlite'
import type { PersonFields } from '../domain/person.ts'
import { foldAll, soundOfFolded } from './folding.ts'

/**
 * The words of persons' names, which can be erased: outside the digest, and in plain tables alone, so that
 * `secure_delete` overwrites every byte of a deleted row (a full text index would keep it until it is merged).
 */
export const PERSON_TABLES: readonly string[] = [
  `CREATE TABLE person_phrase(commitment TEXT NOT NULL, word TEXT NOT NULL, sound TEXT NOT NULL, back TEXT NOT NULL,
    PRIMARY KEY(commitment, word)) WITHOUT ROWID`,
  'CREATE INDEX person_phrase_by_word ON person_phrase(word, sound)',
  `CREATE INDEX person_phrase_by_sound ON person_phrase(sound, word) WHERE sound <> ''`,
  'CREATE INDEX person_phrase_by_back ON person_phrase(back, word)',
]

export type PersonPhrase = { readonly word: string; readonly sound: string; readonly back: string }

/** The folded words that a person is found by: those of the name in every script, not of the position. */
export function personPhrases({ name }: PersonFields): readonly PersonPhrase[] {
  const words = new Set(Object.values(name).flatMap(foldAll))
  return [...words].map((word) => ({ word, sound: soundOfFolded(word), back: backwards(word) }))
}

/** A word from its end, letter by letter as SQLite counts them. */
export const backwards = (word: string) => [...word].toReversed().join('')

/** Makes a person findable by an opening. Repeating it changes nothing. The caller may hold a transaction. */
export function indexPerson(db: DatabaseSync, commitment: string, fields: PersonFields): void {
  const insert = db.prepare('INSERT INTO person_phrase VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  for (const { word, sound, back } of personPhrases(fields)) insert.run(commitment, word, sound, back)
}

/** Removes what an opening was found by. The bytes are gone from the file once the caller has truncated the WAL. */
export function purgePerson(db: DatabaseSync, commitment: string): void {
  db.prepare('DELETE FROM person_phrase WHERE commitment = ?').run(commitment)
}
