import { z } from 'zod'
import { type AwardEvent, type AwardState, evolveAward, initialAward } from '../domain/award.ts'
import type { AwardContent } from '../domain/award-content.ts'
import { issue } from '../domain/award-decisions.ts'
import { refsIn } from '../domain/person.ts'
import {
  approve,
  decline,
  propose,
  type ProposalEvent,
  type ProposalRefusal,
  type ProposalState,
} from '../domain/proposal.ts'
import { awards, proposals } from './aggregates.ts'
import { type IssueInput, issueInput } from './award-inputs.ts'
import type { CatalogueEntry, CommandDeps, EntryOutcome } from './catalogue-entry.ts'
import type { Actor, Command, CommonRefusal, Role } from './command.ts'
import { defineEntry, entryOf, subjectOf } from './define-entry.ts'
import { execute, foldSlice, type Request } from './executor.ts'
import { reason } from './input-parts.ts'
import { certificateIdOf, contentOf, issuerOf, references } from './issue-award.ts'
import type { Refusal } from './refusal.ts'
import { restingProblem, secureAward } from './securing-awards.ts'
import { heldByAnother } from './serial-numbers.ts'

type ProposalCommand<Input> = Command<Input, ProposalState, ProposalEvent, ProposalRefusal | Refusal>

const roles: readonly Role[] = ['registrar', 'issuer']

const proposing = defineEntry<IssueInput>({
  name: 'proposal.propose',
  summary: 'Proposes an award for a second person’s approval',
  tag: 'proposals',
  path: '/proposals',
  roles,
  input: issueInput,
  run: async (deps, _, input, request) => {
    const under = await issuerOf(deps, input, request)
    if (!under.ok) return under
    const id = certificateIdOf(deps, under.issuer, request)
    const command: ProposalCommand<IssueInput> = {
      name: 'proposal.propose',
      summary: 'Proposes an award',
      aggregate: proposals,
      roles,
      input: issueInput,
      references,
      secure: (next) => proposedProblem(deps, id, next),
      decide: (intent, { today, actor }) =>
        propose({ content: contentOf(intent, under.body), by: actor.name }, { today }),
    }
    return execute(deps, command, id, input, request, { isNew: request.idempotencyKey === undefined })
  },
})

/** What would be refused at approval is told now. The serial number is looked up and not held: a draft takes none. */
async function proposedProblem(
  deps: CommandDeps,
  id: string,
  proposal: ProposalState,
): Promise<Refusal | undefined> {
  if (proposal.status === 'unproposed') return undefined
  const { content } = proposal
  return (await restingProblem(deps, content)) ?? (await heldByAnother(deps, content, id))
}

const approveInput = z.strictObject({}).meta({
  description: 'Nothing: who approves is whose key it is. It has to be another key than the proposer’s.',
})

/**
 * The approval is recorded first, then the award: no award in the issuer's name without a recorded yes. A crash between
 * the two leaves an approved proposal without its award; approving again issues it, and so does `completeApprovals` at
 * the next start. What would refuse the award is asked before the approval, and holds its serial number.
 */
const approving = defineEntry<object>({
  name: 'proposal.approve',
  summary: 'Approves a proposed award as a second person, which issues it',
  tag: 'proposals',
  path: '/proposals/:id/approval',
  roles,
  input: approveInput,
  run: async (deps, given, input, request) => {
    const id = subjectOf('proposal.approve', given)
    const command: ProposalCommand<object> = {
      name: 'proposal.approve',
      summary: 'Approves a proposed award',
      aggregate: proposals,
      roles,
      input: approveInput,
      allows: mayDecide,
      secure: (next) => approvedProblem(deps, id, next, request),
      decide: (_intent, { actor }) => approve(actor.name),
    }
    const outcome = await execute(deps, command, id, input, request)
    if (!outcome.ok || outcome.state.status !== 'approved') return outcome
    const issued = await issueApproved(deps, id, outcome.state.content, request)
    return issued.ok && issued.position
      ? { ...outcome, position: issued.position }
      : issued.ok
        ? outcome
        : issued
  },
})

/** An issuer's key decides on its own issuer's proposals alone. */
const mayDecide = (state: ProposalState, { role, issuerId }: Actor): boolean =>
  role === 'registrar' || state.status === 'unproposed' || state.content.issuerId === issuerId

async function approvedProblem(
  deps: CommandDeps,
  id: string,
  proposal: ProposalState,
  request: Request,
): Promise<Refusal | CommonRefusal | undefined> {
  if (proposal.status === 'unproposed') return undefined
  const { content } = proposal
  const erased = refsIn(content).find(({ personId }) => deps.lookup.personErased(personId))
  if (erased) return { kind: 'person-erased', personId: erased.personId }
  const decision = issue(content, { today: deps.now().slice(0, 10) })(
    foldSlice(awards, await deps.log.readStream(awards.stream(id))),
  )
  if (!decision.ok) return decision.refusal
  return secureAward(deps, id, request)(decision.events.reduce(evolveAward, initialAward), decision.events)
}

/** Issues what was approved. Its persons are sealed already. Issuing it again changes nothing. */
const issueApproved = (
  deps: CommandDeps,
  id: string,
  content: AwardContent,
  { actor, correlationId }: Pick<Request, 'actor' | 'correlationId'>,
): Promise<EntryOutcome> => {
  const command: Command<{ content: AwardContent }, AwardState, AwardEvent, Refusal> = {
    name: 'certificate.issue',
    summary: 'Issues what was approved',
    aggregate: awards,
    roles,
    input: z.custom<{ content: AwardContent }>(),
    secure: secureAward(deps, id, { actor, correlationId }),
    decide: (intent, { today }) => issue(intent.content, { today }),
  }
  return execute(deps, command, id, { content }, { actor, correlationId })
}

/** Issues what was approved by somebody who died before the award. Safe to repeat; answers how many lacked it. */
export async function completeApprovals(
  deps: CommandDeps,
  approved: Iterable<{ readonly id: string; readonly content: AwardContent }>,
  correlationId: string,
): Promise<number> {
  const actor: Actor = { name: 'registry', role: 'registrar', issuerId: '' }
  let completed = 0
  for (const { id, content } of approved) {
    const outcome = await issueApproved(deps, id, content, { actor, correlationId })
    if (outcome.ok && !outcome.repeated) completed += 1
  }
  return completed
}

const declineInput = z.strictObject({ reason })
const declining: ProposalCommand<z.infer<typeof declineInput>> = {
  name: 'proposal.decline',
  summary: 'Declines a proposed award, or takes back one’s own',
  aggregate: proposals,
  roles,
  input: declineInput,
  allows: mayDecide,
  decide: ({ reason: why }, { actor }) => decline({ by: actor.name, reason: why }),
}

export const proposalEntries: readonly CatalogueEntry[] = [
  proposing,
  approving,
  entryOf(declining, { tag: 'proposals', path: '/proposals/:id/refusal' }),
]
