import { z } from 'zod'
import {
  type Acceptance,
  acceptance,
  type AwardContent,
  awardContent,
  type CorrectedField,
  correctedField,
  conferredFunction,
  basis,
} from './award-content.ts'
import type { CertificateId } from './certificate-id.ts'
import { covers, type Period, storedDate } from './date.ts'

/** Each award is one stream, named by the ID of the certificate that confers it. */
export const awardStream = (id: CertificateId) => `award-${id}`

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ type: z.literal(type), data })

/** What was missing at issue and is known now. */
const addition = z.strictObject({
  serialNumber: z.string().optional(),
  basis: basis.optional(),
  functions: z.array(conferredFunction).optional(),
  validFrom: storedDate.optional(),
  validUntil: storedDate.optional(),
})
export type Addition = z.infer<typeof addition>

/** The stored shapes of an award's events: a format, kept for ever. Dates are days, both ends of a span included. */
export const awardEvent = z.discriminatedUnion('type', [
  event('AwardIssued', awardContent),
  event('AwardAccepted', acceptance),
  event('AwardCorrected', z.strictObject({ changes: z.array(correctedField), reason: z.string() })),
  event('AwardSupplemented', addition),
  event(
    'AwardProlonged',
    z.strictObject({ from: storedDate, until: storedDate, reason: z.string().optional() }),
  ),
  event(
    'AwardSuspended',
    z.strictObject({ from: storedDate, until: storedDate.optional(), reason: z.string() }),
  ),
  event('AwardReinstated', z.strictObject({ from: storedDate, reason: z.string() })),
  event('AwardRevoked', z.strictObject({ from: storedDate, reason: z.string() })),
  event('AwardSuperseded', z.strictObject({ by: z.string(), from: storedDate, reason: z.string() })),
  /** The other end of a supersession: this award stands in place of another. */
  event('AwardSupersedes', z.strictObject({ predecessor: z.string() })),
  /** An issue that never came to be, closed so that its serial number can go to another award. */
  event('AwardIssueAbandoned', z.strictObject({ serialNumber: z.string() })),
])
export type AwardEvent = z.infer<typeof awardEvent>

export type Suspension = Period & {
  readonly reason: string
  readonly reinstated?: { from: string; reason: string }
}
export type Prolongation = {
  readonly from: string
  readonly until: string
  readonly reason?: string | undefined
}
export type Correction = { readonly changes: readonly CorrectedField[]; readonly reason: string }

/** Everything recorded of an issued award. What it means on a given day is the verdict's business (verdict.ts). */
export type IssuedAward = {
  readonly status: 'issued'
  readonly content: AwardContent
  readonly acceptance?: Acceptance
  readonly corrections: readonly Correction[]
  readonly prolongations: readonly Prolongation[]
  readonly suspensions: readonly Suspension[]
  readonly revocation?: { readonly from: string; readonly reason: string }
  readonly supersession?: { readonly by: CertificateId; readonly from: string; readonly reason: string }
  readonly predecessors: readonly CertificateId[]
}
export type AwardState = { readonly status: 'unissued' } | { readonly status: 'abandoned' } | IssuedAward

export const initialAward: AwardState = { status: 'unissued' }

/** Total: an event that no decision could have made in this state changes nothing. */
export function evolveAward(state: AwardState, event: AwardEvent): AwardState {
  if (event.type === 'AwardIssued') return state.status === 'unissued' ? issued(event.data) : state
  if (event.type === 'AwardIssueAbandoned')
    return state.status === 'unissued' ? { status: 'abandoned' } : state
  return state.status === 'issued' ? evolveIssued(state, event) : state
}

const issued = (content: AwardContent): IssuedAward => ({
  status: 'issued',
  content,
  corrections: [],
  prolongations: [],
  suspensions: [],
  predecessors: [],
})

type LaterEvent = Exclude<AwardEvent, { type: 'AwardIssued' | 'AwardIssueAbandoned' }>

function evolveIssued(state: IssuedAward, event: LaterEvent): IssuedAward {
  switch (event.type) {
    case 'AwardAccepted':
      return { ...state, acceptance: state.acceptance ?? event.data }
    case 'AwardCorrected':
      return event.data.changes.reduce(corrected, {
        ...state,
        corrections: [...state.corrections, event.data],
      })
    case 'AwardSupplemented':
      return { ...state, content: supplemented(state.content, event.data) }
    case 'AwardProlonged':
      return { ...state, prolongations: [...state.prolongations, event.data] }
    case 'AwardSuspended':
      return { ...state, suspensions: [...state.suspensions, event.data] }
    case 'AwardReinstated': {
      const ended = suspensionOn(state.suspensions, event.data.from)
      const reinstated = (one: Suspension) => (one === ended ? { ...one, reinstated: event.data } : one)
      return { ...state, suspensions: state.suspensions.map(reinstated) }
    }
    case 'AwardRevoked':
      return { ...state, revocation: state.revocation ?? event.data }
    case 'AwardSuperseded':
      return { ...state, supersession: state.supersession ?? event.data }
    case 'AwardSupersedes':
      return { ...state, predecessors: [...state.predecessors, event.data.predecessor] }
  }
}

function supplemented(content: AwardContent, { basis: rests, functions, ...fields }: Addition): AwardContent {
  return {
    ...content,
    ...fields,
    basis: { ...content.basis, ...rests },
    functions: functions === undefined ? content.functions : [...content.functions, ...functions],
  }
}

function corrected(state: IssuedAward, { field, after }: CorrectedField): IssuedAward {
  const { content, acceptance } = state
  switch (field) {
    case 'recipient.nameAsWritten':
      return content.recipient.type === 'organization'
        ? { ...state, content: { ...content, recipient: { ...content.recipient, nameAsWritten: after } } }
        : state
    case 'recipient.person':
      return content.recipient.type === 'person'
        ? { ...state, content: { ...content, recipient: { type: 'person', person: after } } }
        : state
    case 'acceptance.person':
      return acceptance === undefined ? state : { ...state, acceptance: { ...acceptance, person: after } }
    case 'acceptance.acceptedOn':
      return acceptance === undefined ? state : { ...state, acceptance: { ...acceptance, acceptedOn: after } }
    case 'acceptance.place':
      return acceptance === undefined ? state : { ...state, acceptance: { ...acceptance, place: after } }
    default:
      return { ...state, content: { ...content, [field]: after } }
  }
}

/** The suspension in force on a day and not ended yet: the one that a reinstatement from that day ends. */
export const suspensionOn = (suspensions: readonly Suspension[], day: string): Suspension | undefined =>
  suspensions.find((one) => !one.reinstated && covers(one, day))
