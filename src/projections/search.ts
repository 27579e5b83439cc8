import type { CorrectedField, Recipient } from '../domain/award-content.ts'
import type { OrganizationEvent } from '../domain/organization.ts'
import type { SessionEvent } from '../domain/session.ts'
import type { LocalizedText } from '../domain/text.ts'
import { foldAll, soundOfFolded } from './folding.ts'
import type { Change, Evolution, Projection, Row, Table } from './projection.ts'
import type { RegistryEvent } from './registry-event.ts'
import { titleKey, writtenKey } from './search-keys.ts'

/** Columns of a word's row. `back` is the word from its end, for what is mistyped at its beginning. */
const BACKWARDS = `(SELECT group_concat(substr(word, value, 1), '' ORDER BY value DESC)
  FROM json_each('[${Array.from({ length: 48 }, (_, index) => index + 1).join(',')}]') WHERE value <= length(word))`

const wordsFrom = (words: string) =>
  `INSERT INTO search_word(word, sound, back) SELECT word, sound, ${BACKWARDS}
     FROM (SELECT DISTINCT found.key AS word, found.value AS sound FROM ${words} AS found)
     WHERE word NOT IN (SELECT word FROM search_word)`
const postingsFrom = (entry: string, words: string) =>
  `INSERT INTO search_posting(word, kind, entry) SELECT search_word.number, ${entry}.kind, ${entry}.number FROM ${words} AS found
     JOIN search_word ON search_word.word = found.key WHERE true ON CONFLICT DO NOTHING`
const onChange = (when: string) =>
  `CREATE TRIGGER search_${when} AFTER ${when === 'insert' ? 'INSERT' : 'UPDATE OF words'} ON search_entry BEGIN
     ${wordsFrom('json_each(new.words)')}; ${postingsFrom('new', 'json_each(new.words)')}; END`

/**
 * One row for each text that can be found, however many awards bear it: titles, names as written on papers, and one
 * row with every name ever held for each organization, session and issuer. `link` is the organization that a session
 * or an issuer belongs to; `label` what it is called now; `words` maps each folded word to its sound.
 *
 * The vocabulary and the postings follow from `words` by triggers and stand outside the digest.
 */
const searchEntry: Table = {
  name: 'search_entry',
  columns: ['key', 'kind', 'entity', 'link', 'label', 'words'],
  create: `CREATE TABLE search_entry(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    entity TEXT NOT NULL, link TEXT, label TEXT NOT NULL, words TEXT NOT NULL) /* folding 1 */`,
  index: [
    'CREATE INDEX search_entry_by_link ON search_entry(link) WHERE link IS NOT NULL',
    `CREATE TABLE search_word(number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, sound TEXT NOT NULL, back TEXT NOT NULL)`,
    `CREATE TABLE search_posting(word INTEGER NOT NULL, kind TEXT NOT NULL, entry INTEGER NOT NULL,
      PRIMARY KEY(word, kind, entry)) WITHOUT ROWID`,
    wordsFrom('search_entry, json_each(search_entry.words)'),
    postingsFrom('search_entry', 'search_entry, json_each(search_entry.words)'),
    `CREATE INDEX search_word_by_sound ON search_word(sound) WHERE sound <> ''`,
    'CREATE INDEX search_word_by_back ON search_word(back)',
    onChange('insert'),
    onChange('update'),
  ],
}

/** What can be found of organizations, sessions, issuers and awards; persons stand apart (search-persons.ts). */
export const searchPhrases: Projection = {
  name: 'search',
  tables: [searchEntry],
  project({ kind, subject, event }: RegistryEvent): readonly Change[] {
    switch (kind) {
      case 'award':
        if (event.type === 'AwardIssued') return [titled(event.data.title), ...written(event.data.recipient)]
        return event.type === 'AwardCorrected' ? event.data.changes.flatMap(corrected) : []
      case 'organization':
        return namesOf(event).map((name) => phrased('organization', subject, name))
      case 'session':
        return phrasesOf(event).map((phrase) => phrased('session', subject, phrase))
      case 'issuer':
        if (event.type !== 'IssuerRegistered') return []
        return [phrased('issuer', subject, { label: event.data.name, link: event.data.body })]
      case 'person':
      case 'proposal':
      case 'serial':
        return []
    }
  },
}

/** A text that an entity is found by. `label` is found too, and is what the entity is called from now on. */
type Phrase = {
  readonly label?: LocalizedText
  readonly texts?: readonly string[]
  readonly link?: string | undefined
}

function phrased(kind: string, entity: string, { label, texts = [], link }: Phrase): Evolution {
  const key = `${kind}:${entity}`
  const evolve = (row: Row | undefined): Row => ({
    key,
    kind,
    entity,
    link: link ?? row?.['link'] ?? null,
    label: label === undefined ? (row?.['label'] ?? '{}') : JSON.stringify(label),
    words: wordsWith(row, [...Object.values(label ?? {}), ...texts]),
  })
  return { table: searchEntry, key, evolve }
}

function wordsWith(row: Row | undefined, texts: readonly string[]): string {
  const words = row === undefined ? {} : (JSON.parse(String(row['words'])) as Record<string, string>)
  const found = texts.flatMap(foldAll).map((word) => [word, soundOfFolded(word)] as const)
  return JSON.stringify({ ...words, ...Object.fromEntries(found) })
}

/** A phrase that was seen before costs one look. */
const once = (kind: 'title' | 'written', entity: string, label: LocalizedText): Change => {
  const { table, key, evolve } = phrased(kind, entity, { label })
  return { table, key, insert: () => evolve(undefined), recurring: true }
}
const titled = (title: LocalizedText) => once('title', titleKey(title), title)

function written(recipient: Recipient): readonly Change[] {
  const key = writtenKey(recipient)
  return key === undefined || recipient.type === 'person'
    ? []
    : [once('written', key, recipient.nameAsWritten)]
}

function corrected(change: CorrectedField): readonly Change[] {
  if (change.field === 'title') return [titled(change.after)]
  if (change.field !== 'recipient.nameAsWritten') return []
  return written({ type: 'organization', organizationId: '', nameAsWritten: change.after })
}

function namesOf(event: OrganizationEvent): readonly Phrase[] {
  switch (event.type) {
    case 'OrganizationRegistered':
      return [
        {
          label: event.data.name,
          texts: (event.data.aliases ?? []).flatMap((alias) => Object.values(alias)),
        },
      ]
    case 'OrganizationRenamed':
      return [{ label: event.data.name }]
    case 'OrganizationNameCorrected':
      return [{ label: event.data.after }]
    case 'OrganizationAliasAdded':
      return [{ texts: Object.values(event.data.alias) }]
    case 'OrganizationParentSet':
    case 'OrganizationSucceeded':
      return []
  }
}

function phrasesOf(event: SessionEvent): readonly Phrase[] {
  switch (event.type) {
    case 'SessionConvened': {
      const { body, number, title, place, startsOn } = event.data
      const texts = [String(number), startsOn.slice(0, 4), ...Object.values(place.city)]
      return [{ ...(title && { label: title }), texts, link: body }]
    }
    case 'SessionAgendaAdopted':
      return [{ texts: event.data.items.flatMap((item) => Object.values(item.title)) }]
    case 'SessionEventAdded':
      return [{ texts: Object.values(event.data.title) }]
    case 'SessionProtocolPublished':
      return [{ texts: [event.data.number] }]
    default:
      return []
  }
}
