import type { AwardContent } from '../domain/award-content.ts'
import { refsIn } from '../domain/person.ts'
import type { ProposalState } from '../domain/proposal.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { type ShownPerson, showPersons } from './persons.ts'

export type ProposalStatus = Exclude<ProposalState['status'], 'unproposed'>

/** A proposal as whoever may see it is shown it. */
export type ProposalAnswer = {
  readonly id: string
  readonly revision: string
  readonly recordedAt: string
  readonly state: Exclude<ProposalState, { status: 'unproposed' }>
  readonly persons?: readonly ShownPerson[]
}

/** One proposal by its ID; `undefined` where there is none. */
export function proposalAnswer(model: ReadModel, id: string): ProposalAnswer | undefined {
  const row = model.prepare('SELECT id, revision, recorded_at, state FROM proposal WHERE id = ?').get(id)
  return row && answerOf(model, row)
}

/** Proposals by issuer and status, the latest first. `before` is the `next` of the page before. */
export function listProposals(
  model: ReadModel,
  filter: { readonly issuer?: string | undefined; readonly status?: ProposalStatus | undefined },
  page: { readonly limit: number; readonly before?: number | undefined },
): { readonly proposals: readonly ProposalAnswer[]; readonly next?: number } {
  const wanted = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const conditions = ['number < ?', ...wanted.map(([column]) => `${column} = ?`)]
  const rows = model
    .prepare(
      `SELECT number, id, revision, recorded_at, state FROM proposal WHERE ${conditions.join(' AND ')}
       ORDER BY number DESC LIMIT ?`,
    )
    .all(page.before ?? Number.MAX_SAFE_INTEGER, ...wanted.map(([, value]) => value), page.limit + 1)
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined
  return {
    proposals: rows.slice(0, page.limit).map((row) => answerOf(model, row)),
    ...(last && { next: Number(last['number']) }),
  }
}

/** What was approved and never issued: whoever approved died between the two streams. */
export function unissuedApprovals(
  model: ReadModel,
): readonly { readonly id: string; readonly content: AwardContent }[] {
  const rows = model
    .prepare(
      `SELECT id, state FROM proposal WHERE status = 'approved'
       AND NOT EXISTS (SELECT 1 FROM certificate WHERE certificate.id = proposal.id)`,
    )
    .all()
  return rows.map(({ id, state }) => ({
    id: String(id),
    content: (JSON.parse(String(state)) as ProposalAnswer['state']).content,
  }))
}

function answerOf(model: ReadModel, row: Readonly<Record<string, unknown>>): ProposalAnswer {
  const state = JSON.parse(String(row['state'])) as ProposalAnswer['state']
  const refs = refsIn(state)
  return {
    id: String(row['id']),
    revision: String(row['revision']),
    recordedAt: String(row['recorded_at']),
    state,
    ...(refs.length > 0 && { persons: showPersons(model, refs) }),
  }
}
