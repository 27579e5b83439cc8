import {
  type Addition,
  type AwardEvent,
  type AwardState,
  type IssuedAward,
  type Suspension,
  suspensionOn,
} from './award.ts'
import type { Acceptance, AwardContent, Basis } from './award-content.ts'
import type { CertificateId } from './certificate-id.ts'
import { addDays, covers, endsBeforeItBegins } from './date.ts'
import { accepted, type Decision, type Invalid, invalid, type Now, refused } from './decision.ts'
import { defined, same } from './same.ts'

export type AwardRefusal =
  | Invalid
  | { readonly kind: 'award-not-found' }
  | { readonly kind: 'award-exists' }
  | { readonly kind: 'issue-abandoned' }
  | { readonly kind: 'already-accepted' }
  | { readonly kind: 'not-accepted' }
  | { readonly kind: 'corrects-nothing' }
  | { readonly kind: 'before-differs'; readonly field: string }
  | { readonly kind: 'identity-not-correctable' }
  | { readonly kind: 'already-known'; readonly field: string }
  | { readonly kind: 'already-suspended'; readonly from: string }
  | { readonly kind: 'not-suspended' }
  | { readonly kind: 'already-revoked'; readonly from: string }
  | { readonly kind: 'already-superseded'; readonly by: CertificateId }
  | { readonly kind: 'superseded-by-itself' }
  | { readonly kind: 'has-no-end' }
export type AwardDecision = Decision<AwardEvent, AwardRefusal>

export type DecideAward = (state: AwardState) => AwardDecision

/** Decides on an issued award; every other state is a refusal. */
export const onIssued =
  (decide: (award: IssuedAward) => AwardDecision): DecideAward =>
  (state) =>
    state.status === 'issued' ? decide(state) : refused({ kind: 'award-not-found' })

/** As `onIssued`, for what only an award still in force can undergo. */
const onStanding = (decide: (award: IssuedAward) => AwardDecision): DecideAward =>
  onIssued((award) => {
    if (award.revocation) return refused({ kind: 'already-revoked', from: award.revocation.from })
    if (award.supersession) return refused({ kind: 'already-superseded', by: award.supersession.by })
    return decide(award)
  })

/** Issues the award. `today` bounds the day of issue: one day ahead is allowed, since the earth is round. */
export const issue =
  (content: AwardContent, { today }: Now): DecideAward =>
  (state) => {
    if (state.status === 'abandoned') return refused({ kind: 'issue-abandoned' })
    if (state.status === 'issued')
      return same(state.content, content) ? accepted() : refused({ kind: 'award-exists' })
    const problem = contentProblem(content, today)
    return problem ? refused(problem) : accepted({ type: 'AwardIssued', data: content })
  }

/** What is wrong with the dates of a certificate, if anything. */
export function contentProblem(content: AwardContent, today: string): Invalid | undefined {
  if (content.issuedOn > addDays(today, 1))
    return invalid(
      '/issuedOn',
      'in-the-future',
      'give the day on which the certificate was issued; it may not lie ahead',
    )
  if (endsBeforeItBegins(content.validFrom ?? content.issuedOn, content.validUntil))
    return invalid(
      '/validUntil',
      'ends-before-it-begins',
      'give an end on or after the first day of validity',
    )
  const wrong = content.functions.findIndex((one) => endsBeforeItBegins(one.from, one.until))
  if (wrong >= 0)
    return invalid(
      `/functions/${wrong}/until`,
      'ends-before-it-begins',
      'give an end on or after the first day',
    )
  return undefined
}

/** Closes an issue that never came to be (its recorder died behind the serial number's reservation). */
export const abandonIssue =
  (serialNumber: string): DecideAward =>
  (state) => {
    if (state.status === 'abandoned') return accepted()
    if (state.status === 'issued') return refused({ kind: 'award-exists' })
    return accepted({ type: 'AwardIssueAbandoned', data: { serialNumber } })
  }

/** Records who took the certificate for the recipient. It is accepted once. */
export const accept = (intent: Acceptance, { today }: Now): DecideAward =>
  onStanding((award) => {
    if (award.acceptance)
      return same(award.acceptance, intent) ? accepted() : refused({ kind: 'already-accepted' })
    if (intent.acceptedOn < award.content.issuedOn)
      return refused(invalid('/acceptedOn', 'before-issue', `it was issued on ${award.content.issuedOn}`))
    if (intent.acceptedOn > addDays(today, 1))
      return refused(invalid('/acceptedOn', 'in-the-future', 'give the day on which it was accepted'))
    return accepted({ type: 'AwardAccepted', data: intent })
  })

/** Adds what was missing at issue. What is there already can't be added: it is corrected, which leaves a trace. */
export const supplement = (intent: Addition): DecideAward =>
  onIssued((award) => {
    const known = award.content
    const { functions = [], basis = {}, ...fields } = defined(intent)
    const isNew = functions.filter((one) => !known.functions.some((other) => same(one, other)))
    const given = additions(known, basis, fields)
    const clash = given.find(({ value, current }) => current !== undefined && current !== value)
    if (clash) return refused({ kind: 'already-known', field: clash.field })
    if (given.length === 0 && functions.length === 0)
      return refused(
        invalid('', 'empty', 'name at least one of serialNumber, basis, functions, validFrom, validUntil'),
      )
    if (isNew.length === 0 && given.every(({ value, current }) => current === value)) return accepted()
    const problem = contentProblem({ ...known, ...fields, functions }, known.issuedOn)
    if (problem) return refused(problem)
    return accepted({
      type: 'AwardSupplemented',
      data: { ...defined(intent), ...(intent.functions && { functions: isNew }) },
    })
  })

