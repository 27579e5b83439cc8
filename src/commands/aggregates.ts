import {
  type AwardEvent,
  awardEvent,
  type AwardState,
  awardStream,
  evolveAward,
  initialAward,
} from '../domain/award.ts'
import {
  evolveIssuer,
  initialIssuer,
  type IssuerEvent,
  issuerEvent,
  type IssuerState,
  issuerStream,
} from '../domain/issuer.ts'
import {
  evolveOrganization,
  initialOrganization,
  type OrganizationEvent,
  organizationEvent,
  type OrganizationState,
  organizationStream,
} from '../domain/organization.ts'
import {
  evolvePerson,
  initialPerson,
  type PersonEvent,
  personEvent,
  type PersonState,
  personStream,
} from '../domain/person.ts'
import {
  evolveProposal,
  initialProposal,
  type ProposalEvent,
  proposalEvent,
  type ProposalState,
  proposalStream,
} from '../domain/proposal.ts'
import {
  evolveSerial,
  initialSerial,
  type SerialEvent,
  serialEvent,
  type SerialState,
} from '../domain/serial.ts'
import {
  evolveSession,
  initialSession,
  type SessionEvent,
  sessionEvent,
  type SessionState,
  sessionStream,
} from '../domain/session.ts'
import type { Aggregate } from './command.ts'

/** The aggregates as the executor takes them. */
export const awards: Aggregate<AwardState, AwardEvent> = {
  kind: 'award',
  stream: awardStream,
  schema: awardEvent,
  initial: initialAward,
  evolve: evolveAward,
}
export const issuers: Aggregate<IssuerState, IssuerEvent> = {
  kind: 'issuer',
  stream: issuerStream,
  schema: issuerEvent,
  initial: initialIssuer,
  evolve: evolveIssuer,
}
export const organizations: Aggregate<OrganizationState, OrganizationEvent> = {
  kind: 'organization',
  stream: organizationStream,
  schema: organizationEvent,
  initial: initialOrganization,
  evolve: evolveOrganization,
}
export const persons: Aggregate<PersonState, PersonEvent> = {
  kind: 'person',
  stream: personStream,
  schema: personEvent,
  initial: initialPerson,
  evolve: evolvePerson,
}
export const proposals: Aggregate<ProposalState, ProposalEvent> = {
  kind: 'proposal',
  stream: proposalStream,
  schema: proposalEvent,
  initial: initialProposal,
  evolve: evolveProposal,
}
export const sessions: Aggregate<SessionState, SessionEvent> = {
  kind: 'session',
  stream: sessionStream,
  schema: sessionEvent,
  initial: initialSession,
  evolve: evolveSession,
}
/** A reservation's ID is its stream's name: it is made of the issuer and the number (`serialStream`). */
export const serials: Aggregate<SerialState, SerialEvent> = {
  kind: 'serial',
  stream: (name) => name,
  schema: serialEvent,
  initial: initialSerial,
  evolve: evolveSerial,
}
