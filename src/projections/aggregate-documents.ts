import { evolveIssuer, initialIssuer } from '../domain/issuer.ts'
import { evolveOrganization, initialOrganization } from '../domain/organization.ts'
import { evolveSession, initialSession } from '../domain/session.ts'
import { appended, entryOf } from './history.ts'
import type { Change, Projection, Row, Table } from './projection.ts'
import type { EventOf, StreamKind } from './registry-event.ts'

const documentTable = (name: string): Table => ({
  name,
  columns: ['id', 'revision', 'state', 'history'],
  create: `CREATE TABLE ${name}(id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, state TEXT NOT NULL, history TEXT NOT NULL)`,
  index: [],
})

/** One row an aggregate: its state as JSON, and the history that it follows from. */
function documentProjection<Kind extends StreamKind, State>(
  kind: Kind,
  initial: State,
  evolve: (state: State, event: EventOf<Kind>) => State,
): Projection {
  const table = documentTable(kind)
  return {
    name: kind,
    tables: [table],
    project(event): readonly Change[] {
      if (event.kind !== kind) return []
      const next = (row: Row | undefined): Row => {
        const state = row === undefined ? initial : (JSON.parse(String(row['state'])) as State)
        return {
          id: event.subject,
          revision: Number(event.recorded.revision),
          state: JSON.stringify(evolve(state, event.event as EventOf<Kind>)),
          history: appended(row && String(row['history']), entryOf(event.event, event.recorded)),
        }
      }
      return [{ table, key: event.subject, evolve: next }]
    },
  }
}

/** Organisations with every name they ever held. */
export const organizations = documentProjection('organization', initialOrganization, evolveOrganization)
/** Sessions with agenda, participants (as references), decisions and protocol. */
export const sessions = documentProjection('session', initialSession, evolveSession)
/** Issuers with their accreditations and keys (hashes alone). */
export const issuers = documentProjection('issuer', initialIssuer, evolveIssuer)
