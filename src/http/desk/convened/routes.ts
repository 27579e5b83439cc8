import type { FastifyPluginAsync } from 'fastify'
import { sessionFormat, undecidedItems, type ConvenedSession } from '../../../domain/session.ts'
import { currentIssuer } from '../../../queries/accreditation.ts'
import { listDocuments } from '../../../queries/documents.ts'
import { showPersons } from '../../../queries/persons.ts'
import type { Registry } from '../../../registry.ts'
import { encodeCursor } from '../../cursor.ts'
import { html, type Html } from '../../pages/html.ts'
import { link, more } from '../../pages/parts.ts'
import { type Choices, choicesOf, nearest, sessionOf } from '../awards/choices.ts'
import {
  creationRoutes,
  type Deed,
  deedForm,
  deedForms,
  deedRoutes,
  type ListAsked,
  type TriedDeed,
} from '../deeds.ts'
import type { Typed } from '../forms.ts'
import { deskHead } from '../sign-in.ts'
import { textFields } from '../text-fields.ts'
import { filled, textField, texts, textsIfAny } from '../typed.ts'
import type { DeskHouse, Visit } from '../visit.ts'
import { sessionDeeds } from './deeds.ts'
import { SESSION_WORDS } from './words.ts'

const MOST = 100

/** Sessions: convened, and what happens at them. */
export const sessionDesk: FastifyPluginAsync<{ house: DeskHouse }> = async (app, { house }) => {
  const { registry } = house
  const { readModel } = registry

  creationRoutes(app, house, {
    base: '/sessions',
    deed: (visit) => convening(registry, visit),
    page: (visit, asked) => listPage(registry, visit, asked),
  })

  const deeds = (visit: Visit, session: ConvenedSession, id: string) =>
    sessionDeeds(visit, session, {
      ...offered(registry, visit, id),
      names: namesOf(registry, visit, session),
    })
  deedRoutes<ConvenedSession>(app, house, {
    base: '/sessions',
    find: (id) => sessionOf(readModel, id),
    deeds,
    page: (visit, session, id, tried, isDone) =>
      sessionPage(visit, session, id, deeds(visit, session, id), tried, isDone),
  })
}

const offered = ({ readModel }: Registry, { speech, here }: Visit, id?: string): Choices =>
  choicesOf(readModel, speech, here.actor.issuerId, id)

/** Names of whoever took part, as far as they can be shown. */
function namesOf({ readModel }: Registry, { speech }: Visit, session: ConvenedSession) {
  const shown = showPersons(
    readModel,
    session.participants.map(({ person }) => person),
  )
  return new Map(
    shown.flatMap((one) =>
      one.state === 'shown' ? [[one.commitment, nearest(one.name, speech)] as const] : [],
    ),
  )
}

function listPage(registry: Registry, visit: Visit, { after, tried }: ListAsked): Html {
  const { here, speech, words } = visit
  const own = SESSION_WORDS[speech.language]
  const { documents, next } = listDocuments(registry.readModel, 'session', { limit: MOST, after })
  const list =
    documents.length === 0
      ? html`<p class="soft">${own.none}</p>`
      : html`<ul class="list">${documents.map(({ id, state }) => {
          const { convocation, status } = state as unknown as ConvenedSession
          return html`<li>${link(speech, `/desk/sessions/${id}`, html`${speech.words.session} ${convocation.number}`)}<br><small>${speech.day(convocation.startsOn)}${status === 'closed' && html` · ${own.closed}`}</small></li>`
        })}</ul>${more(speech, '/desk/sessions', { cursor: next && encodeCursor(next) })}`
  return html`${deskHead(speech, here)}<h2>${words.sessions}</h2>${list}<details${tried && html` open`}><summary>${own.convene}</summary>${deedForm(visit, '/desk/sessions', convening(registry, visit), tried)}</details>`
}

/** The form that convenes a session, of the body that the issuer acts for. */
function convening(registry: Registry, visit: Visit): Deed<undefined> {
  const { speech, words, here } = visit
  const own = SESSION_WORDS[speech.language]
  const { organizations } = offered(registry, visit)
  const issuer = currentIssuer(registry.readModel, here.actor.issuerId)
  const formats = sessionFormat.options.map((one) => [one, own[one]] as const)
  return {
    path: '',
    command: 'session.convene',
    label: own.convene,
    fields: [
      { name: 'id', label: own.id, required: true },
      { name: 'body', label: own.body, suggestions: organizations, finds: 'organization', required: true },
      { name: 'number', label: own.number, type: 'number', required: true },
      { name: 'startsOn', label: own.startsOn, type: 'date', required: true },
      { name: 'endsOn', label: own.endsOn, type: 'date', required: true },
      ...textFields(words, 'city', own.city),
      { name: 'country', label: own.country },
      { name: 'format', label: own.format, options: formats },
      ...textFields(words, 'title', own.title),
    ],
    typed: { body: (issuer.status === 'registered' && issuer.body) || '' },
    input: conveneInput,
    fieldOf: (pointer) => {
      const [, first = '', second, third] = pointer.split('/')
      if (first === 'title') return textField('title', second)
      if (first !== 'place') return first
      return second === 'country' ? 'country' : textField('city', third)
    },
  }
}

function conveneInput(typed: Typed): object {
  const { id, body, number, startsOn, endsOn, country, format } = filled(typed)
  const title = textsIfAny(typed, 'title')
  return {
    id,
    body,
    number: Number(number),
    startsOn,
    endsOn,
    place: { city: texts(typed, 'city'), ...(country !== undefined && { country }) },
    format,
    ...(title && { title }),
  }
}

function sessionPage(
  visit: Visit,
  session: ConvenedSession,
  id: string,
  deeds: readonly Deed<ConvenedSession>[],
  tried?: TriedDeed,
  isDone?: boolean,
): Html {
  const { here, speech, words } = visit
  const own = SESSION_WORDS[speech.language]
  const undecided = undecidedItems(session)
  return html`${deskHead(speech, here)}${isDone && html`<p class="note good" role="status">${words.recorded}</p>`}<h2>${speech.words.session} ${session.convocation.number}</h2><p>${speech.day(session.convocation.startsOn)} · ${link(speech, `/sessions/${id}`, own.publicPage)} · ${link(speech, '/desk/sessions', words.sessions)}</p>${session.status === 'closed' && html`<p class="note">${own.closed}</p>`}${undecided.length > 0 && html`<p>${own.undecided}: ${undecided.join(', ')}</p>`}<section>${deedForms(visit, `/desk/sessions/${id}`, deeds, tried)}</section>`
}