/** The single fields that an addition names, each with what the certificate says there now. */
function additions(known: AwardContent, basis: Basis, fields: Omit<Addition, 'basis' | 'functions'>) {
  return [
    ...Object.entries(fields).map(([field, value]) => ({
      field,
      value,
      current: known[field as 'validFrom'],
    })),
    ...Object.entries(basis).map(([field, value]) => ({
      field: `basis.${field}`,
      value,
      current: known.basis[field as 'sessionId'],
    })),
  ]
}

/** Lets a certificate with an end count longer. `from` is the first day of the added span (default: no gap). */
export const prolong = (intent: {
  from?: string | undefined
  until: string
  reason?: string | undefined
}): DecideAward =>
  onStanding((award) => {
    const end = award.prolongations.at(-1)?.until ?? award.content.validUntil
    if (end === undefined) return refused({ kind: 'has-no-end' })
    if (award.prolongations.some((past) => same(past, { ...intent, from: intent.from ?? past.from })))
      return accepted()
    const from = intent.from ?? addDays(end, 1)
    if (from <= end)
      return refused(invalid('/from', 'not-allowed', `it counts until ${end}; begin after that`))
    if (intent.until < from)
      return refused(invalid('/until', 'ends-before-it-begins', `it counts until ${end} already`))
    return accepted({ type: 'AwardProlonged', data: { ...intent, from } })
  })

/** Takes the award out of force for a time. */
export const suspend = (intent: { from: string; until?: string | undefined; reason: string }): DecideAward =>
  onStanding((award) => {
    if (award.suspensions.some((past) => same(past, intent))) return accepted()
    if (endsBeforeItBegins(intent.from, intent.until))
      return refused(invalid('/until', 'ends-before-it-begins', 'give a last day on or after the first'))
    if (intent.from < award.content.issuedOn)
      return refused(invalid('/from', 'before-issue', `it was issued on ${award.content.issuedOn}`))
    const open = award.suspensions.find((past) => overlaps(past, intent))
    if (open) return refused({ kind: 'already-suspended', from: open.from })
    return accepted({ type: 'AwardSuspended', data: intent })
  })

function overlaps(past: Suspension, next: { from: string; until?: string | undefined }): boolean {
  const until = past.reinstated ? addDays(past.reinstated.from, -1) : past.until
  if (until !== undefined && until < past.from) return false
  return covers({ from: past.from, until }, next.from) || covers(next, past.from)
}

/** Ends the suspension that covers `from`, the first day on which the award counts again. */
export const reinstate = (intent: { from: string; reason: string }): DecideAward =>
  onStanding(({ suspensions }) => {
    if (suspensionOn(suspensions, intent.from)) return accepted({ type: 'AwardReinstated', data: intent })
    if (suspensions.some(({ reinstated }) => same(reinstated, intent))) return accepted()
    const ahead = suspensions.find((past) => !past.reinstated && intent.from < past.from)
    return refused(
      ahead
        ? invalid('/from', 'ends-before-it-begins', `it is suspended from ${ahead.from}`)
        : { kind: 'not-suspended' },
    )
  })

/** Takes the award back. It counts from a day that may lie in the past, but not before the day of issue. */
export const revoke = (intent: { from: string; reason: string }): DecideAward =>
  onIssued((award) => {
    if (award.revocation)
      return same(award.revocation, intent)
        ? accepted()
        : refused({ kind: 'already-revoked', from: award.revocation.from })
    if (intent.from < award.content.issuedOn)
      return refused(invalid('/from', 'before-issue', `it was issued on ${award.content.issuedOn}`))
    return accepted({ type: 'AwardRevoked', data: intent })
  })

/** Puts another award in place of this one. */
export const supersede = (
  id: CertificateId,
  intent: { by: CertificateId; from: string; reason: string },
): DecideAward =>
  onIssued((award) => {
    if (intent.by === id) return refused({ kind: 'superseded-by-itself' })
    if (award.supersession)
      return same(award.supersession, intent)
        ? accepted()
        : refused({ kind: 'already-superseded', by: award.supersession.by })
    if (award.revocation) return refused({ kind: 'already-revoked', from: award.revocation.from })
    if (intent.from < award.content.issuedOn)
      return refused(invalid('/from', 'before-issue', `it was issued on ${award.content.issuedOn}`))
    return accepted({ type: 'AwardSuperseded', data: intent })
  })

/** Notes on the other end of a supersession what this award stands in place of. */
export const noteSupersedes = (predecessor: CertificateId): DecideAward =>
  onIssued((award) =>
    award.predecessors.includes(predecessor)
      ? accepted()
      : accepted({ type: 'AwardSupersedes', data: { predecessor } }),
  )
