import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../commands/command.ts'
import { listProposals, type ProposalAnswer, proposalAnswer } from '../queries/proposals.ts'
import type { Registry } from '../registry.ts'
import { actorOf } from './auth.ts'
import { certificateIdOf } from './certificate-id.ts'
import { page } from './certificate-routes.ts'
import { etagOf } from './conditions.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { badCursor } from './error-handler.ts'
import { ProblemError, problems } from './problem.ts'

const security = [{ key: [] }]
const status = z.enum(['proposed', 'approved', 'declined'])

/** An issuer sees its own drafts; registrars and auditors see all. */
export const maySee = ({ role, issuerId }: Actor, { state }: ProposalAnswer): boolean =>
  role !== 'issuer' || state.content.issuerId === issuerId

/** Proposals are no certificates and not public: reading them takes a key. */
export const proposalRoutes: FastifyPluginAsyncZod<{ registry: Registry }> = async (app, { registry }) => {
  const { readModel } = registry

  app.get(
    '/proposals',
    {
      schema: {
        summary: 'Awards proposed, approved and declined, the latest first',
        tags: ['proposals'],
        security,
        querystring: z.strictObject({ status: status.optional(), ...page }),
        response: problems,
      },
    },
    (request, reply) => {
      const { role, issuerId } = actorOf(registry, request)
      const { limit, cursor, ...filter } = request.query
      const before = decodeCursor(cursor)
      if (before !== undefined && !/^\d{1,15}$/.test(before)) throw badCursor()
      const { proposals, next } = listProposals(
        readModel,
        { ...filter, ...(role === 'issuer' && { issuer: issuerId }) },
        { limit, ...(before !== undefined && { before: Number(before) }) },
      )
      return reply.send({ proposals, ...(next !== undefined && { next: encodeCursor(next) }) })
    },
  )

  app.get(
    '/proposals/:id',
    {
      schema: {
        summary: 'One proposal',
        tags: ['proposals'],
        security,
        params: z.object({ id: z.string().max(100) }),
        querystring: z.strictObject({}),
        response: problems,
      },
    },
    (request, reply) => {
      const actor = actorOf(registry, request)
      const found = proposalAnswer(readModel, certificateIdOf(request.params.id))
      if (!found || !maySee(actor, found)) throw new ProblemError('proposal-not-found')
      return reply.header('etag', etagOf(found.revision)).send(found)
    },
  )
}
