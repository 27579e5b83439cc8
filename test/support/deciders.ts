import { awardEvent, evolveAward, initialAward } from '../../src/domain/award.ts'
import type { AwardContent } from '../../src/domain/award-content.ts'
import { evolveIssuer, initialIssuer, issuerEvent } from '../../src/domain/issuer.ts'
import { evolveOrganization, initialOrganization, organizationEvent } from '../../src/domain/organization.ts'
import { evolveProposal, initialProposal, proposalEvent } from '../../src/domain/proposal.ts'
import { evolveSerial, initialSerial, serialEvent } from '../../src/domain/serial.ts'
import { evolveSession, initialSession, sessionEvent } from '../../src/domain/session.ts'
import type { Decider } from './decider.ts'

const decider = <State, Event>(
  initial: State,
  evolve: (state: State, event: Event) => State,
  shape: { parse: (event: unknown) => Event },
): Decider<State, Event> => ({ initial, evolve, parse: (event) => shape.parse(event) })

export const award = decider(initialAward, evolveAward, awardEvent)
export const issuer = decider(initialIssuer, evolveIssuer, issuerEvent)
export const organization = decider(initialOrganization, evolveOrganization, organizationEvent)
export const proposal = decider(initialProposal, evolveProposal, proposalEvent)
export const serial = decider(initialSerial, evolveSerial, serialEvent)
export const session = decider(initialSession, evolveSession, sessionEvent)

export const person = { personId: '4d7f5c1e-0000-4000-8000-000000000001', commitment: 'a'.repeat(64) }

export const content: AwardContent = {
  issuerId: 'interstate-council',
  awardingBody: 'interstate-council',
  kind: 'status',
  title: { ky: 'Статус үчүн сертификат', en: 'Certificate of status' },
  recipient: { type: 'organization', organizationId: 'state-fund', nameAsWritten: { ky: 'Мамфонд' } },
  basis: { sessionId: 'session-34' },
  functions: [],
  issuedOn: '2024-11-07',
}
