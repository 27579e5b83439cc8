import { type Status, verdictAt, verdicts } from '../../../domain/verdict.ts'
import type { LocalizedText } from '../../../domain/text.ts'
import type { RecordedEvent } from '../../../log/event-log.ts'
import { certificateDocument } from '../../../projections/certificate-document.ts'
import type { ChronicleState } from '../../../projections/chronicle.ts'
import type { RegisterThen } from '../../../projections/chronicle-book.ts'
import type { ReplayedCertificate } from '../../../queries/replayed-certificate.ts'
import { html, type Html } from '../../pages/html.ts'
import { badge, link, rows } from '../../pages/parts.ts'
import { eventPath } from './events.ts'
import { daysBetween, type Moment } from './moment.ts'
import type { Visit } from './room.ts'
import { counted, eventName, filledIn } from './words.ts'

const STATUSES: readonly Status[] = [
  'valid',
  'not-yet-valid',
  'suspended',
  'expired',
  'superseded',
  'revoked',
]

/** A replay that is under way, or that could not be finished. */
export function notReady(
  { words, speech }: Visit,
  state: Exclude<ChronicleState, { status: 'ready' }>,
): Html {
  if (state.status === 'failed')
    return html`<p class="note bad" role="alert">${words.replayFailed}</p><p><bdi lang="en">${state.fault}</bdi></p>`
  const share = Math.floor((100 * state.done) / Math.max(1, state.total))
  return html`<div id="watched" data-again="1"><p role="status">${words.replaying}</p><p><label for="replay">${words.replayed}</label><progress id="replay" value="${share}" max="100"></progress> <small>${counted(speech, share)} %</small></p></div>`
}

export type RegisterView = {
  readonly moment: Moment
  readonly firstDay: string
  readonly today: string
  /** Empty for all. */
  readonly status: string
  readonly register: RegisterThen
  readonly lines: readonly (ReplayedCertificate & { readonly id: string })[]
  readonly changes: readonly RecordedEvent[]
}

/** The register at a moment: the slider, how many certificates had which status, which ones, and what had just changed. */
export function registerPage(visit: Visit, view: RegisterView): Html {
  const { words, speech } = visit
  return html`<p>${words.registerHint}</p>${slider(visit, view)}<div id="then"><p class="title" role="status">${words.knownBy} ${speech.instant(view.moment.known)}</p>${counts(visit, view)}${list(visit, view)}${changed(visit, view)}</div>`
}

function slider({ words, speech }: Visit, { moment, firstDay, today }: RegisterView): Html {
  const last = daysBetween(firstDay, today)
  const at = Math.min(last, Math.max(0, daysBetween(firstDay, moment.day)))
  const lang = html`<input type="hidden" name="lang" value="${speech.language}">`
  const local = moment.known.slice(0, 19)
  return html`<form class="ask slider" id="slider" action="/desk/register" method="get" data-first="${firstDay}"><label for="step">${words.day}</label><input type="range" id="step" name="step" min="0" max="${last}" step="1" value="${at}" aria-describedby="step-ends"><output for="step">${speech.day(moment.day)}</output><small id="step-ends">${speech.day(firstDay)} – ${speech.day(today)}</small>${lang}<button class="quiet">${speech.words.show}</button></form>
<details class="filters"><summary>${words.exactly}</summary><form class="ask" action="/desk/register" method="get"><label for="recordedAt">${words.exactlyHint}</label><div class="row short"><input type="datetime-local" id="recordedAt" name="recordedAt" step="1" value="${local}">${lang}<button class="quiet">${speech.words.show}</button></div></form></details>`
}

/** The same moment with other parameters. */
const hrefOf = ({ speech }: Visit, { known }: Moment, more: Readonly<Record<string, string>>, path = '') =>
  `/desk/register${path}?${new URLSearchParams({ recordedAt: known, ...more, lang: speech.language }).toString()}`

function counts(visit: Visit, { register, status, moment }: RegisterView): Html {
  const { words, speech } = visit
  const all = STATUSES.reduce((sum, one) => sum + (register.counts[one] ?? 0), 0)
  const one = (name: string, label: string, count: number, look: string) =>
    html`<li><a class="count ${count > 0 && look}" href="${hrefOf(visit, moment, name === '' ? {} : { status: name })}"${name === status && html` aria-current="true"`}><strong>${counted(speech, count)}</strong> ${label}</a></li>`
  return html`<section aria-labelledby="counts"><h2 id="counts">${words.byStatus}</h2><ul class="counts">${one('', words.all, all, '')}${STATUSES.map((name) => one(name, speech.words.status[name], register.counts[name] ?? 0, name))}</ul></section>`
}

