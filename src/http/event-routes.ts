import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RecordedEvent } from '../log/event-log.ts'
import { formatPosition, type Position, parsePosition, START } from '../log/position.ts'
import { lineOf } from '../queries/event-line.ts'
import type { Registry } from '../registry.ts'
import { actorWithRole } from './auth.ts'
import { closed, HEARTBEAT_MS, Listeners, live, ndjson } from './event-streams.ts'
import { ProblemError, problems } from './problem.ts'

/** In the form of `recordedAt`, so that the texts compare. */
const asRecorded = (instant: string | undefined) => instant && new Date(instant).toISOString()

const filters = {
  stream: z.string().max(200).optional().meta({ description: 'Events of this stream alone.' }),
  type: z.string().max(100).optional().meta({ description: 'Events of this type alone.' }),
}
type Filter = {
  stream?: string | undefined
  type?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

type EventRoutes = {
  readonly registry: Registry
  readonly stopping: AbortSignal
  /** How often a live stream without news says that it is alive. */
  readonly heartbeatMs?: number | undefined
}

/** The whole history for auditors: as a stream of lines, and live. */
export const eventRoutes: FastifyPluginAsyncZod<EventRoutes> = async (
  app,
  { registry, stopping, heartbeatMs = HEARTBEAT_MS },
) => {
  const listeners = new Listeners()
  app.addHook('preValidation', async (request) => {
    actorWithRole(registry, request, ['auditor', 'registrar'])
  })

  app.get(
    '/events',
    {
      schema: {
        summary: 'Replay the history as NDJSON',
        tags: ['events'],
        security: [{ key: [] }],
        querystring: z.strictObject({
          after: z.string().max(50).optional().meta({ description: 'Position behind which to begin.' }),
          ...filters,
          since: z.iso.datetime({ offset: true }).optional(),
          until: z.iso.datetime({ offset: true }).optional(),
          limit: z.coerce.number().int().min(1).optional(),
        }),
        response: problems,
      },
    },
    (request, reply) => {
      const { after, limit = Number.POSITIVE_INFINITY, since, until, ...rest } = request.query
      const filter = { ...rest, since: asRecorded(since), until: asRecorded(until) }
      const from = positionOf(after)
      const signal = AbortSignal.any([stopping, closed(reply.raw)])
      const fits = (event: RecordedEvent) => matches(event, filter)
      const lines = Readable.from(ndjson(registry.log, from, { fits, limit, signal }), {
        objectMode: false,
        highWaterMark: 65_536,
      })
      return reply.type('application/x-ndjson').send(lines)
    },
  )

  app.get(
    '/events/live',
    {
      schema: {
        summary: 'Follow the history as server-sent events',
        tags: ['events'],
        security: [{ key: [] }],
        headers: z.looseObject({ 'last-event-id': z.string().max(50).optional() }),
        querystring: z.strictObject({ after: z.string().max(50).optional(), ...filters }),
        response: problems,
      },
    },
    async (request, reply) => {
      const gone = closed(reply.raw)
      listeners.join(gone)
      const { after, ...filter } = request.query
      const seen = request.headers['last-event-id']
      const given = seen ?? after
      const place = seen === undefined ? AFTER : LAST_EVENT_ID
      const from = given === undefined ? await registry.log.head() : positionOf(given, place)
      const signal = AbortSignal.any([stopping, gone])
      const fits = (event: RecordedEvent) => matches(event, filter)
      const frames = live(registry.log, from, { fits, frameOf, signal, heartbeatMs })
      const stream = Readable.from(frames, { objectMode: false, highWaterMark: 16_384 })
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream)
    },
  )
}

const frameOf = (event: RecordedEvent) =>
  `id: ${formatPosition(event.position)}\nevent: ${event.type}\ndata: ${lineOf(event)}\n\n`

function matches({ stream, type, metadata }: RecordedEvent, filter: Filter): boolean {
  if (filter.stream !== undefined && filter.stream !== stream) return false
  if (filter.type !== undefined && filter.type !== type) return false
  if (filter.since !== undefined && metadata.recordedAt < filter.since) return false
  return filter.until === undefined || metadata.recordedAt <= filter.until
}

/** Where a position was given: the part of the request, and its name there. */
const AFTER = { part: 'querystring', pointer: '/after' } as const
const LAST_EVENT_ID = { part: 'headers', pointer: '/last-event-id' } as const

function positionOf(
  text: string | undefined,
  { part, pointer }: typeof AFTER | typeof LAST_EVENT_ID = AFTER,
): Position {
  const position = text === undefined ? START : parsePosition(text)
  if (position) return position
  const detail = 'is no position such as 42'
  throw new ProblemError('invalid-request', `In the ${part}: ${pointer} ${detail}`, [{ pointer, detail }])
}
