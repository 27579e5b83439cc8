import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { listCertificates } from '../../queries/certificates.ts'
import type { Registry } from '../../registry.ts'
import type { TransparencyLog } from '../../tlog/transparency-log.ts'
import { html, type Html } from '../pages/html.ts'
import { awards } from '../pages/other-pages.ts'
import { link } from '../pages/parts.ts'
import { type Speech, speechOf } from '../pages/speech.ts'
import { certificateIdOf } from '../certificate-id.ts'
import { ProblemError } from '../problem.ts'
import { type Action, ACTIONS, actionFields, actionInput, isAction } from './actions.ts'
import { awardFields, awardInput } from './award-form.ts'
import { choicesOf } from './choices.ts'
import { events } from './events.ts'
import { type FieldError, form, type Typed } from './forms.ts'
import { isOurs, type Seated, seated } from './gate.ts'
import { record } from './record.ts'
import { DeskSessions } from './sessions.ts'
import { askToSignIn, deskHead, refuseForm, sendDesk, signingIn } from './sign-in.ts'
import { DESK_WORDS } from './words.ts'

const MAX_FORM = 64 * 1024
const schema = { hide: true } as const

/** A form that was sent and not recorded: what was typed, and what is wrong with it. */
type Tried = { readonly typed: Typed; readonly errors: readonly FieldError[] }

/** The issuer's desk: awards are recorded in forms that work without a script, by whoever signed in with an access key. */
export const desk: FastifyPluginAsync<{
  registry: Registry
  publicUrl?: string | undefined
  tlog?: TransparencyLog | undefined
}> = async (app, { registry, publicUrl, tlog }) => {
  await app.register(cookie)
  await app.register(formbody, { bodyLimit: MAX_FORM })
  const sessions = new DeskSessions()
  await app.register(events, { registry, sessions, tlog })
  await app.register(signingIn, { registry, sessions, secure: publicUrl?.startsWith('https:') ?? false })
  const who = (request: FastifyRequest) => seated(registry, sessions, request)

  app.get('/', { schema }, (request, reply) => {
    const here = who(request)
    if (!here) return askToSignIn(request, reply)
    const speech = speechOf(request)
    if (here.actor.role === 'auditor') return reply.redirect(`/desk/events?lang=${speech.language}`, 303)
    return sendDesk(request, reply, speech, overview(registry, speech, here))
  })

  app.get('/award', { schema }, (request, reply) => {
    const here = who(request)
    if (!here) return askToSignIn(request, reply)
    return sendDesk(request, reply, speechOf(request), awardPage(registry, speechOf(request), here))
  })

  app.post('/award', { schema }, async (request, reply) => {
    const here = who(request)
    if (!here || !isOurs(request, here)) return refuseForm(request, reply)
    const [speech, typed] = [speechOf(request), request.body as Typed]
    const input = awardInput(here.actor.issuerId, typed)
    const command = { name: 'certificate.issue', input, once: typed['once'] }
    const recorded = await record(registry, here.actor, command, request.id)
    if ('id' in recorded) return done(reply, recorded.id, speech)
    const tried = { typed, errors: recorded.errors }
    return sendDesk(request, reply, speech, awardPage(registry, speech, here, tried), 422)
  })

  app.get('/c/:id', { schema }, (request, reply) => {
    const here = who(request)
    if (!here) return askToSignIn(request, reply)
    const speech = speechOf(request)
    return sendDesk(
      request,
      reply,
      speech,
      actPage(speech, here, idIn(request), (request.query as Typed)['done']),
    )
  })

  app.post('/c/:id/:action', { schema }, async (request, reply) => {
    const here = who(request)
    if (!here || !isOurs(request, here)) return refuseForm(request, reply)
    const { action = '' } = request.params as Typed
    if (!isAction(action)) throw new ProblemError('not-found')
    const [speech, typed, id] = [speechOf(request), request.body as Typed, idIn(request)]
    const input = actionInput(action, typed, speech.language)
    const command = { name: `certificate.${action}`, id, input, once: typed['once'] }
    const recorded = await record(registry, here.actor, command, request.id)
    if ('id' in recorded) return done(reply, id, speech)
    const tried = { typed, errors: recorded.errors, action }
    return sendDesk(request, reply, speech, actPage(speech, here, id, undefined, tried), 422)
  })
}

const done = (reply: FastifyReply, id: string, { language }: Speech): FastifyReply =>
  reply.redirect(`/desk/c/${id}?done=1&lang=${language}`, 303)

const idIn = (request: FastifyRequest) => certificateIdOf((request.params as { id: string }).id)

function overview({ readModel, clock }: Registry, speech: Speech, here: Seated): Html {
  const words = DESK_WORDS[speech.language]
  const filter = here.actor.role === 'issuer' ? { issuer: here.actor.issuerId } : {}
  const page = { today: clock.now().slice(0, 10), limit: 50 }
  const { certificates } = listCertificates(readModel, filter, page)
  const list =
    certificates.length === 0
      ? html`<p class="soft">${words.none}</p>`
      : awards(speech, certificates, '/desk/c/')
  return html`${deskHead(speech, here)}<p>${link(speech, '/desk/award', words.record)}${here.actor.role === 'registrar' && html` · ${link(speech, '/desk/events', words.history)}`}</p><section><h2>${words.yours}</h2>${list}</section>`
}

function awardPage(registry: Registry, speech: Speech, here: Seated, tried?: Tried): Html {
  const words = DESK_WORDS[speech.language]
  const asked = form({
    action: '/desk/award',
    submit: words.record,
    fields: awardFields(words, choicesOf(registry.readModel, speech, here.actor.issuerId)),
    hidden: hidden(speech, here, tried),
    again: words.again,
    ...tried,
  })
  return html`${deskHead(speech, here)}<h2>${words.record}</h2>${asked}`
}

function actPage(
  speech: Speech,
  here: Seated,
  id: string,
  recorded?: string,
  tried?: Tried & { readonly action: Action },
): Html {
  const words = DESK_WORDS[speech.language]
  const forms = ACTIONS.map((action) => {
    const mine = tried?.action === action ? tried : undefined
    const asked = form({
      action: `/desk/c/${id}/${action}`,
      submit: words[action],
      fields: actionFields(action, words),
      hidden: hidden(speech, here, mine),
      again: words.again,
      ...(mine && { typed: mine.typed, errors: mine.errors }),
    })
    return html`<details${mine && html` open`}><summary>${words[action]}</summary>${asked}</details>`
  })
  return html`${deskHead(speech, here)}${recorded && html`<p class="note good" role="status">${words.recorded}</p>`}<p class="title"><span class="id">${id}</span></p><p>${link(speech, `/c/${id}`, words.publicPage)} · ${link(speech, '/desk/', speech.words.desk)}</p><section><h2>${words.act}</h2>${forms}</section>`
}

/** `once` makes a form that is sent twice record once; it stays while the form is being mended. */
const hidden = ({ language }: Speech, { session }: Seated, tried?: Tried): Typed => ({
  csrf: session.csrf,
  lang: language,
  once: tried?.typed['once'] ?? randomUUID(),
})