function list(visit: Visit, { register, lines, status, moment }: RegisterView): Html {
  const { words, speech } = visit
  const more =
    register.next !== undefined &&
    html`<p class="walk"><a href="${hrefOf(visit, moment, { ...(status !== '' && { status }), before: String(register.next) })}">${speech.words.more}</a></p>`
  return html`<section aria-labelledby="certificates"><h2 id="certificates">${words.certificates}</h2>${
    lines.length === 0
      ? html`<p class="soft">${words.noCertificates}</p>`
      : html`<ul class="list">${lines.map(({ id, state }) =>
          state.status === 'issued'
            ? html`<li><a href="${hrefOf(visit, moment, {}, `/${id}`)}">${speech.say(state.content.title)}</a> ${badge(speech, verdictAt(verdicts(state), moment.day).status)}<br><small><span class="id">${id}</span> · ${recipientOf(visit, state.content.recipient)}</small></li>`
            : html`<li>${id}</li>`,
        )}</ul>`
  }${more}</section>`
}

type Recipient =
  | { readonly type: 'organization'; readonly nameAsWritten: LocalizedText }
  | { readonly type: 'person' }

const recipientOf = ({ speech, words }: Visit, recipient: Recipient): Html =>
  recipient.type === 'organization' ? speech.say(recipient.nameAsWritten) : html`${words.aPerson}`

function changed(visit: Visit, { register, changes, moment }: RegisterView): Html {
  const { words, speech } = visit
  const { recorded } = register
  const all =
    recorded &&
    html`<p class="walk"><a href="/desk/events?after=${recorded.before}&amp;lang=${speech.language}">${filledIn(words.allOfDay, counted(speech, recorded.events))}</a></p>`
  return html`<section aria-labelledby="changed"><h2 id="changed">${words.changed} ${speech.day(moment.day)}</h2>${changes.length === 0 ? html`<p class="soft">${words.nothingChanged}</p>` : eventList(visit, changes)}${all}</section>`
}

const eventList = ({ speech }: Visit, events: readonly RecordedEvent[]): Html =>
  html`<ol class="events">${events.map(
    (event) =>
      html`<li>${link(speech, eventPath(event), eventName(speech, event.type))}<br><small>${event.stream} · ${speech.instant(event.metadata.recordedAt)} · ${event.metadata.actor}</small></li>`,
  )}</ol>`

/** A certificate as the log held it at a moment: replayed from its own events. */
export function certificateThen(
  visit: Visit,
  id: string,
  moment: Moment,
  { state, until, later }: ReplayedCertificate,
): Html {
  const { words, speech } = visit
  const section = (name: string, title: string, body: Html) =>
    html`<section aria-labelledby="${name}"><h2 id="${name}">${title}</h2>${body}</section>`
  const verdict = state.status === 'issued' ? verdictAt(verdicts(state), moment.day) : undefined
  return html`<p class="title">${words.knownBy} ${speech.instant(moment.known)}</p><p class="walk"><a href="${hrefOf(visit, moment, {})}">${words.registerThen}</a> ${link(speech, `/c/${id}`, words.certificateNow)}</p>${
    state.status === 'issued' && verdict
      ? html`${rows([
          [
            words.statusThen,
            html`${badge(speech, verdict.status)}${verdict.reason && html`<br><bdi>${verdict.reason}</bdi>`}`,
          ],
          [words.certificate, speech.sayAll(state.content.title)],
          [words.recipient, recipientOf(visit, state.content.recipient)],
          [speech.words.issuedOn, speech.day(state.content.issuedOn)],
          [speech.words.serial, state.content.serialNumber],
        ])}<details><summary>JSON</summary><pre tabindex="0">${JSON.stringify(certificateDocument(id, state), undefined, 2)}</pre></details>`
      : html`<p class="note">${words.notKnownThen}</p>`
  }${section('until', words.untilThen, until.length === 0 ? html`<p class="soft">${words.nothing}</p>` : eventList(visit, until))}${later.length > 0 && section('later', words.afterThen, eventList(visit, later))}`
}
