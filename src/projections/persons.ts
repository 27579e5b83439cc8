import type { PersonRef } from '../domain/person.ts'
import type { Change, Projection, Row, Table } from './projection.ts'
import type { RegistryEvent } from './registry-event.ts'

const commitment: Table = {
  name: 'commitment',
  columns: ['commitment', 'person_id', 'subject_kind', 'subject'],
  create: `CREATE TABLE commitment(number INTEGER PRIMARY KEY, commitment TEXT NOT NULL UNIQUE, person_id TEXT NOT NULL, subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL)`,
  index: ['CREATE INDEX commitment_by_person ON commitment(person_id)'],
}

const erased: Table = {
  name: 'erased_person',
  columns: ['person_id', 'recorded_at', 'reason'],
  create:
    'CREATE TABLE erased_person(person_id TEXT NOT NULL UNIQUE, recorded_at TEXT NOT NULL, reason TEXT NOT NULL)',
  index: [],
}

/**
 * Which commitments events name, of whom and where; and whose data are erased. Drafts (`proposal`) are named too, so that
 * their openings are kept and forgotten like all others; nobody is found by them.
 */
export const persons: Projection = {
  name: 'persons',
  tables: [commitment, erased],
  project(event): readonly Change[] {
    if (event.kind === 'person') {
      const row = {
        person_id: event.subject,
        recorded_at: event.recorded.metadata.recordedAt,
        reason: event.event.data.reason,
      }
      return [{ table: erased, key: event.subject, insert: () => row }]
    }
    const subject_kind = event.kind === 'award' ? 'certificate' : event.kind
    return refsOf(event).map(({ commitment: key, personId }) => {
      const row = { commitment: key, person_id: personId, subject_kind, subject: event.subject }
      // What was approved names the person from then on, and no longer the draft.
      const evolve = (known: Row | undefined): Row =>
        known === undefined || known['subject_kind'] === 'proposal' ? row : known
      return { table: commitment, key, evolve }
    })
  },
}

/** The references that an event brings in; those of a correction's `before` were there already. */
function refsOf({ kind, event }: RegistryEvent): readonly PersonRef[] {
  if (kind === 'award') {
    if (event.type === 'AwardIssued')
      return event.data.recipient.type === 'person' ? [event.data.recipient.person] : []
    if (event.type === 'AwardAccepted') return [event.data.person]
    if (event.type === 'AwardCorrected')
      return event.data.changes.flatMap((change) =>
        change.field === 'recipient.person' || change.field === 'acceptance.person' ? [change.after] : [],
      )
  }
  if (kind === 'proposal' && event.type === 'AwardProposed') {
    const { recipient } = event.data.content
    return recipient.type === 'person' ? [recipient.person] : []
  }
  if (kind === 'session') {
    if (event.type === 'SessionParticipantsRegistered')
      return event.data.participants.map(({ person }) => person)
    if (event.type === 'SessionChairNamed') return [event.data.person]
  }
  return []
}
