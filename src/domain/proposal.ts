import { z } from 'zod'
import { contentProblem } from './award-decisions.ts'
import { type AwardContent, awardContent } from './award-content.ts'
import type { CertificateId } from './certificate-id.ts'
import { accepted, type Decision, type Invalid, type Now, refused } from './decision.ts'
import { same } from './same.ts'

/** A proposal bears the ID that its certificate will have, and is no certificate: verifying it finds none. */
export const proposalStream = (id: CertificateId) => `proposal-${id}`

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ type: z.literal(type), data })

/** `by` is an actor's name (`council/k1`): who may not approve has to be known to the decision. */
const proposed = z.strictObject({ content: awardContent, by: z.string() })
const approved = z.strictObject({ by: z.string() })
const declined = z.strictObject({ by: z.string(), reason: z.string() })

/** The stored shapes of a proposal's events: a format, kept for ever. */
export const proposalEvent = z.discriminatedUnion('type', [
  event('AwardProposed', proposed),
  /** A second person said yes. The award is issued behind it, in a stream of its own. */
  event('AwardProposalApproved', approved),
  event('AwardProposalDeclined', declined),
])
export type ProposalEvent = z.infer<typeof proposalEvent>

type Made = { readonly content: AwardContent; readonly by: string }
export type ProposalState =
  | { readonly status: 'unproposed' }
  | ({ readonly status: 'proposed' } & Made)
  | ({ readonly status: 'approved'; readonly approvedBy: string } & Made)
  | ({ readonly status: 'declined'; readonly declinedBy: string; readonly reason: string } & Made)

export const initialProposal: ProposalState = { status: 'unproposed' }

/** Total: an event that no decision could have made in this state changes nothing. */
export function evolveProposal(state: ProposalState, event: ProposalEvent): ProposalState {
  if (event.type === 'AwardProposed')
    return state.status === 'unproposed' ? { status: 'proposed', ...event.data } : state
  if (state.status !== 'proposed') return state
  const { content, by } = state
  return event.type === 'AwardProposalApproved'
    ? { status: 'approved', content, by, approvedBy: event.data.by }
    : { status: 'declined', content, by, declinedBy: event.data.by, reason: event.data.reason }
}

export type ProposalRefusal =
  | Invalid
  | { readonly kind: 'proposal-not-found' }
  | { readonly kind: 'proposal-exists' }
  | { readonly kind: 'proposal-approved' }
  | { readonly kind: 'proposal-declined' }
  /** Whoever proposes does not approve: four eyes are two persons'. */
  | { readonly kind: 'second-person-needed' }
export type ProposalDecision = Decision<ProposalEvent, ProposalRefusal>
type Decide = (state: ProposalState) => ProposalDecision

/** Proposes an award. Nothing of it counts until somebody else approves. */
export const propose =
  ({ content, by }: Made, { today }: Now): Decide =>
  (state) => {
    if (state.status !== 'unproposed')
      return same(state.content, content) ? accepted() : refused({ kind: 'proposal-exists' })
    const problem = contentProblem(content, today)
    return problem ? refused(problem) : accepted({ type: 'AwardProposed', data: { content, by } })
  }

/** Approves as a second person. Approving again is no second approval. */
export const approve =
  (by: string): Decide =>
  (state) => {
    if (state.status === 'unproposed') return refused({ kind: 'proposal-not-found' })
    if (state.status === 'declined') return refused({ kind: 'proposal-declined' })
    if (state.by === by) return refused({ kind: 'second-person-needed' })
    return state.status === 'approved'
      ? accepted()
      : accepted({ type: 'AwardProposalApproved', data: { by } })
  }

/** Declines for good; whoever proposed may take it back so. What was approved is revoked instead. */
export const decline =
  (intent: { readonly by: string; readonly reason: string }): Decide =>
  (state) => {
    if (state.status === 'unproposed') return refused({ kind: 'proposal-not-found' })
    if (state.status === 'approved') return refused({ kind: 'proposal-approved' })
    if (state.status === 'proposed') return accepted({ type: 'AwardProposalDeclined', data: intent })
    const isSo = state.declinedBy === intent.by && state.reason === intent.reason
    return isSo ? accepted() : refused({ kind: 'proposal-declined' })
  }
