import type { FastifyPluginAsync } from 'fastify'
import { formatPosition } from '../log/position.ts'
import type { Registry } from '../registry.ts'
import type { Metrics } from './metrics.ts'

/** Longest wait for the log's head when asked whether it is ready. */
const PATIENCE_MS = 2_000

/** A probe that is refused since its address asked too often would have a healthy node restarted. */
const config = { rateLimit: false } as const

/** For operators and their machines: alive, ready, and how it is doing. */
export const healthRoutes: FastifyPluginAsync<{
  registry: Registry
  metrics: Metrics
  stopping: AbortSignal
}> = async (app, { registry, metrics, stopping }) => {
  app.get(
    '/health/live',
    { config, schema: { summary: 'The process is alive', tags: ['operation'] } },
    async () => ({
      status: 'alive',
    }),
  )

  app.get(
    '/health/ready',
    { config, schema: { summary: 'Reads and writes are served', tags: ['operation'] } },
    async (_request, reply) => {
      const { status, position, fault, personal } = registry.projector.health()
      const head = await headOf(registry)
      const reads = status === 'live' || (status === 'retrying' && head === undefined)
      const writes = head !== undefined && !stopping.aborted
      const answer = {
        status: reads && writes ? 'ready' : 'not-ready',
        reads: {
          ready: reads,
          projector: status,
          position: formatPosition(position),
          ...(fault !== undefined && { fault }),
        },
        writes: { ready: writes, ...(head !== undefined && { head: formatPosition(head) }) },
        personalStore: personal ? 'available' : 'unavailable',
        clockBehindMs: registry.clock.behind(),
      }
      return reply.code(reads && writes ? 200 : 503).send(answer)
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
