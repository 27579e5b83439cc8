import type { AwardRefusal } from '../domain/award-decisions.ts'
import type { IssuerRefusal } from '../domain/issuer.ts'
import type { OrganizationRefusal } from '../domain/organization.ts'
import type { ProposalRefusal } from '../domain/proposal.ts'
import type { SerialRefusal } from '../domain/serial.ts'
import type { SessionRefusal } from '../domain/session-decisions.ts'
import type { CommonRefusal } from './command.ts'

/**
 * What only the commands on awards refuse, since it takes more than one stream to see it. `field` is a JSON Pointer
 * into the request.
 */
export type AwardCommandRefusal =
  | { readonly kind: 'unknown-issuer'; readonly field: string; readonly id: string }
  /** The issuer was not accredited for awards of this kind on the day of issue. */
  | {
      readonly kind: 'not-accredited'
      readonly issuerId: string
      readonly awardKind: string
      readonly on: string
    }
  /** The issuer asks for a second person: the award is proposed first. */
  | { readonly kind: 'approval-required'; readonly issuerId: string }
  /** The awarding body is not the one that the issuer acts for, which is `body`. */
  | { readonly kind: 'other-body'; readonly body: string }
  | { readonly kind: 'unknown-agenda-item'; readonly sessionId: string; readonly item: number }
  | { readonly kind: 'unknown-alongside-event'; readonly sessionId: string; readonly alongsideId: string }
  /** The award named as successor is not in the registry. */
  | { readonly kind: 'unknown-successor'; readonly id: string }
  | { readonly kind: 'successor-of-other-issuer'; readonly id: string }
  /** The successor was itself replaced, over one or more others, by the award to be replaced. */
  | { readonly kind: 'supersession-cycle' }
  | { readonly kind: 'supersession-chain-too-long'; readonly limit: number }

/** A person whom no event names. */
export type PersonRefusal = { readonly kind: 'person-not-found' }

/** Everything that a command can be refused for. */
export type Refusal =
  | CommonRefusal
  | AwardCommandRefusal
  | PersonRefusal
  | AwardRefusal
  | OrganizationRefusal
  | ProposalRefusal
  | SessionRefusal
  | IssuerRefusal
  | SerialRefusal
export type RefusalKind = Refusal['kind']
