import { isDeepStrictEqual } from 'node:util'
import type { Acceptance, AwardContent, CorrectedField } from './award-content.ts'
import type { Addition, AwardEvent, AwardState, IssuedAward, Suspension } from './award.ts'
import type { CertificateId } from './certificate-id.ts'
import { addDays, covers, endsBeforeItBegins } from './date.ts'
import { accepted, type Decision, type Invalid, invalid, type Now, refused } from './decision.ts'

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

type Decide = (state: AwardState) => AwardDecision

/** Decides on an issued award; every other state is a refusal. */
const onIssued =
  (decide: (award: IssuedAward) => AwardDecision): Decide =>
  (state) =>
    state.status === 'issued' ? decide(state) : refused({ kind: 'award-not-found' })

/** As `onIssued`, for what only an award still in force can undergo. */
const onStanding = (decide: (award: IssuedAward) => AwardDecision): Decide =>
  onIssued((award) => {
    if (award.revocation) return refused({ kind: 'already-revoked', from: award.revocation.from })
    if (award.supersession) return refused({ kind: 'already-superseded', by: award.supersession.by })
    return decide(award)
  })

/** Issues the award. `today` bounds the day of issue: one day ahead is allowed, since the earth is round. */
export const issue =
  (content: AwardContent, { today }: Now): Decide =>
  (state) => {
    if (state.status === 'abandoned') return refused({ kind: 'issue-abandoned' })
    if (state.status === 'issued')
      return isDeepStrictEqual(state.content, content) ? accepted() : refused({ kind: 'award-exists' })
    const problem = contentProblem(content, today)
    return problem ? refused(problem) : accepted({ type: 'AwardIssued', data: content })
  }

