import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { evidence, MAX_EVIDENCE } from '../credentials/evidence.ts'
import { assess, type Presented } from '../credentials/verdict.ts'
import { plainDate } from '../domain/date.ts'
import { recordedOf } from '../signing/recorded.ts'
import type { Registry } from '../registry.ts'
import type { CredentialIssuer } from '../signing/credential-issuer.ts'
import { makeEvidence } from '../signing/evidence-maker.ts'
import type { TransparencyLog } from '../tlog/transparency-log.ts'
import type { Policy } from '../transparency/policy.ts'
import { actorIfAny } from './auth.ts'
import { certificateIdOf } from './certificate-id.ts'
import { made } from './credential-routes.ts'
import { ProblemError, problems } from './problem.ts'
import { dear, type Limits } from './rate-limits.ts'

const tags = ['verification']
const MAX_BODY = MAX_EVIDENCE / 4

const body = z
  .strictObject({
    id: z.string().max(100).optional(),
    credential: z
      .union([z.string().max(1_000_000), z.record(z.string(), z.unknown())])
      .optional()
      .meta({ description: 'A credential as JSON, or as the text of a JWT.' }),
    evidence: z.record(z.string(), z.unknown()).optional(),
    at: plainDate.optional().meta({ description: 'The day asked about; today without it.' }),
  })
  .refine(
    ({ id, credential, evidence: file }) =>
      [id, credential, file].filter((one) => one !== undefined).length === 1,
    {
      message: 'Send exactly one of id, credential and evidence',
    },
  )

/** Evidence files, and judging whatever is presented: an ID, a credential, an evidence file. */
export const verificationRoutes: FastifyPluginAsyncZod<{
  registry: Registry
  issuer: CredentialIssuer
  tlog?: TransparencyLog | undefined
  policy?: Policy | undefined
  limits: Limits
}> = async (app, { registry, issuer, tlog, policy, limits }) => {
  app.get(
    '/certificates/:id/evidence',
    {
      schema: {
        summary: 'Everything needed to check a certificate offline, in one file',
        description:
          'With a key of its issuer or of a registrar, the salts and names of persons are in it: for the holder.',
        tags,
        params: z.object({ id: z.string().max(100) }),
        querystring: z.strictObject({}),
        response: problems,
      },
    },
    async (request, reply) => {
      const id = certificateIdOf(request.params.id)
      if (!tlog) throw new ProblemError('not-covered-yet')
      const actor = actorIfAny(registry, request)
      const { log, personal } = registry
      const issuerOf = recordedOf(registry.readModel, id, registry.now())?.award.content.issuerId
      const isTheirs =
        actor?.role === 'registrar' || (actor?.role === 'issuer' && actor.issuerId === issuerOf)
      const file = await makeEvidence(
        { log, personal, tlog, issuer, now: () => registry.now() },
        id,
        isTheirs,
      )
      if (file === 'not-covered') {
        reply.header('retry-after', '1')
        throw new ProblemError('not-covered-yet')
      }
      return reply
        .type('application/json; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${id}.evidence.json"`)
        .send(JSON.stringify(made(file)))
    },
  )

  app.post(
    '/verifications',
    {
      bodyLimit: MAX_BODY,
      config: dear(limits),
      schema: {
        summary: 'Judge an ID, a credential or an evidence file',
        description: 'Answers each step: yes, no, or not-checked with the reason. Only `valid` means valid.',
        tags,
        body,
        response: problems,
      },
    },
    async (request) => {
      const { at } = request.body
      return assess(presentedIn(request.body), {
        at,
        now: registry.now(),
        register: (id) => recordedOf(registry.readModel, id, registry.now()),
        logKey: tlog?.verifier,
        policy,
      })
    },
  )
}

function presentedIn({ id, credential, evidence: file }: z.infer<typeof body>): Presented {
  if (id !== undefined) return { kind: 'id', id: certificateIdOf(id) }
  if (typeof credential === 'string') return { kind: 'jwt', jwt: credential }
  if (credential !== undefined) return { kind: 'credential', credential }
  const read = evidence.safeParse(file)
  if (!read.success)
    throw new ProblemError(
      'not-an-evidence-file',
      undefined,
      read.error.issues.slice(0, 20).map(({ path, message }) => ({
        pointer: `/evidence/${path.join('/')}`,
        detail: message,
      })),
    )
  return { kind: 'evidence', evidence: read.data }
}
