import type { z } from 'zod'
import type { FollowUp, SessionEvent, SessionState } from '../domain/session.ts'
import {
  addAlongsideEvent,
  adoptAgenda,
  closeSession,
  conveneSession,
  distributeProtocol,
  nameChair,
  publishProtocol,
  recordDecision,
  registerParticipants,
  reportImplementation,
  type SessionRefusal,
} from '../domain/session-decisions.ts'
import { issuers, sessions } from './aggregates.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import type { Command, Reference, Role } from './command.ts'
import { defineEntry, subjectOf } from './define-entry.ts'
import { execute } from './executor.ts'
import { readState } from './folded-streams.ts'
import {
  agendaInput,
  alongsideInput,
  chairInput,
  closeInput,
  conveneInput,
  decisionInput,
  distributionInput,
  implementationInput,
  participantsInput,
  protocolInput,
} from './session-inputs.ts'

type SessionCommand<Input> = Command<Input, SessionState, SessionEvent, SessionRefusal>
type Spec<Input> = Omit<SessionCommand<Input>, 'name' | 'aggregate' | 'roles' | 'allows'> & {
  /** Behind `/sessions/:id/`. */
  readonly path: string
}

const roles: readonly Role[] = ['registrar', 'issuer']

/** An entry whose command an issuer may give for sessions of its own body alone. */
function entry<Input extends object>(
  name: string,
  spec: Omit<Spec<Input>, 'path'> & { readonly path: string },
  creates?: (input: Input) => { readonly id: string; readonly body: string },
): CatalogueEntry {
  const { path, ...rest } = spec
  const command: SessionCommand<Input> = { ...rest, name, aggregate: sessions, roles }
  return defineEntry<Input>({
    name,
    summary: spec.summary,
    tag: 'sessions',
    path,
    roles,
    input: spec.input,
    run: async (deps, id, input, request) => {
      const { role, issuerId } = request.actor
      const issuer = role === 'issuer' ? await readState(deps, issuers, issuerId) : undefined
      const body = issuer?.status === 'registered' ? issuer.body : undefined
      const allows = (state: SessionState) => {
        if (role === 'registrar') return true
        const of = state.status === 'unconvened' ? creates?.(input).body : state.convocation.body
        return of === undefined || of === body
      }
      return execute(deps, { ...command, allows }, creates?.(input).id ?? subjectOf(name, id), input, request)
    },
  })
}

const at = (path: string) => `/sessions/:id/${path}`

const organization = (field: string, id: string | undefined): readonly Reference[] =>
  id === undefined ? [] : [{ kind: 'organization', field, id }]
const followedUp = (field: string, followsUp: FollowUp | undefined): readonly Reference[] =>
  followsUp?.sessionId === undefined
    ? []
    : [{ kind: 'session', field: `${field}/sessionId`, id: followsUp.sessionId }]

export const sessionEntries: readonly CatalogueEntry[] = [
  entry<z.infer<typeof conveneInput>>(
    'session.convene',
    {
      path: '/sessions',
      summary: 'Convenes a session',
      input: conveneInput,
      references: ({ body }) => organization('/body', body),
      decide: ({ id: _id, ...intent }) => conveneSession(intent),
    },
    ({ id, body }) => ({ id, body }),
  ),
  entry<z.infer<typeof agendaInput>>('session.adopt-agenda', {
    path: at('agenda'),
    summary: 'Adopts a session’s agenda',
    input: agendaInput,
    references: ({ items }) =>
      items.flatMap(({ followsUp }, index) => followedUp(`/items/${index}/followsUp`, followsUp)),
    decide: (intent) => adoptAgenda(intent),
  }),
  entry<z.infer<typeof participantsInput>>('session.register-participants', {
    path: at('participants'),
    summary: 'Registers participants of a session',
    input: participantsInput,
    references: ({ participants }) =>
      participants.flatMap((one, index) =>
        organization(`/participants/${index}/organizationId`, one.organizationId),
      ),
    decide: (intent) => registerParticipants(intent),
  }),
  entry<z.infer<typeof chairInput>>('session.name-chair', {
    path: at('chair'),
    summary: 'Names who chairs a session',
    input: chairInput,
    references: ({ organizationId }) => organization('/organizationId', organizationId),
    decide: (intent) => nameChair(intent),
  }),
  entry<z.infer<typeof decisionInput>>('session.record-decision', {
    path: at('decisions'),
    summary: 'Records the decision on an agenda item',
    input: decisionInput,
    decide: (intent) => recordDecision(intent),
  }),
  entry<z.infer<typeof protocolInput>>('session.publish-protocol', {
    path: at('protocol'),
    summary: 'Publishes a session’s protocol',
    input: protocolInput,
    decide: (intent) => publishProtocol(intent),
  }),
  entry<z.infer<typeof distributionInput>>('session.distribute-protocol', {
    path: at('distributions'),
    summary: 'Notes to whom the protocol was sent',
    input: distributionInput,
    references: ({ to }) =>
      to.flatMap((one, index) =>
        organization(`/to/${index}/organizationId`, 'organizationId' in one ? one.organizationId : undefined),
      ),
    decide: (intent) => distributeProtocol(intent),
  }),
  entry<z.infer<typeof implementationInput>>('session.report-implementation', {
    path: at('implementation-reports'),
    summary: 'Reports how a decision was carried out',
    input: implementationInput,
    references: ({ followsUp }) => followedUp('/followsUp', followsUp),
    decide: (intent) => reportImplementation(intent),
  }),
  entry<z.infer<typeof alongsideInput>>('session.add-alongside-event', {
    path: at('alongside-events'),
    summary: 'Adds an event held alongside a session',
    input: alongsideInput,
    references: ({ hostOrganizationId, tookPart }) => [
      ...organization('/hostOrganizationId', hostOrganizationId),
      ...(tookPart?.organizationIds ?? []).flatMap((id, index) =>
        organization(`/tookPart/organizationIds/${index}`, id),
      ),
    ],
    decide: (intent) => addAlongsideEvent(intent),
  }),
  entry<z.infer<typeof closeInput>>('session.close', {
    path: at('closing'),
    summary: 'Closes a session once every item has a decision',
    input: closeInput,
    decide: (intent) => closeSession(intent),
  }),
]