function contentProblem(content: AwardContent, today: string): Invalid | undefined {
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
  (serialNumber: string): Decide =>
  (state) => {
    if (state.status === 'abandoned') return accepted()
    if (state.status === 'issued') return refused({ kind: 'award-exists' })
    return accepted({ type: 'AwardIssueAbandoned', data: { serialNumber } })
  }

/** Records who took the certificate for the recipient. It is accepted once. */
export const accept = (intent: Acceptance, { today }: Now): Decide =>
  onStanding((award) => {
    if (award.acceptance)
      return isDeepStrictEqual(award.acceptance, intent) ? accepted() : refused({ kind: 'already-accepted' })
    if (intent.acceptedOn < award.content.issuedOn)
      return refused(invalid('/acceptedOn', 'before-issue', `it was issued on ${award.content.issuedOn}`))
    if (intent.acceptedOn > addDays(today, 1))
      return refused(invalid('/acceptedOn', 'in-the-future', 'give the day on which it was accepted'))
    return accepted({ type: 'AwardAccepted', data: intent })
  })

/** A field to correct: what it should say, and, where the caller wants it checked, what it says now. */
export type CorrectionIntent = { readonly changes: readonly CorrectableChange[]; readonly reason: string }
type Wanted<Change> = Change extends CorrectedField
  ? {
      readonly field: Change['field']
      readonly after: Change['after']
      readonly before?: Change['before'] | undefined
    }
  : never
export type CorrectableChange = Wanted<CorrectedField>

/**
 * Corrects what the record says wrongly. Correcting leaves both readings visible, and never changes who received the
 * award: that takes another award, which supersedes this one.
 */
export const correct = (intent: CorrectionIntent): Decide =>
  onIssued((award) => {
    const changes: CorrectedField[] = []
    for (const wanted of intent.changes) {
      const problem = correctionProblem(award, wanted)
      if (problem) return refused(problem)
      const current = currentValue(award, wanted.field)
      if (!isDeepStrictEqual(current, wanted.after)) changes.push(asCorrected(wanted, current))
    }
    if (changes.length > 0) return validAfter(award, { changes, reason: intent.reason })
    return isRepeat(award, intent) ? accepted() : refused({ kind: 'corrects-nothing' })
  })

function correctionProblem(award: IssuedAward, wanted: CorrectableChange): AwardRefusal | undefined {
  const { field } = wanted
  if (field.startsWith('acceptance.') && !award.acceptance) return { kind: 'not-accepted' }
  const kind = award.content.recipient.type
  if (field === 'recipient.nameAsWritten' && kind !== 'organization')
    return { kind: 'identity-not-correctable' }
  if (field === 'recipient.person') {
    const { recipient } = award.content
    if (recipient.type !== 'person' || recipient.person.personId !== wanted.after.personId)
      return { kind: 'identity-not-correctable' }
  }
  const current = currentValue(award, field)
  if (wanted.before !== undefined && !isDeepStrictEqual(current, wanted.before))
    return { kind: 'before-differs', field }
  return undefined
}

const asCorrected = ({ field, after }: CorrectableChange, current: unknown) =>
  (current === undefined ? { field, after } : { field, before: current, after }) as CorrectedField

const isRepeat = (award: IssuedAward, { changes, reason }: CorrectionIntent) =>
  changes.length > 0 &&
  changes.every(({ field, after }) =>
    award.corrections.some(
      (past) =>
        past.reason === reason &&
        past.changes.some((change) => change.field === field && isDeepStrictEqual(change.after, after)),
    ),
  )

function validAfter(award: IssuedAward, data: { changes: CorrectedField[]; reason: string }): AwardDecision {
  const patch = Object.fromEntries(data.changes.map(({ field, after }) => [field, after]))
  const content = { ...award.content, ...patch }
  if (endsBeforeItBegins(content.validFrom ?? content.issuedOn, content.validUntil))
    return refused(invalid('/changes', 'ends-before-it-begins', 'the validity would end before it begins'))
  return accepted({ type: 'AwardCorrected', data })
}

/** What a correctable field says now; `undefined` where it says nothing. */
export function currentValue(award: IssuedAward, field: CorrectedField['field']): unknown {
  const { content, acceptance } = award
  switch (field) {
    case 'recipient.nameAsWritten':
      return content.recipient.type === 'organization' ? content.recipient.nameAsWritten : undefined
    case 'recipient.person':
      return content.recipient.type === 'person' ? content.recipient.person : undefined
    case 'acceptance.person':
      return acceptance?.person
    case 'acceptance.acceptedOn':
      return acceptance?.acceptedOn
    case 'acceptance.place':
      return acceptance?.place
    default:
      return content[field]
  }
}

/** Adds what was missing at issue. What is there already can't be added: it is corrected, which leaves a trace. */
export const supplement = (intent: Addition): Decide =>
  onIssued((award) => {
    const { functions = [], basis = {}, ...fields } = intent
    const known = award.content
    const isNew = functions.filter((one) => !known.functions.some((other) => isDeepStrictEqual(one, other)))
    const given = [
      ...Object.entries(fields).map(([field, value]) => [field, value, known[field as 'validFrom']] as const),
      ...Object.entries(basis).map(
        ([field, value]) => [`basis.${field}`, value, known.basis[field as 'sessionId']] as const,
      ),
    ]
    const clash = given.find(([, value, current]) => current !== undefined && current !== value)
    if (clash) return refused({ kind: 'already-known', field: clash[0] })
    if (given.length === 0 && functions.length === 0)
      return refused(
        invalid('', 'empty', 'name at least one of serialNumber, basis, functions, validFrom, validUntil'),
      )
    if (isNew.length === 0 && given.every(([, value, current]) => current === value)) return accepted()
    const next = { ...known, ...fields, functions: isNew }
    const problem = contentProblem(next, next.issuedOn)
    return problem ? refused(problem) : accepted({ type: 'AwardSupplemented', data: intent })
  })

/** Lets a certificate with an end count longer. `from` is the first day of the added span (default: no gap). */
export const prolong = (intent: {
  from?: string | undefined
  until: string
  reason?: string | undefined
}): Decide =>
  onStanding((award) => {
    const end = award.prolongations.at(-1)?.until ?? award.content.validUntil
    if (end === undefined) return refused({ kind: 'has-no-end' })
    if (award.prolongations.some((past) => past.until === intent.until)) return accepted()
    const from = intent.from ?? addDays(end, 1)
    if (from <= end)
      return refused(invalid('/from', 'not-allowed', `it counts until ${end}; begin after that`))
    if (intent.until < from)
      return refused(invalid('/until', 'ends-before-it-begins', `it counts until ${end} already`))
    return accepted({ type: 'AwardProlonged', data: { ...intent, from } })
  })

/** Takes the award out of force for a time. */
export const suspend = (intent: { from: string; until?: string | undefined; reason: string }): Decide =>
  onStanding((award) => {
    const same = award.suspensions.at(-1)
    if (
      same &&
      !same.reinstated &&
      same.from === intent.from &&
      same.until === intent.until &&
      same.reason === intent.reason
    )
      return accepted()
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

/** Ends a suspension. `from` is the first day on which the award counts again. */
export const reinstate = (intent: { from: string; reason: string }): Decide =>
  onStanding((award) => {
    const suspension = award.suspensions.at(-1)
    if (!suspension) return refused({ kind: 'not-suspended' })
    if (suspension.reinstated)
      return isDeepStrictEqual(suspension.reinstated, intent)
        ? accepted()
        : refused({ kind: 'not-suspended' })
    if (intent.from < suspension.from)
      return refused(invalid('/from', 'ends-before-it-begins', `it is suspended from ${suspension.from}`))
    if (suspension.until !== undefined && suspension.until < intent.from)
      return refused({ kind: 'not-suspended' })
    return accepted({ type: 'AwardReinstated', data: intent })
  })

/** Takes the award back. It counts from a day that may lie in the past, but not before the day of issue. */
export const revoke = (intent: { from: string; reason: string }): Decide =>
  onIssued((award) => {
    if (award.revocation)
      return isDeepStrictEqual(award.revocation, intent)
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
): Decide =>
  onIssued((award) => {
    if (intent.by === id) return refused({ kind: 'superseded-by-itself' })
    if (award.supersession)
      return isDeepStrictEqual(award.supersession, intent)
        ? accepted()
        : refused({ kind: 'already-superseded', by: award.supersession.by })
    if (award.revocation) return refused({ kind: 'already-revoked', from: award.revocation.from })
    if (intent.from < award.content.issuedOn)
      return refused(invalid('/from', 'before-issue', `it was issued on ${award.content.issuedOn}`))
    return accepted({ type: 'AwardSuperseded', data: intent })
  })

/** Notes on the other end of a supersession what this award stands in place of. */
export const noteSupersedes = (predecessor: CertificateId): Decide =>
  onIssued((award) =>
    award.predecessors.includes(predecessor)
      ? accepted()
      : accepted({ type: 'AwardSupersedes', data: { predecessor } }),
  )
