import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HIT_KINDS, searchRegistry } from '../projections/search-query.ts'
import { readStatistics } from '../projections/statistics.ts'
import { documentAnswer, listDocuments } from '../queries/documents.ts'
import type { Registry } from '../registry.ts'
import { page } from './certificate-routes.ts'
import { etagOf } from './conditions.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { ProblemError, problems } from './problem.ts'

const DOCUMENTS = [
  { path: '/organizations', kind: 'organization', missing: 'organization-not-found' },
  { path: '/sessions', kind: 'session', missing: 'session-not-found' },
  { path: '/issuers', kind: 'issuer', missing: 'issuer-not-found' },
] as const

/** Organizations, sessions and issuers; search; statistics. All public. */
export const queryRoutes: FastifyPluginAsyncZod<{ registry: Registry }> = async (app, { registry }) => {
  const { readModel } = registry
  for (const { path, kind, missing } of DOCUMENTS) {
    app.get(
      path,
      {
        schema: {
          summary: `List ${path.slice(1)}`,
          tags: [path.slice(1)],
          querystring: z.strictObject(page),
          response: problems,
        },
      },
      (request, reply) => {
        const { limit, cursor } = request.query
        const { documents, next } = listDocuments(readModel, kind, { limit, after: decodeCursor(cursor) })
        return reply.send({
          [path.slice(1)]: documents,
          ...(next !== undefined && { next: encodeCursor(next) }),
        })
      },
    )
    app.get(
      `${path}/:id`,
      {
        schema: {
          summary: `One of the ${path.slice(1)}`,
          tags: [path.slice(1)],
          params: z.object({ id: z.string().max(100) }),
          querystring: z.strictObject({}),
          response: problems,
        },
      },
      (request, reply) => {
        const found = documentAnswer(readModel, kind, request.params.id, request.actor?.role === 'registrar')
        if (!found) throw new ProblemError(missing)
        return reply.header('etag', etagOf(found.revision)).send(found)
      },
    )
  }

  app.get(
    '/search',
    {
      schema: {
        summary: 'Search by ID, serial number, title or any name, in any script, forgiving spelling',
        tags: ['search'],
        querystring: z.strictObject({
          q: z.string().min(1, 'is empty; say what to look for').max(500),
          kind: z.enum(HIT_KINDS).optional(),
          ...page,
        }),
        response: problems,
      },
    },
    (request, reply) => {
      const { q, kind, limit, cursor } = request.query
      const query = {
        text: q,
        limit,
        ...(cursor !== undefined && { after: cursor }),
        ...(kind && { kinds: [kind] }),
      }
      return reply.send(searchRegistry(readModel.db, query))
    },
  )

  app.get(
    '/statistics',
    {
      schema: {
        summary: 'How many of what',
        tags: ['search'],
        querystring: z.strictObject({}),
        response: problems,
      },
    },
    (_request, reply) => reply.send(readStatistics(readModel.db)),
  )
}
