import type { FastifyInstance } from 'fastify'
import { formatPosition } from '../log/position.ts'
import type { Registry } from '../registry.ts'

/**
 * While this node can't know whether it holds everything (the log is away, or it is catching up), answers go on and say
 * so: `Registry-Read-Model: status=retrying, age=12, position="4711"`, a dictionary as in RFC 9651. `age` counts the
 * seconds since everything was last known to be here. Without this header an answer is up to date.
 */
export function sayHowOld(app: FastifyInstance, registry: Registry): void {
  app.addHook('onRequest', (_request, reply, done) => {
    if (registry.projector.staleMs !== undefined) reply.header('registry-read-model', stateOf(registry))
    done()
  })
}

function stateOf({ projector }: Registry): string {
  const { status, position, staleMs = 0 } = projector.health()
  return `status=${status}, age=${Math.floor(staleMs / 1_000)}, position="${formatPosition(position)}"`
}
