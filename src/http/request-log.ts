import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

/**
 * One line a request, when it is answered: the route's pattern, not its URL, since a URL may hold a name that was
 * searched for; the key's name, never the key.
 */
export function requestLog(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    metrics.requested(request.method, route, reply.statusCode, reply.elapsedTime)
    app.log.info(
      {
        reqId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 100) / 100,
        actor: request.actor?.name,
      },
      'answered',
    )
    done()
  })
}
