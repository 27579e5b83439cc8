import type { FastifyPluginAsync } from 'fastify'
import type { CurrentRun, EndedRun, Integrity, IntegrityProgress } from '../../integrity.ts'
import { html, type Html } from '../../pages/html.ts'
import { shape } from '../../pages/parts.ts'
import { isOurs } from '../gate.ts'
import { refuseForm } from '../sign-in.ts'
import { type AuditHouse, sendRoom, type Visit, visitOf } from './room.ts'
import { counted, filledIn } from './words.ts'

const schema = { hide: true } as const
const AGAIN_S = 2

/** The registry examined on demand: the log, the read model against a replay, the log against what was signed. */
export const integrityRoom: FastifyPluginAsync<AuditHouse> = async (app, house) => {
  const { integrity } = house

  app.get('/integrity', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const running = integrity?.state().running !== undefined
    return sendRoom(request, reply, visit, {
      title: visit.words.rooms.integrity,
      room: 'integrity',
      body: integrity ? bodyOf(visit, integrity) : html`<p class="note">${visit.words.noRuns}</p>`,
      ...(running && { again: AGAIN_S }),
    })
  })

  for (const action of ['start', 'stop'] as const)
    app.post(`/integrity/${action}`, { schema }, (request, reply) => {
      const visit = visitOf(house, request, reply)
      if (!visit) return reply
      if (!isOurs(request, visit.here)) return refuseForm(request, reply)
      if (action === 'start') integrity?.start(visit.here.actor.name)
      else integrity?.stop()
      return reply.redirect(`/desk/integrity?lang=${visit.speech.language}`, 303)
    })
}

function bodyOf(visit: Visit, integrity: Integrity): Html {
  const { words, speech, here } = visit
  const { running, last } = integrity.state()
  const button = (action: 'start' | 'stop', text: string) =>
    html`<form action="/desk/integrity/${action}" method="post"><input type="hidden" name="csrf" value="${here.session.csrf}"><input type="hidden" name="lang" value="${speech.language}"><button${action === 'stop' && html` class="quiet"`}>${text}</button></form>`
  return html`<p>${words.integrityHint}</p><div id="watched"${running && html` data-again="1"`}>${running ? html`${now(visit, running)}${button('stop', words.stopRun)}` : button('start', words.startRun)}
<section aria-labelledby="last"><h2 id="last">${words.lastRuns}</h2>${last.length === 0 ? html`<p class="soft">${words.noneYet}</p>` : html`<ol class="events">${last.map((run) => ended(visit, run))}</ol>`}</section></div>`
}

function now({ words, speech }: Visit, { startedAt, by, checked }: CurrentRun): Html {
  const part = checked.at(-1)
  return html`<p role="status">${words.isRunning}</p><p><small>${speech.instant(startedAt)} · ${by === 'schedule' ? words.bySchedule : by}</small></p>${
    part
      ? html`<p><label for="run">${partName(words, part.part)}</label><progress id="run" value="${part.done}" max="${Math.max(1, part.total)}"></progress><small>${counted(speech, part.done)} / ${counted(speech, part.total)}</small></p>`
      : html`<p><label for="run">${words.beginning}</label><progress id="run"></progress></p>`
  }`
}

function ended({ words, speech }: Visit, run: EndedRun): Html {
  const { startedAt, by, seconds, outcome, findings, checked } = run
  const isSound = outcome === 'sound'
  const look = isSound ? 'valid' : outcome === 'unsound' ? 'revoked' : 'suspended'
  return html`<li><div class="verdict small ${look}">${shape(look)}<strong>${words.outcomes[outcome]}</strong></div><br><small>${speech.instant(startedAt)} · ${by === 'schedule' ? words.bySchedule : by} · ${filledIn(words.took, counted(speech, seconds))}</small>${findings.length > 0 && html`<ul>${findings.map(({ part, problem }) => html`<li><strong>${partName(words, part)}</strong>: <bdi lang="en">${problem}</bdi></li>`)}</ul>`}${checked.length > 0 && html`<p><small>${words.wasChecked}: ${checked.map((one) => said(words, one, counted(speech, one.done))).join('; ')}</small></p>`}</li>`
}

const said = (words: Visit['words'], { part }: IntegrityProgress, done: string): string =>
  `${partName(words, part)} ${done}`

const partName = ({ parts }: Visit['words'], part: string): string =>
  Object.hasOwn(parts, part) ? (parts[part] ?? part) : part
