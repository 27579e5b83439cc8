import type { FastifyPluginAsync } from 'fastify'
import { found } from './awards/choices.ts'
import { type DeskHouse, visitOf } from './visit.ts'

const MOST = 10

/** What is found while somebody types into a field: organisations and sessions, called as in the reader's language. */
export const findingDesk: FastifyPluginAsync<{ house: DeskHouse }> = async (app, { house }) => {
  app.get('/find', { schema: { hide: true } }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const { q, kind } = request.query as { q?: unknown; kind?: unknown }
    const text = typeof q === 'string' ? q : ''
    const wanted = kind === 'session' ? 'session' : 'organization'
    const choices = found(house.registry.readModel, visit.speech, { kind: wanted, text, limit: MOST })
    return reply.header('cache-control', 'no-store').send(choices.map(([id, label]) => ({ id, label })))
  })
}
