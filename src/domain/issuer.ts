import { z } from 'zod'
import {
  type AccessKey,
  accessKey,
  type AccessKeyRefusal,
  type AccessKeyRevocation,
  accessKeyRevocation,
  evolveAccessKeys,
  grantKey,
  type RecordedKey,
  revokeKey,
} from './access-key.ts'
import {
  type ApprovalNote,
  approvalNote,
  type ApprovalRule,
  evolveApproval,
  requireApproval,
  waiveApproval,
} from './approval.ts'
import { covers, dayBefore, endsBeforeItBegins, storedDate } from './date.ts'
import { accepted, type Decision, type Invalid, invalid, refused } from './decision.ts'
import { same } from './same.ts'
import {
  addSigningKey,
  compromiseSigningKey,
  evolveSigningKeys,
  type RecordedSigningKey,
  retireSigningKey,
  type SigningKey,
  signingKey,
  type SigningKeyCompromise,
  signingKeyCompromise,
  type SigningKeyRefusal,
  type SigningKeyRetirement,
  signingKeyRetirement,
} from './signing-key.ts'
import { sameText, storedText } from './text.ts'

/** A slug. */
export type IssuerId = string
export const issuerStream = (id: IssuerId) => `issuer-${id}`

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ type: z.literal(type), data })

const registration = z.strictObject({
  name: storedText,
  /** The organization that it issues for. Without one it can't be accredited: the registry's own operator. */
  body: z.string().optional(),
  /** 128 random bits or more, base64url: certificate IDs are derived from it and the idempotency key. */
  idSeed: z.string(),
})
const accreditation = z.strictObject({
  accreditationId: z.string(),
  kinds: z.array(z.string()),
  from: storedDate,
  until: storedDate.optional(),
})
const withdrawal = z.strictObject({ accreditationId: z.string(), from: storedDate, reason: z.string() })
/** The stored shapes of an issuer's events: a format, kept for ever. Dates are days, both ends included. */
export const issuerEvent = z.discriminatedUnion('type', [
  event('IssuerRegistered', registration),
  /** From a day on it may record awards of these kinds for its body. */
  event('IssuerAccredited', accreditation),
  /** `from` is the first day on which the accreditation no longer counts. */
  event('IssuerAccreditationWithdrawn', withdrawal),
  event('AccessKeyGranted', accessKey),
  event('AccessKeyRevoked', accessKeyRevocation),
  /** From an instant on, credentials in its name are signed with this key. */
  event('IssuerSigningKeyAdded', signingKey),
  event('IssuerSigningKeyRetired', signingKeyRetirement),
  event('IssuerSigningKeyCompromised', signingKeyCompromise),
  /** From now on an award in its name takes a second person (proposal.ts). */
  event('IssuerApprovalRequired', approvalNote),
  event('IssuerApprovalWaived', approvalNote),
])
export type IssuerEvent = z.infer<typeof issuerEvent>
export type IssuerRegistration = z.infer<typeof registration>
export type Accreditation = z.infer<typeof accreditation>
export type AccreditationWithdrawal = z.infer<typeof withdrawal>

export type RecordedAccreditation = Accreditation & {
  readonly withdrawn?: { readonly from: string; readonly reason: string }
}
export type RegisteredIssuer = IssuerRegistration & {
  readonly status: 'registered'
  readonly accreditations: readonly RecordedAccreditation[]
  readonly keys: readonly RecordedKey[]
  /** Absent before the first. */
  readonly signingKeys?: readonly RecordedSigningKey[]
  /** Absent where four eyes were never spoken of. */
  readonly approval?: ApprovalRule
}
export type IssuerState = { readonly status: 'unregistered' } | RegisteredIssuer

export const initialIssuer: IssuerState = { status: 'unregistered' }

/** Total: an event that no decision could have made in this state changes nothing. */
export function evolveIssuer(state: IssuerState, event: IssuerEvent): IssuerState {
  if (event.type === 'IssuerRegistered')
    return state.status === 'unregistered'
      ? { status: 'registered', ...event.data, accreditations: [], keys: [] }
      : state
  return state.status === 'registered' ? evolveRegistered(state, event) : state
}

type LaterEvent = Exclude<IssuerEvent, { type: 'IssuerRegistered' }>

function evolveRegistered(state: RegisteredIssuer, event: LaterEvent): RegisteredIssuer {
  switch (event.type) {
    case 'IssuerAccredited':
      return { ...state, accreditations: [...state.accreditations, event.data] }
    case 'IssuerAccreditationWithdrawn': {
      const { accreditationId, ...withdrawn } = event.data
      const accreditations = state.accreditations.map((one) =>
        one.accreditationId === accreditationId && !one.withdrawn ? { ...one, withdrawn } : one,
      )
      return { ...state, accreditations }
    }
    case 'AccessKeyGranted':
    case 'AccessKeyRevoked':
      return { ...state, keys: evolveAccessKeys(state.keys, event) }
    case 'IssuerSigningKeyAdded':
    case 'IssuerSigningKeyRetired':
    case 'IssuerSigningKeyCompromised':
      return { ...state, signingKeys: evolveSigningKeys(state.signingKeys ?? [], event) }
    case 'IssuerApprovalRequired':
    case 'IssuerApprovalWaived':
      return { ...state, approval: evolveApproval(event) }
  }
}

