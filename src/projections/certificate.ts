import { type AwardEvent, type AwardState, evolveAward, initialAward } from '../domain/award.ts'
import type { Recipient } from '../domain/award-content.ts'
import { verdicts } from '../domain/verdict.ts'
import type { RecordedEvent } from '../log/event-log.ts'
import { certificateDocument } from './certificate-document.ts'
import { appended, entryOf, type HistoryEntry, readHistory } from './history.ts'
import type { Change, Projection, Row, Table } from './projection.ts'
import { titleKey, writtenKey } from './search-keys.ts'

/**
 * One row a certificate. `document` is what it says now and `verdicts` what it is worth on every day, both as JSON
 * text that answers can be cut from; `history` is what they follow from, and answers what was known when.
 */
export const certificateTable: Table = {
  name: 'certificate',
  columns: [
    'id',
    'revision',
    'issuer',
    'body',
    'recipient',
    'session',
    'kind',
    'issued_on',
    'serial',
    'title_key',
    'written_key',
    'document',
    'verdicts',
    'history',
  ],
  create: `CREATE TABLE certificate(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, issuer TEXT,
    body TEXT, recipient TEXT, session TEXT, kind TEXT, issued_on TEXT, serial TEXT, title_key TEXT, written_key TEXT,
    document TEXT, verdicts TEXT, history TEXT NOT NULL)`,
  index: [
    'CREATE INDEX certificate_by_issuer ON certificate(issuer)',
    'CREATE INDEX certificate_by_recipient ON certificate(recipient)',
    'CREATE INDEX certificate_by_session ON certificate(session) WHERE session IS NOT NULL',
    'CREATE INDEX certificate_by_serial ON certificate(serial) WHERE serial IS NOT NULL',
    'CREATE INDEX certificate_by_title ON certificate(title_key)',
    'CREATE INDEX certificate_by_written ON certificate(written_key) WHERE written_key IS NOT NULL',
  ],
}

/** Certificates as they are now, with what is needed to answer as of any date and any knowledge. */
export const certificates: Projection = {
  name: 'certificate',
  tables: [certificateTable],
  project({ kind, subject, event, recorded }): readonly Change[] {
    if (kind !== 'award') return []
    const evolve = (row?: Row) => rowAfter(row, subject, event, recorded)
    const change = { table: certificateTable, key: subject }
    return [recorded.revision === 0n ? { ...change, insert: evolve } : { ...change, evolve }]
  },
}

/** The state that a history adds up to. */
export function foldHistory(history: readonly HistoryEntry[]): AwardState {
  return history.reduce(
    (state, { type, data }) => evolveAward(state, { type, data } as AwardEvent),
    initialAward,
  )
}

/** The form in which a serial number is looked up. */
export const serialKey = (serialNumber: string) =>
  serialNumber.normalize('NFKC').toUpperCase().replace(/\s+/g, ' ')

/** States of rows made in this process: folding goes on from there instead of from the row's text. */
const states = new WeakMap<Row, AwardState>()

function rowAfter(row: Row | undefined, id: string, event: AwardEvent, recorded: RecordedEvent): Row {
  const history = row === undefined ? undefined : String(row['history'])
  const before = row && (states.get(row) ?? foldHistory(readHistory(history ?? '[]')))
  const state = evolveAward(before ?? initialAward, event)
  const next = rowOf(id, Number(recorded.revision), state, appended(history, entryOf(event, recorded)))
  states.set(next, state)
  return next
}

/** `document` and `verdicts` are made when they are read: once a batch, however many events concern the award. */
function rowOf(id: string, revision: number, state: AwardState, history: string): Row {
  if (state.status !== 'issued') return { id, revision, history }
  const { content } = state
  return {
    id,
    revision,
    issuer: content.issuerId,
    body: content.awardingBody,
    recipient: recipientKey(content.recipient),
    session: content.basis.sessionId ?? null,
    kind: content.kind,
    issued_on: content.issuedOn,
    serial: content.serialNumber === undefined ? null : serialKey(content.serialNumber),
    title_key: titleKey(content.title),
    written_key: writtenKey(content.recipient) ?? null,
    history,
    get document() {
      return JSON.stringify(certificateDocument(id, state))
    },
    get verdicts() {
      return JSON.stringify(verdicts(state))
    },
  }
}

/** How a recipient is looked up: an organisation by its ID, a person by `person:` and the person's. */
export const recipientKey = (recipient: Recipient) =>
  recipient.type === 'organization' ? recipient.organizationId : `person:${recipient.person.personId}`
