import Fastify, { type FastifyInstance } from 'fastify'
import type { Witness } from '../tlog/witness.ts'

/** An honest request is 63 hashes and a checkpoint with a few signatures. */
const MAX_BODY = 64 * 1024

/** A witness's HTTP server (C2SP tlog-witness), not yet listening. Nobody needs a key: the log's signature is one. */
export function buildWitnessServer(witness: Witness): FastifyInstance {
  const app = Fastify({ bodyLimit: MAX_BODY, requestTimeout: 10_000, forceCloseConnections: 'idle' })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/add-checkpoint', (request, reply) => {
    const { status, body, type } = witness.addCheckpoint(typeof request.body === 'string' ? request.body : '')
    return reply.code(status).type(type).send(body)
  })
  app.get<{ Params: { origin: string } }>('/:origin/checkpoint', (request, reply) => {
    const note = witness.checkpoint(request.params.origin)
    return reply
      .code(note === undefined ? 404 : 200)
      .type('text/plain; charset=utf-8')
      .send(note ?? 'never cosigned\n')
  })
  return app
}
