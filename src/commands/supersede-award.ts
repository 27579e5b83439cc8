import { z } from 'zod'
import type { AwardEvent, AwardState } from '../domain/award.ts'
import { type AwardRefusal, noteSupersedes, supersede } from '../domain/award-decisions.ts'
import { awards } from './aggregates.ts'
import { type SupersedeInput, supersedeInput } from './award-inputs.ts'
import type { CommandDeps } from './catalogue-entry.ts'
import type { Actor, Command, Role } from './command.ts'
import { defineEntry, subjectOf } from './define-entry.ts'
import { execute, type Request } from './executor.ts'
import type { Refusal } from './refusal.ts'
import { readAward } from './serial-numbers.ts'

/** The longest chain of successors that is followed before a supersession is refused. */
const MAX_CHAIN = 1_000

const roles: readonly Role[] = ['registrar', 'issuer']
const name = 'certificate.supersede'
const summary = 'Puts another certificate in place of this one'

/**
 * Both ends are told: first the old award, whose event is the one that counts, then the new one. A crash between them
 * leaves a valid supersession that the new award does not show yet; a repeat completes it, and so does
 * `completeSupersessions` at the next start.
 */
export const supersedeEntry = defineEntry<SupersedeInput>({
  name,
  summary,
  tag: 'certificates',
  path: '/certificates/:id/supersession',
  roles,
  input: supersedeInput,
  run: async (deps, given, input, request) => {
    const id = subjectOf(name, given)
    const outcome = await execute(deps, superseding(deps, id), id, input, request)
    if (!outcome.ok) return outcome
    const noted = await note(deps, { id, by: input.by }, request)
    return noted.ok && noted.position ? { ...outcome, position: noted.position } : outcome
  },
})

const superseding = (
  deps: CommandDeps,
  id: string,
): Command<SupersedeInput, AwardState, AwardEvent, Refusal> => ({
  name,
  summary,
  aggregate: awards,
  roles,
  input: supersedeInput,
  allows: mayChange,
  secure: (next) => successorProblem(deps, id, next),
  decide: (intent) => supersede(id, intent),
})

/** An issuer's key acts on its own issuer's awards alone. What does not exist is the decider's to refuse. */
export const mayChange = (state: AwardState, { role, issuerId }: Actor): boolean =>
  role === 'registrar' || state.status !== 'issued' || state.content.issuerId === issuerId

/**
 * Follows the successors from the new award on: none may be the old one. Two supersessions that run at the same instant
 * in opposite directions can both pass; then each award counts as superseded, which vouches for neither.
 */
async function successorProblem(
  deps: CommandDeps,
  id: string,
  old: AwardState,
): Promise<Refusal | undefined> {
  if (old.status !== 'issued' || !old.supersession) return undefined
  const { by } = old.supersession
  const successor = await readAward(deps, by)
  if (successor.status !== 'issued') return { kind: 'unknown-successor', id: by }
  if (successor.content.issuerId !== old.content.issuerId)
    return { kind: 'successor-of-other-issuer', id: by }
  let award: AwardState = successor
  for (let length = 0; length < MAX_CHAIN; length++) {
    if (award.status !== 'issued' || !award.supersession) return undefined
    if (award.supersession.by === id) return { kind: 'supersession-cycle' }
    award = await readAward(deps, award.supersession.by)
  }
  return { kind: 'supersession-chain-too-long', limit: MAX_CHAIN }
}

type Pair = { readonly id: string; readonly by: string }

const noting: Command<{ predecessor: string }, AwardState, AwardEvent, AwardRefusal> = {
  name: 'certificate.note-supersession',
  summary: 'Notes on the new award which one it stands in place of',
  aggregate: awards,
  roles,
  input: z.strictObject({ predecessor: z.string() }),
  decide: ({ predecessor }) => noteSupersedes(predecessor),
}

const note = (deps: CommandDeps, { id, by }: Pair, { actor, correlationId }: Request) =>
  execute(deps, noting, by, { predecessor: id }, { actor, correlationId })

/** Completes supersessions whose recorder died before the new award knew. Safe to repeat; answers how many lacked it. */
export async function completeSupersessions(
  deps: CommandDeps,
  pairs: Iterable<Pair>,
  correlationId: string,
): Promise<number> {
  const actor: Actor = { name: 'registry', role: 'registrar', issuerId: '' }
  let completed = 0
  for (const pair of pairs) {
    const outcome = await note(deps, pair, { actor, correlationId })
    if (outcome.ok && !outcome.repeated) completed += 1
  }
  return completed
}
