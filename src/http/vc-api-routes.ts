import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { issuerOfDid } from '../credentials/did.ts'
import { didKey, faultsOf, issuerOf, problemsOf, speaksForTheRegistry } from '../credentials/foreign.ts'
import { fromMultikey } from '../credentials/multikey.ts'
import { assess } from '../credentials/verdict.ts'
import { maySignAt } from '../domain/signing-key.ts'
import { currentIssuer } from '../queries/accreditation.ts'
import type { Registry } from '../registry.ts'
import { recordedOf } from '../signing/recorded.ts'
import type { CredentialIssuer } from '../signing/credential-issuer.ts'
import { actorWithRole } from './auth.ts'
import { made } from './credential-routes.ts'
import { ProblemError, problems } from './problem.ts'
import { dear, type Limits } from './rate-limits.ts'

const tags = ['credentials']
const document = z.record(z.string(), z.unknown())

/** Issuing and verifying in the shape of the VC API that the W3C test suites call. */
export const vcApiRoutes: FastifyPluginAsyncZod<{
  registry: Registry
  issuer: CredentialIssuer
  limits: Limits
}> = async (app, { registry, issuer, limits }) => {
  app.post(
    '/issue',
    {
      config: dear(limits),
      schema: {
        summary: 'Signs a credential in the name of the key’s issuer',
        description:
          'For credentials of one’s own making. Certificates are credentials already: GET …/certificates/{id}/credential.',
        tags,
        body: z.strictObject({ credential: document, options: z.looseObject({}).optional() }),
        response: problems,
      },
    },
    async (request, reply) => {
      const { issuerId } = actorWithRole(registry, request, ['issuer', 'registrar'])
      const did = issuer.didDocument(issuerId)?.id
      const { credential: given } = request.body
      const credential = did !== undefined && !('issuer' in given) ? { ...given, issuer: did } : given
      const errors = problemsOf(credential).map(({ pointer, detail }) => ({
        pointer: `/credential${pointer}`,
        detail,
      }))
      if ('proof' in credential) errors.push({ pointer: '/credential/proof', detail: 'is signed already' })
      if (speaksForTheRegistry(credential, issuer.base))
        errors.push({
          pointer: '/credential',
          detail: 'is what the registry alone says: a certificate, a status list',
        })
      if (errors.length === 0 && issuerOf(credential) !== did)
        errors.push({ pointer: '/credential/issuer', detail: `is not ${did}, in whose name this key signs` })
      if (errors.length > 0)
        throw new ProblemError('invalid-request', 'This is no credential to sign.', errors)
      const signed = await issuer.sign(issuerId, credential).catch((error: unknown) => {
        throw unsignable(error)
      })
      return reply.code(201).send({ verifiableCredential: made(signed) })
    },
  )

  app.post(
    '/verify',
    {
      config: dear(limits),
      schema: {
        summary: 'Verifies a credential: one of this registry against the register, another by its did:key',
        description:
          '200 where it is verified, 400 where it is not, with `errors` as codes. Nothing is fetched.',
        tags,
        body: z.strictObject({
          verifiableCredential: z.union([document, z.string().max(1_000_000)]),
          options: z.looseObject({}).optional(),
        }),
      },
    },
    async (request, reply) => {
      const { verifiableCredential: presented } = request.body
      const errors = await faultsIn(registry, issuer, presented)
      const verified = errors.length === 0
      return reply
        .code(verified ? 200 : 400)
        .send({ verified, checks: ['proof', 'status'], warnings: [], errors })
    },
  )
}

/** A term that no context defines would go unsigned; a context that is not bundled is never fetched. */
function unsignable(error: unknown): unknown {
  if (!(error instanceof Error) || !/^(?:jsonld\.|UnknownContextError|RangeError)/.test(error.name))
    return error
  return new ProblemError('invalid-request', 'The credential can’t be signed as it is.', [
    { pointer: '/credential', detail: error.message.slice(0, 200) },
  ])
}

const instantOf = (created: string) => new Date(created).toISOString()

async function faultsIn(
  registry: Registry,
  { base }: CredentialIssuer,
  presented: Readonly<Record<string, unknown>> | string,
): Promise<readonly string[]> {
  const now = registry.now()
  const { steps, outcome } = await assess(
    typeof presented === 'string'
      ? { kind: 'jwt', jwt: presented }
      : { kind: 'credential', credential: presented },
    { now, register: (id) => recordedOf(registry.readModel, id, now) },
  )
  const isOurs = steps.some(({ step, result }) => step === 'form' && result === 'yes')
  if (isOurs && outcome === 'valid') return []
  // What could not be checked is a fault too: `verified` has no third answer.
  if (isOurs) return steps.filter(({ result }) => result !== 'yes').map(({ reason }) => reason)
  const resolve = (method: string, created: string) => {
    const [did = '', keyId] = method.split('#')
    const issuerId = issuerOfDid(base, did)
    if (issuerId === undefined) return didKey(method)
    const state = currentIssuer(registry.readModel, issuerId)
    const keys = state.status === 'registered' ? (state.signingKeys ?? []) : []
    const key = keys.find(
      (one) => one.keyId === keyId && !one.compromised && maySignAt(one, instantOf(created)),
    )
    return key && fromMultikey(key.publicKeyMultibase)
  }
  return faultsOf(presented, resolve, now)
}
