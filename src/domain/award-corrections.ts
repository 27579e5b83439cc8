import { type AwardEvent, type AwardState, evolveAward, type IssuedAward } from './award.ts'
import type { CorrectedField } from './award-content.ts'
import { type AwardRefusal, contentProblem, type DecideAward, onIssued } from './award-decisions.ts'
import { addDays } from './date.ts'
import { accepted, type Invalid, invalid, type Now, refused } from './decision.ts'
import { same } from './same.ts'

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
 * award: that takes another award, which supersedes this one. What is right already is passed over.
 */
export const correct = (intent: CorrectionIntent, { today }: Now): DecideAward =>
  onIssued((award) => {
    const fields = intent.changes.map(({ field }) => field)
    const twice = fields.findIndex((field, index) => fields.indexOf(field) !== index)
    if (twice >= 0)
      return refused(invalid(`/changes/${twice}/field`, 'not-allowed', 'correct each field once'))
    const changes: CorrectedField[] = []
    for (const wanted of intent.changes) {
      const problem = correctionProblem(award, wanted)
      if (problem) return refused(problem)
      const current = currentValue(award, wanted.field)
      if (!same(current, wanted.after)) changes.push(asCorrected(wanted, current))
    }
    if (changes.length === 0)
      return isRepeat(award, intent) ? accepted() : refused({ kind: 'corrects-nothing' })
    const event: AwardEvent = { type: 'AwardCorrected', data: { changes, reason: intent.reason } }
    const problem = datesProblem(evolveAward(award, event), today)
    return problem ? refused(problem) : accepted(event)
  })

function correctionProblem(award: IssuedAward, wanted: CorrectableChange): AwardRefusal | undefined {
  const { field } = wanted
  if (field.startsWith('acceptance.') && !award.acceptance) return { kind: 'not-accepted' }
  const { recipient } = award.content
  if (field === 'recipient.nameAsWritten' && recipient.type !== 'organization')
    return { kind: 'identity-not-correctable' }
  if (field === 'recipient.person')
    if (recipient.type !== 'person' || recipient.person.personId !== wanted.after.personId)
      return { kind: 'identity-not-correctable' }
  const current = currentValue(award, field)
  const isAsWanted = same(current, wanted.after) || wanted.before === undefined
  return isAsWanted || same(current, wanted.before) ? undefined : { kind: 'before-differs', field }
}

const asCorrected = ({ field, after }: CorrectableChange, current: unknown) =>
  (current === undefined ? { field, after } : { field, before: current, after }) as CorrectedField

const isRepeat = (award: IssuedAward, { changes, reason }: CorrectionIntent) =>
  changes.length > 0 &&
  changes.every(({ field, after }) =>
    award.corrections.some(
      (past) =>
        past.reason === reason &&
        past.changes.some((change) => change.field === field && same(change.after, after)),
    ),
  )

/** Whether the dates still fit together: those that the correction changed, and those that rest on them. */
function datesProblem(award: AwardState, today: string): Invalid | undefined {
  if (award.status !== 'issued') return undefined
  const { content, acceptance, suspensions, revocation, supersession } = award
  const problem = contentProblem(content, today)
  if (problem) return { ...problem, field: '/changes' }
  if (acceptance && acceptance.acceptedOn > addDays(today, 1))
    return invalid('/changes', 'in-the-future', 'give the day on which it was accepted')
  const later = [
    acceptance?.acceptedOn,
    ...suspensions.map(({ from }) => from),
    revocation?.from,
    supersession?.from,
  ]
  return later.some((date) => date !== undefined && date < content.issuedOn)
    ? invalid(
        '/changes',
        'before-issue',
        'an acceptance, suspension, revocation or supersession would lie before the issue',
      )
    : undefined
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
