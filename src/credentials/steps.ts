import type { Verdict } from '../domain/verdict.ts'

/** The questions that a verdict is made of, in the order in which they are asked. */
export const STEPS = [
  'form',
  'signature',
  'issuer-key',
  'accreditation',
  'status',
  'inclusion',
  'checkpoint',
  'witnesses',
  'register',
] as const
export type StepName = (typeof STEPS)[number]

/** The same words for API, command line and pages. `not-checked`: could not be checked, which is never a yes. */
export type StepResult = {
  readonly step: StepName
  readonly result: 'yes' | 'no' | 'not-checked'
  /** A stable code; `ok` for a yes that needs no reason. */
  readonly reason: string
  /** What was seen on the way, for `explain`. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** `unconfirmed`: nothing speaks against it, and something that had to be checked could not be. */
export type Outcome = 'valid' | 'not-valid' | 'unconfirmed'

export type Assessment = {
  readonly outcome: Outcome
  readonly certificate?: string
  /** The day asked about. */
  readonly at: string
  /** The instant whose knowledge counts. */
  readonly asOf?: string
  readonly verdict?: Verdict
  readonly steps: readonly StepResult[]
}

export const yes = (step: StepName, details?: StepResult['details'], reason = 'ok'): StepResult => ({
  step,
  result: 'yes',
  reason,
  ...(details && { details }),
})
export const no = (step: StepName, reason: string, details?: StepResult['details']): StepResult => ({
  step,
  result: 'no',
  reason,
  ...(details && { details }),
})
export const unchecked = (step: StepName, reason: string, details?: StepResult['details']): StepResult => ({
  step,
  result: 'not-checked',
  reason,
  ...(details && { details }),
})

/** Fails closed: one no is a no, and a required step that is no yes leaves the certificate unconfirmed. */
export function outcomeOf(steps: readonly StepResult[], required: ReadonlySet<StepName>): Outcome {
  if (steps.some(({ result }) => result === 'no')) return 'not-valid'
  const answered = new Set(steps.filter(({ result }) => result === 'yes').map(({ step }) => step))
  return [...required].every((step) => answered.has(step)) ? 'valid' : 'unconfirmed'
}
