import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { plainDate } from '../domain/date.ts'
import { slug } from '../domain/slug.ts'
import { STATUSES } from '../domain/verdict.ts'
import { serialKey } from '../projections/certificate.ts'
import { certificateAnswer, listCertificates } from '../queries/certificates.ts'
import { timelineOf } from '../queries/timeline.ts'
import type { Registry } from '../registry.ts'
import type { CredentialIssuer } from '../signing/credential-issuer.ts'
import { certificateIdOf } from './certificate-id.ts'
import { sendCredential, VC, VC_JWT } from './credential-routes.ts'
import { etagOf } from './conditions.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { ProblemError, problems } from './problem.ts'

export const page = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional().meta({ description: 'The `next` of the page before.' }),
}

/** What certificates may be asked for by, beside who and where. */
export const filters = {
  status: z.enum(STATUSES).optional().meta({ description: 'What it is worth today.' }),
  from: plainDate.optional().meta({ description: 'The first day of issue.' }),
  until: plainDate.optional().meta({ description: 'The last day of issue.' }),
}

/** What third parties ask: is it real, what is it worth, what does it say, what happened to it. */
export const certificateRoutes: FastifyPluginAsyncZod<{
  registry: Registry
  issuer?: CredentialIssuer | undefined
}> = async (app, { registry, issuer }) => {
  const { readModel } = registry
  const today = () => registry.now().slice(0, 10)

  app.get(
    '/certificates/:id',
    {
      schema: {
        summary: 'Verify a certificate',
        description:
          'The verdict, what it says, its lineage, and whether its issuer was accredited on the day of issue. With Accept: application/vc or application/vc+jwt the credential.',
        tags: ['certificates'],
        params: z.object({ id: z.string().max(100) }),
        querystring: z.strictObject({
          at: plainDate.optional().meta({ description: 'The day asked about; today without it.' }),
          known: z.iso
            .datetime({ offset: true })
            .optional()
            .meta({ description: 'What the registry knew at this instant.' }),
        }),
        response: problems,
      },
    },
    (request, reply) => {
      const id = certificateIdOf(request.params.id)
      if (issuer && request.headers.accept?.includes(VC)) {
        const wanted = request.accepts().type(['application/json', VC, VC_JWT])
        if (wanted === VC || wanted === VC_JWT) return sendCredential(reply, issuer, id, wanted)
      }
      const { at = today(), known } = request.query
      const found = certificateAnswer(readModel, id, { at, known: known && new Date(known).toISOString() })
      if (found.kind !== 'found')
        throw new ProblemError(found.kind === 'unknown' ? 'award-not-found' : 'not-known-then')
      // The tag is the stream's revision, for If-Match. The verdict changes with the calendar alone, so none is cached.
      reply.header('etag', etagOf(found.revision)).header('cache-control', 'no-store')
      return reply.type('application/json; charset=utf-8').send(found.body)
    },
  )

  app.get(
    '/certificates/:id/timeline',
    {
      schema: {
        summary: 'Every change of a certificate',
        tags: ['certificates'],
        params: z.object({ id: z.string().max(100) }),
        querystring: z.strictObject({}),
        response: problems,
      },
    },
    (request, reply) => {
      const timeline = timelineOf(readModel, certificateIdOf(request.params.id))
      if (!timeline) throw new ProblemError('award-not-found')
      return reply.send(timeline)
    },
  )

  app.get(
    '/certificates',
    {
      schema: {
        summary: 'List certificates, the latest recorded first',
        description:
          'A page may hold fewer than `limit`, or none, where few match: there are more as long as there is a `next`.',
        tags: ['certificates'],
        querystring: z.strictObject({
          recipient: z.string().max(100).optional(),
          issuer: slug.optional(),
          session: slug.optional(),
          kind: slug.optional(),
          serial: z.string().max(100).optional(),
          ...filters,
          ...page,
        }),
        response: problems,
      },
    },
    (request, reply) => {
      const { limit, cursor, serial, ...filter } = request.query
      const before = decodeCursor(cursor)
      const { certificates, next } = listCertificates(
        readModel,
        { ...filter, serial: serial === undefined ? undefined : serialKey(serial) },
        { today: today(), limit, before: before === undefined ? undefined : Number(before) },
      )
      return reply.send({ certificates, ...(next !== undefined && { next: encodeCursor(next) }) })
    },
  )
}