/** An accreditation with the last day on which it counts, a withdrawal taken into account. */
export type AccreditationOn = {
  readonly accreditationId: string
  readonly from: string
  readonly until?: string | undefined
}

/** What allows the issuer to issue awards of a kind on a date; `undefined` where nothing does. */
export function accreditationOn(state: IssuerState, kind: string, date: string): AccreditationOn | undefined {
  if (state.status !== 'registered') return undefined
  return state.accreditations
    .filter((one) => one.kinds.includes(kind))
    .map(({ accreditationId, from, until, withdrawn }) => ({
      accreditationId,
      from,
      ...endOf(until, withdrawn),
    }))
    .find((one) => covers(one, date))
}

function endOf(until: string | undefined, withdrawn: { from: string } | undefined): { until?: string } {
  const last = withdrawn && dayBefore(withdrawn.from)
  if (last === undefined) return until === undefined ? {} : { until }
  return { until: until === undefined || last < until ? last : until }
}

export type IssuerRefusal =
  | Invalid
  | { readonly kind: 'issuer-exists' }
  | { readonly kind: 'issuer-not-found' }
  | { readonly kind: 'no-body' }
  | { readonly kind: 'accreditation-exists'; readonly accreditationId: string }
  | { readonly kind: 'accreditation-not-found'; readonly accreditationId: string }
  | { readonly kind: 'already-withdrawn'; readonly from: string }
  | AccessKeyRefusal
  | SigningKeyRefusal
export type IssuerDecision = Decision<IssuerEvent, IssuerRefusal>

type Decide = (state: IssuerState) => IssuerDecision

const onRegistered =
  (decide: (issuer: RegisteredIssuer) => IssuerDecision): Decide =>
  (state) =>
    state.status === 'registered' ? decide(state) : refused({ kind: 'issuer-not-found' })

/** Registers the issuer. Registering it again keeps the seed of the first time, whatever the intent's. */
export const registerIssuer =
  (intent: IssuerRegistration): Decide =>
  (state) => {
    if (state.status === 'unregistered') return accepted({ type: 'IssuerRegistered', data: intent })
    const isSo = sameText(state.name, intent.name) && state.body === intent.body
    return isSo ? accepted() : refused({ kind: 'issuer-exists' })
  }

/** Lets it issue awards of some kinds for its body, over a span of days. */
export const accreditIssuer = (intent: Accreditation): Decide =>
  onRegistered((issuer) => {
    if (issuer.body === undefined) return refused({ kind: 'no-body' })
    const known = issuer.accreditations.find((one) => one.accreditationId === intent.accreditationId)
    if (known) {
      const { withdrawn: _, ...granted } = known
      return same(granted, intent)
        ? accepted()
        : refused({ kind: 'accreditation-exists', accreditationId: intent.accreditationId })
    }
    if (intent.kinds.length === 0)
      return refused(invalid('/kinds', 'empty', 'name at least one kind of award'))
    if (endsBeforeItBegins(intent.from, intent.until))
      return refused(invalid('/until', 'ends-before-it-begins', 'give a last day on or after the first'))
    return accepted({ type: 'IssuerAccredited', data: intent })
  })

/** Ends an accreditation. It may count from the accreditation's first day: then it never counted. */
export const withdrawAccreditation = (intent: AccreditationWithdrawal): Decide =>
  onRegistered((issuer) => {
    const { accreditationId, ...withdrawal } = intent
    const known = issuer.accreditations.find((one) => one.accreditationId === accreditationId)
    if (!known) return refused({ kind: 'accreditation-not-found', accreditationId })
    if (known.withdrawn)
      return same(known.withdrawn, withdrawal)
        ? accepted()
        : refused({ kind: 'already-withdrawn', from: known.withdrawn.from })
    if (intent.from < known.from)
      return refused(invalid('/from', 'ends-before-it-begins', `it counts from ${known.from}`))
    if (!covers(known, intent.from))
      return refused(invalid('/from', 'not-allowed', `it ends on ${known.until} by itself`))
    return accepted({ type: 'IssuerAccreditationWithdrawn', data: intent })
  })

/** `grantKey` and `revokeKey` (access-key.ts) on an issuer. */
export const grantAccessKey = (intent: AccessKey): Decide =>
  onRegistered(({ keys }) => grantKey(intent)(keys))
export const revokeAccessKey = (intent: AccessKeyRevocation): Decide =>
  onRegistered(({ keys }) => revokeKey(intent)(keys))

/** `addSigningKey`, `retireSigningKey` and `compromiseSigningKey` (signing-key.ts) on an issuer. */
export const addIssuerSigningKey = (intent: SigningKey): Decide =>
  onRegistered(({ signingKeys = [] }) => addSigningKey(signingKeys, intent))
export const retireIssuerSigningKey = (intent: SigningKeyRetirement): Decide =>
  onRegistered(({ signingKeys = [] }) => retireSigningKey(signingKeys, intent))
export const compromiseIssuerSigningKey = (intent: SigningKeyCompromise): Decide =>
  onRegistered(({ signingKeys = [] }) => compromiseSigningKey(signingKeys, intent))

/** `requireApproval` and `waiveApproval` (approval.ts) on an issuer. */
export const requireIssuerApproval = (intent: ApprovalNote): Decide =>
  onRegistered(({ approval }) => requireApproval(intent)(approval))
export const waiveIssuerApproval = (intent: ApprovalNote): Decide =>
  onRegistered(({ approval }) => waiveApproval(intent)(approval))
