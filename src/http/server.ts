import { randomUUID } from 'node:crypto'
import accepts from '@fastify/accepts'
import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import type { Actor } from '../commands/command.ts'
import { Press } from '../documents/press.ts'
import type { Registry } from '../registry.ts'
import type { TransparencyLog } from '../tlog/transparency-log.ts'
import { certificateRoutes } from './certificate-routes.ts'
import { checkRoute } from './check/route.ts'
import { commandRoutes } from './command-routes.ts'
import { credentialRoutes } from './credential-routes.ts'
import { documentRoute } from './document-route.ts'
import { sendProblem } from './error-handler.ts'
import { Provider, type ProviderSettings } from './desk/provider.ts'
import { desk } from './desk/routes.ts'
import { auditScript } from './desk/audit/script.ts'
import { deskScript } from './desk/script.ts'
import { eventRoutes } from './event-routes.ts'
import { type CheckHealth, healthRoutes, readiness } from './health-routes.ts'
import type { Integrity } from './integrity.ts'
import { Metrics, type Told } from './metrics.ts'
import { ProblemError } from './problem.ts'
import { offlineRoute } from './offline-route.ts'
import { sendProblemPage } from './pages/problem-page.ts'
import { pages } from './pages/routes.ts'
import { problemRoutes } from './problem-routes.ts'
import { proposalRoutes } from './proposal-routes.ts'
import { queryRoutes } from './query-routes.ts'
import { limitRates, type Limits } from './rate-limits.ts'
import { reference } from './reference.ts'
import { requestLog } from './request-log.ts'
import { sayHowOld } from './staleness.ts'
import { tlogRoutes } from './tlog-routes.ts'
import { vcApiRoutes } from './vc-api-routes.ts'
import { verificationRoutes } from './verification-routes.ts'
import type { CredentialIssuer } from '../signing/credential-issuer.ts'
import type { Policy } from '../transparency/policy.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, where a good key came with the request. */
    actor: Actor | undefined
  }
}

export type ServerOptions = {
  readonly logger: Logger | false
  readonly version: string
  /** Whose X-Forwarded-For is believed (Fastify's trustProxy). */
  readonly trustProxy?: boolean
  /** Requests a minute for one key, and for one address without a key. */
  readonly limits?: Limits
  /** Where the registry is reached from outside, such as https://registry.example.org; no slash at the end. */
  readonly publicUrl?: string | undefined
  /** Where people may sign in at the desk by OpenID Connect; counts with a `publicUrl` alone. */
  readonly oidc?: ProviderSettings | undefined
  /** How often a live stream without news says that it is alive, in milliseconds. */
  readonly heartbeatMs?: number
  /** Where the registry tells what the server counts. */
  readonly told?: Told
  /** Served under /tlog where it is given. */
  readonly tlog?: TransparencyLog
  /** Who signs credentials and status lists; without it none are served. */
  readonly issuer?: CredentialIssuer
  /** How many witnesses a checkpoint needs in a verdict. */
  readonly policy?: Policy | undefined
  /** Runs of `check` beside the server, which an auditor may start. */
  readonly integrity?: Integrity | undefined
  /** How the scheduled check is doing, where there is one. */
  readonly checkHealth?: (() => CheckHealth) | undefined
}

const MAX_BODY = 1024 * 1024
export const DEFAULT_LIMITS = { perKey: 6_000, perAddress: 600 }

