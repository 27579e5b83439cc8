import { createHmac } from 'node:crypto'
import { refused } from '../domain/decision.ts'
import type { AwardContent } from '../domain/award-content.ts'
import type { AwardEvent, AwardState } from '../domain/award.ts'
import { issue } from '../domain/award-decisions.ts'
import { certificateIdFrom, type CertificateId } from '../domain/certificate-id.ts'
import type { RegisteredIssuer } from '../domain/issuer.ts'
import { awards, issuers } from './aggregates.ts'
import { type IssueInput, issueInput } from './award-inputs.ts'
import type { CommandDeps, EntryOutcome } from './catalogue-entry.ts'
import type { Command, Reference, Role } from './command.ts'
import { defineEntry } from './define-entry.ts'
import { execute, type Request } from './executor.ts'
import { readState } from './folded-streams.ts'
import type { Sealed } from './person-input.ts'
import type { Refusal } from './refusal.ts'
import { secureAward } from './securing-awards.ts'
import { releaseFormer } from './serial-numbers.ts'

const roles: readonly Role[] = ['registrar', 'issuer']
const summary = 'Issues a certificate'

/**
 * Issues an award. Its certificate ID comes from the issuer's secret seed and the idempotency key, so that a repeat
 * lands on the same certificate, whatever died in between; without a key it is drawn at random.
 */
export const issueEntry = defineEntry<IssueInput>({
  name: 'certificate.issue',
  summary,
  tag: 'certificates',
  path: '/certificates',
  roles,
  input: issueInput,
  run: async (deps, _, input, request) => {
    const under = await issuerOf(deps, input, request)
    return under.ok ? issueUnder(deps, under, input, request) : under
  },
})

/** An issuer that may record an award, and the body that it acts for. */
export type Under = { readonly ok: true; readonly issuer: RegisteredIssuer; readonly body: string }

/** Whose name an award is recorded in, where who asks may do so; else why not. */
export async function issuerOf(
  deps: CommandDeps,
  input: IssueInput,
  { actor }: Request,
): Promise<Under | { readonly ok: false; readonly refusal: Refusal }> {
  if (!roles.includes(actor.role)) return refused({ kind: 'forbidden', why: 'role' })
  if (actor.role === 'issuer' && actor.issuerId !== input.issuerId)
    return refused({ kind: 'forbidden', why: 'other-issuer' })
  const issuer = await readState(deps, issuers, input.issuerId)
  if (issuer.status === 'unregistered')
    return refused({ kind: 'unknown-issuer', field: '/issuerId', id: input.issuerId })
  const { body } = issuer
  if (body === undefined) return refused(notAccredited(input))
  if (input.awardingBody !== undefined && input.awardingBody !== body)
    return refused({ kind: 'other-body', body })
  return { ok: true, issuer, body }
}

const notAccredited = ({ issuerId, kind, issuedOn }: IssueInput): Refusal => ({
  kind: 'not-accredited',
  issuerId,
  awardKind: kind,
  on: issuedOn,
})

async function issueUnder(
  deps: CommandDeps,
  { issuer, body }: Under,
  input: IssueInput,
  request: Request,
): Promise<EntryOutcome> {
  const id = certificateIdOf(deps, issuer, request)
  const command: Command<IssueInput, AwardState, AwardEvent, Refusal> = {
    name: 'certificate.issue',
    summary,
    aggregate: awards,
    roles,
    input: issueInput,
    references,
    // Asked behind the decision, so that a repeat of what was issued before the rule came still finds it issued.
    secure: async (next, events) =>
      issuer.approval?.required === true
        ? { kind: 'approval-required', issuerId: input.issuerId }
        : secureAward(deps, id, request)(next, events),
    decide: (intent, { today }) => issue(contentOf(intent, body), { today }),
  }
  const isNew = request.idempotencyKey === undefined
  const outcome = await execute(deps, command, id, input, request, { isNew })
  // Two bodies raced under one key, each with a number: the one that lost frees its own.
  if (!outcome.ok && !isNew && input.serialNumber !== undefined)
    await releaseFormer(deps, id, [input.serialNumber], request)
  return outcome
}

/** The ID of the award that a request makes: 80 bits that only the registry can tell, as long as the issuer's seed is secret. */
export function certificateIdOf(
  deps: CommandDeps,
  { idSeed }: RegisteredIssuer,
  request: Request,
): CertificateId {
  const { actor, keyHolder, idempotencyKey } = request
  if (idempotencyKey === undefined) return certificateIdFrom(deps.randomBytes(10))
  const mac = createHmac('sha256', Buffer.from(idSeed, 'base64url'))
  return certificateIdFrom(
    mac
      .update(JSON.stringify([keyHolder ?? actor.name, idempotencyKey]))
      .digest()
      .subarray(0, 10),
  )
}

/** What an award's request refers to. */
export const references = ({ recipient, awardingBody, basis }: IssueInput): readonly Reference[] => [
  ...(recipient.type === 'organization'
    ? [{ kind: 'organization', field: '/recipient/organizationId', id: recipient.organizationId } as const]
    : []),
  ...(awardingBody === undefined
    ? []
    : [{ kind: 'organization', field: '/awardingBody', id: awardingBody } as const]),
  ...(basis?.sessionId === undefined
    ? []
    : [{ kind: 'session', field: '/basis/sessionId', id: basis.sessionId } as const]),
]

/** A request as the content of an award. */
export const contentOf = (intent: Sealed<IssueInput>, body: string): AwardContent => ({
  ...intent,
  awardingBody: body,
  basis: intent.basis ?? {},
  functions: intent.functions ?? [],
})
