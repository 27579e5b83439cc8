import type { ConvenedSession, FollowUp } from '../../domain/session.ts'
import type { LocalizedText } from '../../domain/text.ts'
import type { CertificateLine } from '../../queries/certificates.ts'
import type { ShownPerson } from '../../queries/persons.ts'
import { sessionName } from './basis.ts'
import { html, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { awards } from './other-pages.ts'
import { link, person, rows } from './parts.ts'
import type { Speech } from './speech.ts'

/** All that the page of a session shows. */
export type SessionView = {
  readonly id: string
  readonly state: ConvenedSession
  readonly persons: readonly ShownPerson[]
  readonly names: (organizationId: string) => LocalizedText | undefined
  readonly lines: readonly CertificateLine[]
}

/** A session: when and where, agenda with decisions, protocol and whom it went to, participants, awards. */
export function sessionPage(speech: Speech, view: SessionView): Page {
  const { words } = speech
  const { id, state, names, lines } = view
  const { convocation } = state
  const body = names(convocation.body) ?? { en: convocation.body }
  return {
    title: `${words.session} ${convocation.number}`,
    body: html`<h1>${sessionName(speech, { number: convocation.number, body })}</h1>${facts(speech, view)}
${agenda(speech, view)}${implementations(speech, view)}${participants(speech, view)}${alongside(speech, view)}
<section aria-labelledby="awards"><h2 id="awards">${words.awardsOfSession}</h2>${awards(speech, lines)}</section>
<p class="soft">${id}</p>`,
  }
}

function facts(speech: Speech, view: SessionView): Html {
  const { words, say, sayAll, day } = speech
  const { convocation, protocol, chair, distributions, closed } = view.state
  const { startsOn, endsOn, place, format, title } = convocation
  return rows([
    [words.title, title && sayAll(title)],
    [words.date, startsOn === endsOn ? day(startsOn) : html`${day(startsOn)} – ${day(endsOn)}`],
    [words.place, html`${say(place.city)}${place.country && html`, ${countryIn(speech, place.country)}`}`],
    [words.format, { 'in-person': words.inPerson, online: words.online, hybrid: words.hybrid }[format]],
    [
      words.chair,
      chair &&
        html`${who(speech, view, chair.person.commitment)}<small>${organization(speech, view, chair.organizationId)}</small>`,
    ],
    [
      words.protocol,
      protocol &&
        html`${protocol.number}, ${day(protocol.date)}<br><small>${words.lies}: ${placeOf(protocol.location)}<br>SHA-256 ${protocol.sha256}</small>`,
    ],
    [
      words.sentTo,
      distributions.length > 0 &&
        html`${distributions.map(({ to, on }) => html`<div>${to.map((one) => html`<span class="said">${recipient(speech, view, one)}</span>`)}<small>${day(on)}</small></div>`)}`,
    ],
    [words.closed, closed && day(closed.on)],
  ])
}

function agenda(speech: Speech, { state }: SessionView): Html | undefined {
  const { words, say, day } = speech
  const { agenda: items = [], decisions } = state
  if (items.length === 0) return undefined
  return html`<section aria-labelledby="agenda"><h2 id="agenda">${words.agenda}</h2><ol>${items.map(
    ({ number, title, followsUp }) => {
      const decision = decisions.find(({ item }) => item === number)
      return html`<li value="${number}">${say(title)}${followsUp && html`<br><small>${words.followsUp}: ${earlier(speech, followsUp)}</small>`}${decision && html`<br><small>${words.decision} ${decision.decisionNumber} ${decision.text && say(decision.text)} ${decision.takenOn && day(decision.takenOn)}</small>`}</li>`
    },
  )}</ol></section>`
}

function implementations(speech: Speech, { state }: SessionView): Html | undefined {
  const { words, say, day } = speech
  if (state.implementations.length === 0) return undefined
  const called = {
    implemented: words.implemented,
    'in-progress': words.inProgress,
    'not-implemented': words.notImplemented,
  }
  return html`<section aria-labelledby="carried"><h2 id="carried">${words.implementation}</h2><ul class="list">${state.implementations.map(
    ({ item, decisionNumber, followsUp, on, status, text }) =>
      html`<li>${item !== undefined && html`${words.agendaItem} ${item} `}${decisionNumber && html`${words.decision} ${decisionNumber} `}${followsUp && earlier(speech, followsUp)} <strong>${called[status]}</strong> <small>${day(on)}</small>${text && html`<br>${say(text)}`}</li>`,
  )}</ul></section>`
}

function participants(speech: Speech, view: SessionView): Html | undefined {
  const { words } = speech
  const took = view.state.participants
  if (took.length === 0) return undefined
  return html`<section aria-labelledby="participants"><h2 id="participants">${words.participants}</h2><ul class="list">${took.map(
    ({ person: { commitment }, organizationId, attendance }) =>
      html`<li>${who(speech, view, commitment)}<small>${organization(speech, view, organizationId)} · ${attendance === 'online' ? words.online : words.inPerson}</small></li>`,
  )}</ul></section>`
}

function alongside({ words, sayAll, day }: Speech, { state }: SessionView): Html | undefined {
  if (state.alongside.length === 0) return undefined
  return html`<section aria-labelledby="alongside"><h2 id="alongside">${words.alongside}</h2><ul class="list">${state.alongside.map(
    ({ title, day: on }) => html`<li>${sayAll(title)}${on && html`<small>${day(on)}</small>`}</li>`,
  )}</ul></section>`
}

/** A decision of an earlier session, with the way there where that session is recorded. */
function earlier(speech: Speech, { sessionId, sessionNumber, decisionNumber }: FollowUp): Html {
  const { words } = speech
  const session = html`${words.session} ${sessionNumber ?? sessionId}`
  return html`${(sessionId ?? sessionNumber) !== undefined && (sessionId === undefined ? session : link(speech, `/sessions/${sessionId}`, session))}${decisionNumber && html` ${words.decision} ${decisionNumber}`}`
}

const who = (speech: Speech, { persons }: SessionView, commitment: string): Html =>
  person(
    speech,
    persons.find((one) => one.commitment === commitment),
  )

const organization = (speech: Speech, { names }: SessionView, id: string | undefined): Html | undefined =>
  id === undefined ? undefined : link(speech, `/organizations/${id}`, speech.say(names(id) ?? { en: id }))

function recipient(
  speech: Speech,
  view: SessionView,
  to: ConvenedSession['distributions'][number]['to'][number],
): Html | undefined {
  if ('organizationId' in to) return organization(speech, view, to.organizationId)
  const found = view.state.participants.find(({ participantId }) => participantId === to.participantId)
  return found && who(speech, view, found.person.commitment)
}

/** An address of the web is a link, which vouches for nothing; any other place is said. */
const placeOf = (location: string): Html =>
  /^https?:\/\//.test(location)
    ? html`<a href="${location}" rel="nofollow noopener noreferrer">${location}</a>`
    : html`<bdi>${location}</bdi>`

/** A country by its name in the reader's language; by its code where it has none. */
const countryIn = ({ language }: Speech, country: string): string =>
  new Intl.DisplayNames(language, { type: 'region', fallback: 'code' }).of(country) ?? country
