import { Readable } from 'node:stream'
import type { FastifyPluginAsync } from 'fastify'
import type { RecordedEvent } from '../../../log/event-log.ts'
import { formatPosition, parsePosition, START } from '../../../log/position.ts'
import { lineOf } from '../../../queries/event-line.ts'
import type { TransparencyLog } from '../../../tlog/transparency-log.ts'
import { closed, HEARTBEAT_MS, Listeners, live, ndjson } from '../../event-streams.ts'
import { html, type Html } from '../../pages/html.ts'
import { ProblemError } from '../../problem.ts'
import { seated } from '../gate.ts'
import { type Asked, askedIn, asParameters, asText, filterForm, fitting } from './filters.ts'
import { type HistoryPage, historyPage, type Place } from './history.ts'
import { type AuditHouse, mayAudit, sendRoom, type Visit, visitOf } from './room.ts'
import { speechOf } from '../../pages/speech.ts'
import { AUDIT_WORDS, counted, eventName, filledIn } from './words.ts'

const schema = { hide: true } as const

/** The history event by event, the newest first, by pages and live, and as a file. */
export const events: FastifyPluginAsync<AuditHouse> = async (app, house) => {
  const { registry, sessions, tlog, stopping, heartbeatMs = HEARTBEAT_MS } = house
  const listeners = new Listeners()

  app.get('/events', { schema }, async (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const asked = askedIn(request.query)
    const place = placeIn(request.query)
    const page = await historyPage(registry.log, place, fitting(asked))
    const title = visit.words.rooms.events
    return sendRoom(request, reply, visit, {
      title,
      room: 'events',
      body: listOf(visit, asked, place, page, tlog),
    })
  })

  app.get('/events/live', { schema }, async (request, reply) => {
    const here = seated(registry, sessions, request)
    if (!here) throw new ProblemError('key-required')
    if (!mayAudit(here)) throw new ProblemError('forbidden')
    const gone = closed(reply.raw)
    listeners.join(gone)
    const speech = speechOf(request)
    const visit = { here, speech, words: AUDIT_WORDS[speech.language] }
    const { after } = request.query as Readonly<Record<string, unknown>>
    const given = asText(request.headers['last-event-id'] ?? after)
    const from = parsePosition(given) ?? (await registry.log.head())
    const frames = live(registry.log, from, {
      fits: fitting(askedIn(request.query)),
      frameOf: (event) => frameOf(visit, event),
      signal: AbortSignal.any([stopping, gone]),
      heartbeatMs,
      mayListen: () => mayAudit(seated(registry, sessions, request)),
    })
    return reply
      .type('text/event-stream')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(Readable.from(frames, { objectMode: false, highWaterMark: 16_384 }))
  })

  app.get('/export', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const fits = fitting(askedIn(request.query))
    const signal = AbortSignal.any([stopping, closed(reply.raw)])
    const lines = ndjson(registry.log, START, { fits, signal })
    const { checkpoint } = tlog ?? {}
    if (checkpoint) reply.header('registry-checkpoint', Buffer.from(checkpoint.note).toString('base64'))
    return reply
      .type('application/x-ndjson')
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="events.ndjson"')
      .send(Readable.from(lines, { objectMode: false, highWaterMark: 65_536 }))
  })
}

function placeIn(query: unknown): Place {
  const { before, after } = query as Readonly<Record<string, unknown>>
  const behind = parsePosition(asText(after))
  return behind ? { after: behind } : { before: parsePosition(asText(before)) }
}

/** An event as its line of the list, in one frame; a line of markup has no newline. */
function frameOf(visit: Visit, event: RecordedEvent): string {
  const item = itemOf(visit, event, undefined).toString().replaceAll('\n', ' ')
  return `id: ${formatPosition(event.position)}\ndata: ${item}\n\n`
}

function listOf(
  visit: Visit,
  asked: Asked,
  place: Place,
  page: HistoryPage,
  tlog: TransparencyLog | undefined,
): Html {
  const { speech, words } = visit
  const lang = speech.language
  const isNewest = !('after' in place) && place.before === undefined
  const to = (more: Record<string, string>) => `/desk/events?${asParameters(asked, { ...more, lang })}`
  const newer = page.newer ?? START
  const feed = asParameters(asked, { after: formatPosition(newer), lang })
  const nothing = 'after' in place ? words.nothingNewer : words.nothing
  const walk = html`<p class="walk">${!isNewest && html`<a href="${to({})}">${words.newest}</a> `}<a href="${to({ after: formatPosition(newer) })}" data-newer="${isNewest && 'true'}">${isNewest ? words.showNew : words.newer}</a>${page.older && html` <a href="${to({ before: formatPosition(page.older) })}">${page.gaveUp ? words.goOn : words.older}</a>`}</p>`
  return html`${filterForm(visit, asked)}
<p class="walk"><a href="/desk/export?${asParameters(asked, { lang })}" download>${words.export}</a></p>
${isNewest && html`<div id="live" class="row" hidden data-source="/desk/events/live?${feed}" data-pause="${words.pause}" data-resume="${words.resume}" data-count="${words.newEvents}" data-waiting="${words.waiting}"><button type="button" class="quiet">${words.pause}</button><span role="status" aria-live="polite"></span></div>`}${walk}
${page.gaveUp && html`<p class="note">${filledIn(words.lookedAt, counted(speech, page.lookedAt))}</p>`}
<ol class="events" id="feed">${page.events.map((event) => itemOf(visit, event, tlog))}</ol>${page.events.length === 0 && html`<p class="soft">${nothing}</p>`}${page.events.length > 10 && walk}`
}

/** The address of an event's page. */
export const eventPath = ({ stream, revision }: Pick<RecordedEvent, 'stream' | 'revision'>): string =>
  `/desk/events/${encodeURIComponent(stream)}/${revision}`

function itemOf({ speech, words }: Visit, event: RecordedEvent, tlog: TransparencyLog | undefined): Html {
  const { stream, revision, type, position, metadata } = event
  const leaf = tlog?.tiles.leafAt(stream, revision)
  const isProven = leaf !== undefined && leaf < (tlog?.checkpoint?.size ?? 0)
  const name = eventName(speech, type)
  return html`<li><a href="${eventPath(event)}?lang=${speech.language}"><strong>${name}</strong></a>${name !== type && html` <code>${type}</code>`}<br><small>${formatPosition(position)} · ${stream} · ${speech.instant(metadata.recordedAt)} · ${metadata.actor}</small><details><summary>JSON</summary><code>${lineOf(event)}</code></details>${isProven && html`<small><a href="/tlog/proof/leaf/${leaf}.tlog-proof">${words.proof} ${leaf}</a></small>`}</li>`
}
