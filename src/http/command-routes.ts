import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { catalogue } from '../commands/catalogue.ts'
import { type CatalogueEntry, creates, type Ran } from '../commands/catalogue-entry.ts'
import { formatPosition } from '../log/position.ts'
import { certificateAnswer } from '../queries/certificates.ts'
import { documentAnswer } from '../queries/documents.ts'
import { proposalAnswer } from '../queries/proposals.ts'
import type { Registry } from '../registry.ts'
import { actorWithRole } from './auth.ts'
import { certificateIdOf } from './certificate-id.ts'
import { etagOf, expectedRevision, idempotencyKey } from './conditions.ts'
import type { Metrics } from './metrics.ts'
import { problemOf, problems } from './problem.ts'

export const recorded = z
  .object({
    id: z.string(),
    revision: z.string().meta({ description: 'Revision of its stream; also the ETag.' }),
    position: z.string().optional().meta({ description: 'Where the last recorded event lies in the log.' }),
    repeated: z.boolean().meta({ description: 'True where it had been recorded before, or was so already.' }),
    visible: z.boolean().meta({ description: 'False where this node can’t show it yet.' }),
    key: z.string().nullable().optional().meta({ description: 'A new access key, shown this once.' }),
    state: z.looseObject({}).optional().meta({ description: 'What a GET of it answers now.' }),
  })
  .meta({ id: 'Recorded' })

/** Every command of the catalogue as a route: one way of answering for all. */
export const commandRoutes: FastifyPluginAsyncZod<{ registry: Registry; metrics: Metrics }> = async (
  app,
  { registry, metrics },
) => {
  for (const entry of catalogue) {
    app.route({
      method: 'POST',
      url: entry.path,
      schema: {
        summary: entry.summary,
        operationId: entry.name,
        tags: [entry.tag],
        security: [{ key: [] }],
        ...(creates(entry) ? {} : { params: z.object({ id: z.string().max(100) }) }),
        headers: z.looseObject({
          'idempotency-key': z.string().optional().meta({ description: 'Makes the request safe to repeat.' }),
          'if-match': z.string().optional().meta({ description: 'The ETag that you have seen.' }),
        }),
        body: entry.input,
        response: { [creates(entry) ? 201 : 200]: recorded, ...problems },
      },
      preValidation: async (request) => {
        request.actor = actorWithRole(registry, request, entry.roles)
      },
      handler: async (request, reply) => {
        const { actor } = request
        if (actor === undefined) throw new Error('a command without an actor')
        const id = subjectOf(entry, request.params as { id?: string })
        const asked = {
          actor,
          correlationId: request.id,
          idempotencyKey: idempotencyKey(request),
          expected: expectedRevision(request),
        }
        const ran = await registry.run(entry, id, request.body, asked)
        if (ran.ok && !ran.repeated) metrics.appended()
        return answer(registry, entry, ran, reply)
      },
    })
  }
}

/** What is named by a certificate's ID, which is read forgivingly. */
const BY_CERTIFICATE_ID: readonly string[] = ['certificates', 'proposals']

const subjectOf = ({ tag }: CatalogueEntry, { id }: { id?: string }) =>
  id === undefined || !BY_CERTIFICATE_ID.includes(tag) ? id : certificateIdOf(id)

function answer(registry: Registry, entry: CatalogueEntry, ran: Ran, reply: FastifyReply): FastifyReply {
  if (!ran.ok) throw problemOf(ran.refusal)
  const { id, revision, position, repeated, visible = true, extra } = ran
  if (creates(entry)) reply.code(201).header('location', `/api/v1/${entry.tag}/${id}`)
  const recorded = JSON.stringify({
    id,
    revision: String(revision),
    repeated,
    visible,
    ...(position && { position: formatPosition(position) }),
    ...(extra && { key: extra.key }),
  })
  const state = stateOf(registry, entry, id)
  return reply
    .header('etag', etagOf(revision))
    .type('application/json; charset=utf-8')
    .send(state === undefined ? recorded : `${recorded.slice(0, -1)},"state":${state}}`)
}

/** What a GET of it answers now, as JSON. */
function stateOf(registry: Registry, { tag }: CatalogueEntry, id: string): string | undefined {
  const { readModel } = registry
  if (tag === 'persons') return undefined
  if (tag === 'proposals') return JSON.stringify(proposalAnswer(readModel, id))
  if (tag !== 'certificates') return JSON.stringify(documentAnswer(readModel, KINDS[tag], id))
  const found = certificateAnswer(readModel, id, { at: registry.now().slice(0, 10) })
  return found.kind === 'found' ? found.body.toString() : undefined
}

const KINDS = { organizations: 'organization', sessions: 'session', issuers: 'issuer' } as const