/** The registry's HTTP server, not yet listening. Closing it ends live streams and finishes what was accepted. */
export async function buildServer(registry: Registry, options: ServerOptions): Promise<FastifyInstance> {
  const stopping = new AbortController()
  const press = new Press()
  const metrics = new Metrics(registry)
  const app: FastifyInstance = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : { logger: false }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY,
    requestTimeout: 30_000,
    trustProxy: options.trustProxy ?? false,
    forceCloseConnections: 'idle',
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply)
    },
  }) as unknown as FastifyInstance
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(sendProblemPage)
  app.decorateRequest('actor', undefined)
  app.addHook('onClose', async () => {
    metrics.stop()
    await press.close()
  })
  app.addHook('preClose', async () => {
    stopping.abort()
    closeIdle(app)
  })
  if (options.told) options.told.conflicted = metrics.conflicted
  await headers(app)
  await app.register(accepts)
  requestLog(app, metrics)
  const limits = options.limits ?? DEFAULT_LIMITS
  await limitRates(app, registry, limits)
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, () => {
    throw new ProblemError('not-found')
  })
  await reference(app, options)
  const { tlog, checkHealth, issuer, policy } = options
  await app.register(
    async (api) => {
      sayHowOld(api, registry)
      await api.register(certificateRoutes, { registry, issuer })
      if (issuer) await api.register(verificationRoutes, { registry, issuer, tlog, policy, limits })
      await api.register(documentRoute, { registry, issuer, publicUrl: options.publicUrl, press })
      await api.register(queryRoutes, { registry })
      await api.register(proposalRoutes, { registry })
      await api.register(commandRoutes, { registry, metrics })
      await api.register(eventRoutes, {
        registry,
        stopping: stopping.signal,
        heartbeatMs: options.heartbeatMs,
      })
    },
    { prefix: '/api/v1' },
  )
  await app.register(problemRoutes)
  await app.register(offlineRoute)
  await app.register(deskScript)
  await app.register(auditScript)
  const { publicUrl, oidc } = options
  const provider = oidc && publicUrl !== undefined ? new Provider(oidc, publicUrl) : undefined
  const audit = {
    tlog,
    policy,
    integrity: options.integrity,
    stopping: stopping.signal,
    heartbeatMs: options.heartbeatMs,
  }
  await app.register(desk, { prefix: '/desk', registry, publicUrl, audit, provider })
  await app.register(checkRoute, {
    model: registry.readModel,
    now: () => registry.now(),
    base: issuer?.base ?? options.publicUrl ?? 'http://localhost',
    press,
    logKey: tlog?.verifier,
    policy,
    limits,
  })
  await app.register(pages, {
    registry,
    publicUrl: options.publicUrl,
    signed: issuer !== undefined && tlog !== undefined,
    tlog,
    health: () => readiness(registry, { tlog, checkHealth, stopping: stopping.signal }),
  })
  if (issuer) {
    await app.register(credentialRoutes, { registry, issuer })
    await app.register(vcApiRoutes, { prefix: '/credentials', registry, issuer, limits })
  }
  if (tlog) await app.register(tlogRoutes, { prefix: '/tlog', tlog, perAddress: limits.perAddress })
  await app.register(healthRoutes, { registry, metrics, tlog, checkHealth, stopping: stopping.signal })
  return app
}

/** Closes within `ms`: what is still open then is cut. */
export async function closeWithin(app: FastifyInstance, ms: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), ms)
  await app.close()
  clearTimeout(timer)
}

/** Fastify closes idle connections once; one whose request was still in hand then would hold up the stop until it ends. */
function closeIdle({ server }: FastifyInstance): void {
  const closing = setInterval(() => server.closeIdleConnections(), 20)
  server.once('close', () => clearInterval(closing))
  if (!server.listening) clearInterval(closing)
}

/** A caller's own ID counts if it is a UUID: it goes into the log for ever, where a name must not. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(given)
    ? given
    : randomUUID()
}

/** helmet works its headers out once; they are then one constant for every answer (helmet itself costs 14 µs a request). */
async function headers(app: FastifyInstance): Promise<void> {
  const sample = Fastify()
  await sample.register(helmet, {
    contentSecurityPolicy: {
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      useDefaults: false,
    },
  })
  sample.get('/', () => '')
  const { headers: seen } = await sample.inject('/')
  await sample.close()
  const own = ['content-type', 'content-length', 'date', 'connection']
  const constant = {
    ...Object.fromEntries(Object.entries(seen).filter(([name]) => !own.includes(name))),
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  }
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(constant).header('x-request-id', request.id)
    done()
  })
}
