import { evolveProposal, initialProposal, type ProposalState } from '../domain/proposal.ts'
import type { Change, Projection, Row, Table } from './projection.ts'

const proposalTable: Table = {
  name: 'proposal',
  columns: ['id', 'revision', 'issuer', 'status', 'recorded_at', 'state'],
  create: `CREATE TABLE proposal(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL,
    issuer TEXT NOT NULL, status TEXT NOT NULL, recorded_at TEXT NOT NULL, state TEXT NOT NULL)`,
  index: ['CREATE INDEX proposal_by_issuer ON proposal(issuer, status)'],
}

/** Awards proposed for a second person's approval, and what became of them. */
export const proposals: Projection = {
  name: 'proposals',
  tables: [proposalTable],
  project({ kind, subject, event, recorded }): readonly Change[] {
    if (kind !== 'proposal') return []
    const next = (row: Row | undefined): Row => {
      const before = row === undefined ? initialProposal : (JSON.parse(String(row['state'])) as ProposalState)
      const state = evolveProposal(before, event)
      return {
        id: subject,
        revision: Number(recorded.revision),
        issuer: state.status === 'unproposed' ? '' : state.content.issuerId,
        status: state.status,
        recorded_at: row?.['recorded_at'] ?? recorded.metadata.recordedAt,
        state: JSON.stringify(state),
      }
    }
    return [{ table: proposalTable, key: subject, evolve: next }]
  },
}
