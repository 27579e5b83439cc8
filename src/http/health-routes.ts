import type { FastifyPluginAsync } from 'fastify'
import { formatPosition } from '../log/position.ts'
import type { Registry } from '../registry.ts'
import type { TransparencyLog } from '../tlog/transparency-log.ts'
import type { Metrics } from './metrics.ts'

/** Longest wait for the log's head when asked whether it is ready. */
const PATIENCE_MS = 2_000

/** What a scheduled check last found. `parts` names where; what exactly is in the operator's log. */
export type LastCheck = {
  /** When it ended, RFC 3339. */
  readonly at: string
  readonly sound: boolean
  readonly parts: readonly string[]
  readonly seconds: number
}
export type CheckHealth = { readonly running: boolean; readonly last?: LastCheck }

/** A probe that is refused since its address asked too often would have a healthy node restarted. */
const config = { rateLimit: false } as const

/** For operators and their machines: alive, ready, and how it is doing. */
export const healthRoutes: FastifyPluginAsync<{
  registry: Registry
  metrics: Metrics
  tlog?: TransparencyLog | undefined
  checkHealth?: (() => CheckHealth) | undefined
  stopping: AbortSignal
}> = async (app, { registry, metrics, tlog, checkHealth, stopping }) => {
  app.get(
    '/health/live',
    { config, schema: { summary: 'The process is alive', tags: ['operation'] } },
    async () => ({
      status: 'alive',
    }),
  )

  const ready = () => readiness(registry, { tlog, checkHealth, stopping })

  app.get(
    '/health/ready',
    { config, schema: { summary: 'Reads and writes are served', tags: ['operation'] } },
    async (_request, reply) => {
      const answer = await ready()
      return reply.code(answer.status === 'ready' ? 200 : 503).send(answer)
    },
  )

  for (const part of ['reads', 'writes'] as const)
    app.get(
      `/health/ready/${part}`,
      {
        config,
        schema: { summary: `${part === 'reads' ? 'Reads' : 'Writes'} are served`, tags: ['operation'] },
      },
      async (_request, reply) => {
        const answer = await ready()
        return reply.code(answer[part].ready ? 200 : 503).send(answer)
      },
    )

  app.get(
    '/metrics',
    { config, schema: { summary: 'Prometheus metrics', tags: ['operation'] } },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  )
}

async function headOf(registry: Registry) {
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS).unref())
  return Promise.race([registry.log.head().catch(() => undefined), late])
}

/** How this node is doing, for machines and for the operations page. */
export async function readiness(
  registry: Registry,
  parts: {
    readonly tlog?: TransparencyLog | undefined
    readonly checkHealth?: (() => CheckHealth) | undefined
    readonly stopping: AbortSignal
  },
) {
  const { tlog, checkHealth, stopping } = parts
  const { status, position, fault, personal, staleMs } = registry.projector.health()
  const head = await headOf(registry)
  const reads = status === 'live' || (status === 'retrying' && head === undefined)
  const writes = head !== undefined && !stopping.aborted
  return {
    status: reads && writes ? 'ready' : 'not-ready',
    reads: {
      ready: reads,
      projector: status,
      position: formatPosition(position),
      ...(staleMs !== undefined && { ageSeconds: Math.floor(staleMs / 1_000) }),
      ...(fault !== undefined && { fault }),
    },
    writes: { ready: writes, ...(head !== undefined && { head: formatPosition(head) }) },
    personalStore: personal ? 'available' : 'unavailable',
    ...(tlog && { transparency: tlog.health() }),
    ...(checkHealth && { check: checkHealth() }),
    clockBehindMs: registry.clock.behind(),
  }
}
