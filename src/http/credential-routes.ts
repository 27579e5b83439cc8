import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { issuerId } from '../commands/input-parts.ts'
import type { CertificateId } from '../domain/certificate-id.ts'
import type { Registry } from '../registry.ts'
import type { CredentialIssuer, NotSigned, SignedDocument } from '../signing/credential-issuer.ts'
import { certificateIdOf } from './certificate-id.ts'
import { ProblemError, problems } from './problem.ts'
import type { ProblemKind } from './problem-table.ts'

/** Media types of Verifiable Credentials 2.0 (section 9) and of their JOSE form. */
export const VC = 'application/vc'
export const VC_JWT = 'application/vc+jwt'
const DID = 'application/did'

const PROBLEM: Readonly<Record<NotSigned, ProblemKind>> = {
  unknown: 'award-not-found',
  'no-signing-key': 'no-signing-key',
  'key-elsewhere': 'key-elsewhere',
}
const tags = ['credentials']
const MOST_KEPT = 256

/** What was made and signed, or the problem that says why not. */
export function made<Made extends object>(result: Made | NotSigned): Made {
  if (typeof result === 'string') throw new ProblemError(PROBLEM[result])
  return result
}

/** Sends a certificate as a credential of the media type that is wanted. */
export async function sendCredential(
  reply: FastifyReply,
  issuer: CredentialIssuer,
  id: CertificateId,
  wanted: typeof VC | typeof VC_JWT,
): Promise<FastifyReply> {
  const body =
    wanted === VC
      ? JSON.stringify(made(await issuer.credential(id)))
      : made(await issuer.credentialJwt(id)).jwt
  return reply.type(wanted).header('cache-control', 'no-store').header('vary', 'accept').send(body)
}

/** What leaves the house signed: credentials, DID documents, status lists. Public: whoever knows the ID may have them. */
export const credentialRoutes: FastifyPluginAsyncZod<{
  registry: Registry
  issuer: CredentialIssuer
}> = async (app, { registry, issuer }) => {
  const lists = new LRUCache<string, SignedDocument>({ max: MOST_KEPT })
  const params = z.object({ id: z.string().max(100) })

  app.get(
    '/api/v1/certificates/:id/credential',
    {
      schema: {
        summary: 'A certificate as a Verifiable Credential 2.0 and Open Badge 3.0',
        tags,
        params,
        response: problems,
      },
    },
    (request, reply) => sendCredential(reply, issuer, certificateIdOf(request.params.id), VC),
  )

  app.get(
    '/api/v1/certificates/:id/credential.jwt',
    { schema: { summary: 'The same as a JWT (VC-JOSE)', tags, params, response: problems } },
    (request, reply) => sendCredential(reply, issuer, certificateIdOf(request.params.id), VC_JWT),
  )

  app.get(
    '/issuers/:id/did.json',
    {
      schema: {
        summary: 'An issuer’s DID document (did:web), with its key history',
        tags,
        params: z.object({ id: issuerId('The issuer.') }),
        response: problems,
      },
    },
    (request, reply) => {
      const document = issuer.didDocument(request.params.id)
      if (!document) throw new ProblemError('issuer-not-found')
      return reply.type(DID).header('cache-control', 'public, max-age=60').send(JSON.stringify(document))
    },
  )

  app.get(
    '/status/:issuer/:purpose/:list',
    {
      schema: {
        summary: 'A status list (Bitstring Status List 1.0), also as it was',
        tags,
        params: z.object({
          issuer: issuerId('The issuer.'),
          purpose: z.enum(['revocation', 'suspension']),
          list: z.coerce.number().int().min(0).max(1_000_000),
        }),
        querystring: z.strictObject({
          timestamp: z.iso
            .datetime({ offset: true })
            .optional()
            .meta({ description: 'The list as it was known at this instant (section 3.3).' }),
        }),
        response: problems,
      },
    },
    async (request, reply) => {
      const { issuer: issuerOf, purpose, list } = request.params
      const { timestamp } = request.query
      const now = registry.now()
      const instant = timestamp === undefined ? now : new Date(timestamp).toISOString()
      if (instant > now)
        throw new ProblemError('invalid-request', 'The timestamp lies in the future.', [
          { pointer: '/query/timestamp', detail: 'lies in the future; name an instant that has passed' },
        ])
      const { readModel } = registry
      const versions = `${readModel.versionOf('certificate')} ${readModel.versionOf('issuer')} ${now.slice(0, 10)}`
      const key = `${issuerOf} ${purpose} ${list} ${timestamp ?? ''} ${versions}`
      const known = lists.get(key)
      const result = known ?? (await issuer.statusList({ issuerId: issuerOf, purpose, list }, instant))
      if (result === 'unknown') throw new ProblemError('status-list-not-found')
      const document = made(result)
      lists.set(key, document)
      return reply
        .type(VC)
        .header('cache-control', timestamp === undefined ? 'public, max-age=60' : 'public, max-age=86400')
        .send(JSON.stringify(document))
    },
  )
}
