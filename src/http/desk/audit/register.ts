import type { FastifyPluginAsync } from 'fastify'
import type { RecordedEvent } from '../../../log/event-log.ts'
import { parsePosition } from '../../../log/position.ts'
import { Chronicle } from '../../../projections/chronicle.ts'
import type { RegisterThen } from '../../../projections/chronicle-book.ts'
import { replayedCertificate } from '../../../queries/replayed-certificate.ts'
import { ProblemError } from '../../problem.ts'
import { certificateIdOf } from '../../certificate-id.ts'
import { asText } from './filters.ts'
import { certificateThen, notReady, registerPage } from './register-page.ts'
import { type Moment, momentIn } from './moment.ts'
import { type AuditHouse, sendRoom, visitOf } from './room.ts'

const schema = { hide: true } as const
const PAGE = 20
const SHOWN_EVENTS = 20
const PATIENCE_MS = 1_000
const AGAIN_S = 2

/** The register as it was known at a moment, replayed from the log. */
export const registerThen: FastifyPluginAsync<AuditHouse> = async (app, house) => {
  const { log } = house.registry
  const chronicle = new Chronicle(log)
  app.addHook('onClose', () => chronicle.close())

  app.get('/register', { schema }, async (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const title = visit.words.rooms.register
    const state = await chronicle.state(PATIENCE_MS)
    if (state.status !== 'ready') {
      const body = notReady(visit, state)
      return sendRoom(request, reply, visit, { title, room: 'register', body, again: AGAIN_S })
    }
    const query = request.query as Readonly<Record<string, unknown>>
    const today = house.registry.now().slice(0, 10)
    const firstDay = (await chronicle.ask({ known: '', day: today, limit: 0 })).firstDay ?? today
    const moment = momentIn(query, firstDay, today)
    const status = asText(query['status'])
    const register = await chronicle.ask({
      ...moment,
      status,
      before: Number(asText(query['before'])) || undefined,
      limit: PAGE,
    })
    const lines = await Promise.all(
      register.ids.map(async (id) => ({
        id,
        ...(await replayedCertificate(log, certificateIdOf(id), moment.known)),
      })),
    )
    const view = {
      moment,
      firstDay,
      today,
      status,
      register,
      lines,
      changes: await changesOf(moment, register),
    }
    return sendRoom(request, reply, visit, { title, room: 'register', body: registerPage(visit, view) })
  })

  app.get('/register/:id', { schema }, async (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const id = certificateIdOf((request.params as { id: string }).id)
    const today = house.registry.now().slice(0, 10)
    const moment = momentIn(request.query as Readonly<Record<string, unknown>>, today, today)
    const replayed = await replayedCertificate(log, id, moment.known)
    if (replayed.until.length + replayed.later.length === 0) throw new ProblemError('award-not-found')
    const body = certificateThen(visit, id, moment, replayed)
    return sendRoom(request, reply, visit, { title: id, room: 'register', body })
  })

  /** The first events of the moment's day, up to the moment. */
  const changesOf = async (
    { known }: Moment,
    { recorded }: RegisterThen,
  ): Promise<readonly RecordedEvent[]> => {
    const before = recorded && parsePosition(recorded.before)
    if (!before) return []
    for await (const batch of log.readAll(before, { batchSize: SHOWN_EVENTS }))
      return batch.filter(
        ({ metadata: { recordedAt } }) =>
          recordedAt <= known && recordedAt.slice(0, 10) === known.slice(0, 10),
      )
    return []
  }
}
