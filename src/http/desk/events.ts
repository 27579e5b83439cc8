import type { FastifyPluginAsync } from 'fastify'
import { formatPosition, parsePosition, START } from '../../log/position.ts'
import { lineOf } from '../../queries/event-line.ts'
import type { Registry } from '../../registry.ts'
import type { TransparencyLog } from '../../tlog/transparency-log.ts'
import { html, type Html } from '../pages/html.ts'
import { type Speech, speechOf } from '../pages/speech.ts'
import { ProblemError } from '../problem.ts'
import { type Seated, seated } from './gate.ts'
import { historyPage, type HistoryPage } from './history.ts'
import type { DeskSessions } from './sessions.ts'
import { askToSignIn, deskHead, sendDesk } from './sign-in.ts'
import { DESK_WORDS } from './words.ts'

type Asked = {
  readonly after: string
  readonly stream: string
  readonly type: string
  readonly until: string
}
const asText = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')

/** The auditor's desk: the history event by event, each with its raw JSON and the proof that it is in the public log. */
export const events: FastifyPluginAsync<{
  registry: Registry
  sessions: DeskSessions
  tlog?: TransparencyLog | undefined
}> = async (app, { registry, sessions, tlog }) => {
  app.get('/events', { schema: { hide: true } }, async (request, reply) => {
    const here = seated(registry, sessions, request)
    const speech = speechOf(request)
    if (!here) return askToSignIn(request, reply)
    if (here.actor.role === 'issuer')
      throw new ProblemError('forbidden', DESK_WORDS[speech.language].notForYou)
    const query = request.query as Readonly<Record<string, unknown>>
    const asked = {
      after: asText(query['after']),
      stream: asText(query['stream']),
      type: asText(query['type']),
      until: asText(query['until']),
    }
    const page = await historyPage(
      registry.log,
      parsePosition(asked.after) ?? START,
      ({ stream, type, metadata }) =>
        stream.includes(asked.stream) &&
        type.includes(asked.type) &&
        (asked.until === '' || metadata.recordedAt.slice(0, 10) <= asked.until),
    )
    return sendDesk(request, reply, speech, listOf(speech, here, asked, page, tlog))
  })
}

function listOf(
  speech: Speech,
  here: Seated,
  asked: Asked,
  { events: found, next }: HistoryPage,
  tlog: TransparencyLog | undefined,
): Html {
  const words = DESK_WORDS[speech.language]
  const more = next && new URLSearchParams({ ...asked, after: formatPosition(next), lang: speech.language })
  const field = (name: 'stream' | 'type' | 'until', label: string, type = 'text') =>
    html`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" value="${asked[name]}"></div>`
  return html`${deskHead(speech, here)}<h2>${words.history}</h2>
<form class="desk" action="/desk/events" method="get">${field('stream', words.stream)}${field('type', words.eventType)}${field('until', words.recordedUntil, 'date')}<input type="hidden" name="lang" value="${speech.language}"><button>${speech.words.show}</button></form>
${
  found.length === 0
    ? html`<p class="soft">${words.none}</p>`
    : html`<ol class="events">${found.map((event) => {
        const leaf = tlog?.tiles.leafAt(event.stream, event.revision)
        const isProven = leaf !== undefined && leaf < (tlog?.checkpoint?.size ?? 0)
        return html`<li><strong>${event.type}</strong><br><small>${formatPosition(event.position)} · ${event.stream} · ${speech.instant(event.metadata.recordedAt)} · ${event.metadata.actor}</small><details><summary>JSON</summary><code>${lineOf(event)}</code></details>${isProven && html`<small><a href="/tlog/proof/leaf/${leaf}.tlog-proof">${words.proof} ${leaf}</a></small>`}</li>`
      })}</ol>`
}${more && html`<p><a href="/desk/events?${more.toString()}">${speech.words.more}</a></p>`}`
}
