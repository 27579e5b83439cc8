import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RecordedEvent } from '../log/event-log.ts'
import { formatPosition, type Position, parsePosition, START } from '../log/position.ts'
import { lineOf } from '../queries/event-line.ts'
import type { Registry } from '../registry.ts'
import { actorWithRole } from './auth.ts'
import { ProblemError, problems } from './problem.ts'

const MOST_LISTENERS = 100
const HEARTBEAT_MS = 15_000

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
  let listeners = 0
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
      const lines = Readable.from(ndjson(registry, from, filter, limit, signal), {
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
      if (listeners >= MOST_LISTENERS) throw new ProblemError('too-many-listeners')
      // Counted before anything is waited for: many that come at once must not all see room.
      const gone = closed(reply.raw)
      if (!gone.aborted) {
        listeners++
        gone.addEventListener('abort', () => listeners--)
      }
      const { after, ...filter } = request.query
      const seen = request.headers['last-event-id']
      const given = seen ?? after
      const place = seen === undefined ? AFTER : LAST_EVENT_ID
      const from = given === undefined ? await registry.log.head() : positionOf(given, place)
      const signal = AbortSignal.any([stopping, gone])
      const stream = Readable.from(live(registry, from, filter, signal, heartbeatMs), {
        objectMode: false,
        highWaterMark: 16_384,
      })
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream)
    },
  )
}

async function* ndjson(
  registry: Registry,
  from: Position,
  filter: Filter,
  limit: number,
  signal: AbortSignal,
) {
  let left = limit
  for await (const batch of registry.log.readAll(from, { signal, batchSize: 500 })) {
    const wanted = batch.filter((event) => matches(event, filter)).slice(0, left)
    left -= wanted.length
    if (wanted.length > 0) yield `${wanted.map(lineOf).join('\n')}\n`
    if (left <= 0) return
  }
  // Ended properly, half a history would look like a whole one.
  if (signal.aborted) throw new ProblemError('stopping')
}

async function* live(
  registry: Registry,
  from: Position,
  filter: Filter,
  signal: AbortSignal,
  heartbeatMs: number,
) {
  yield ': following\n\n'
  const batches = registry.log.follow(from, { signal, batchSize: 100 })[Symbol.asyncIterator]()
  let next = batches.next()
  while (!signal.aborted) {
    const batch = await orHeartbeat(next, signal, heartbeatMs)
    if (batch === 'heartbeat') {
      yield ': alive\n\n'
      continue
    }
    if (batch.done) return
    const wanted = batch.value.filter((event) => matches(event, filter))
    if (wanted.length > 0) yield wanted.map(frameOf).join('')
    next = batches.next()
  }
}

const frameOf = (event: RecordedEvent) =>
  `id: ${formatPosition(event.position)}\nevent: ${event.type}\ndata: ${lineOf(event)}\n\n`

/** What comes first; the timer goes with it, since a replay waits for thousands of batches. */
function orHeartbeat<T>(next: Promise<T>, signal: AbortSignal, ms: number): Promise<T | 'heartbeat'> {
  const { promise, resolve } = Promise.withResolvers<'heartbeat'>()
  const beat = () => resolve('heartbeat')
  const timer = setTimeout(beat, ms).unref()
  signal.addEventListener('abort', beat, { once: true })
  return Promise.race([next, promise]).finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', beat)
  })
}

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

/** Aborted once the answer is over or its reader has gone; at once where that is so already. */
function closed(answer: ServerResponse): AbortSignal {
  const abort = new AbortController()
  if (answer.destroyed) abort.abort()
  answer.once('close', () => abort.abort())
  return abort.signal
}
