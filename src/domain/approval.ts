import { z } from 'zod'
import { accepted, type Decision } from './decision.ts'
import { same } from './same.ts'

/** Why a second person's approval is asked for, or no longer is. */
export const approvalNote = z.strictObject({ reason: z.string() })
export type ApprovalNote = z.infer<typeof approvalNote>

/** The last word on four eyes: whether an award in the issuer's name takes two persons. */
export type ApprovalRule = ApprovalNote & { readonly required: boolean }

export type ApprovalEvent =
  | { readonly type: 'IssuerApprovalRequired'; readonly data: ApprovalNote }
  | { readonly type: 'IssuerApprovalWaived'; readonly data: ApprovalNote }
type Decide = (rule: ApprovalRule | undefined) => Decision<ApprovalEvent, never>

/** Asks for a second person. Asking again with other words is recorded, since the words are the reason. */
export const requireApproval =
  (intent: ApprovalNote): Decide =>
  (rule) =>
    same(rule, { required: true, ...intent })
      ? accepted()
      : accepted({ type: 'IssuerApprovalRequired', data: intent })

/** Asks no longer. Where nobody asked there is nothing to waive. */
export const waiveApproval =
  (intent: ApprovalNote): Decide =>
  (rule) =>
    rule?.required === true ? accepted({ type: 'IssuerApprovalWaived', data: intent }) : accepted()

/** What a new rule is worth. */
export const evolveApproval = ({ type, data }: ApprovalEvent): ApprovalRule => ({
  required: type === 'IssuerApprovalRequired',
  ...data,
})
