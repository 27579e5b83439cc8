import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../commands/command.ts'
import type { Registry } from '../../registry.ts'
import { actorOfKey } from '../auth.ts'
import { ProblemError } from '../problem.ts'
import { html, type Html } from '../pages/html.ts'
import { sendPage } from '../pages/layout.ts'
import { type Speech, speechOf } from '../pages/speech.ts'
import { form } from './forms.ts'
import { COOKIE, isOurs, type Seated, seated } from './gate.ts'
import { oidcWords } from './oidc-words.ts'
import type { Provider } from './provider.ts'
import type { DeskSessions } from './sessions.ts'
import { DESK_SCRIPT } from './script.ts'
import { textsOf } from './typed.ts'
import { DESK_WORDS } from './words.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where people may sign in at the desk by OpenID Connect. */
    deskProvider: Provider | undefined
  }
}

const SIGN_INS_A_MINUTE = 10
/** The route option for whatever begins or ends a sign-in: guessing is slow. */
export const SIGN_IN_LIMIT = { config: { rateLimit: { max: SIGN_INS_A_MINUTE, timeWindow: 60_000 } } }

/** Sends a page of the desk; `isHelped` by its small script, where a form gains by it. */
export function sendDesk(
  request: FastifyRequest,
  reply: FastifyReply,
  speech: Speech,
  body: Html,
  status = 200,
  isHelped = false,
): FastifyReply {
  const title = speech.words.desk
  const script = isHelped ? DESK_SCRIPT.path : undefined
  return sendPage(request, reply, speech, { title, body: html`<h1>${title}</h1>${body}`, status, script })
}

/** Asks to sign in, and says why it asks again. */
export function askToSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  said?: string,
  status = 200,
): FastifyReply {
  const speech = speechOf(request)
  return sendDesk(request, reply, speech, signInForms(speech, request.server.deskProvider, said), status)
}

/** The ways to sign in: at the provider where there is one, and with an access key. */
export function signInForms(speech: Speech, provider: Provider | undefined, said?: Html | string): Html {
  const words = DESK_WORDS[speech.language]
  const asked = form({
    action: '/desk/sign-in',
    submit: words.signIn,
    fields: [{ name: 'key', label: words.key, type: 'password', required: true, hint: words.keyHint }],
    hidden: { lang: speech.language },
    again: words.again,
  })
  const ways = provider ? bothWays(speech, provider, asked) : asked
  return html`${said && html`<p class="note" role="alert">${said}</p>`}${ways}`
}

/** A link and no form leads to the provider: the policy of our pages lets no form lead to another house. */
function bothWays(speech: Speech, provider: Provider, withKey: Html): Html {
  const { signInWith, orKey } = oidcWords(speech.language, provider)
  return html`<section><a class="button" href="/desk/oidc?lang=${speech.language}" rel="nofollow">${signInWith}</a></section><section><h2>${orKey}</h2>${withKey}</section>`
}

/** Answers a form of nobody who is signed in: it came from elsewhere, or too late. Nothing of it is recorded. */
export const refuseForm = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  askToSignIn(request, reply, DESK_WORDS[speechOf(request).language].expired, 403)

/** Signing in with an access key, and out. */
export const signingIn: FastifyPluginAsync<{
  registry: Registry
  sessions: DeskSessions
  /** Whether the cookie goes over TLS alone. */
  secure: boolean
}> = async (app, { registry, sessions, secure }) => {
  app.post('/sign-in', { schema: { hide: true }, ...SIGN_IN_LIMIT }, (request, reply) => {
    const speech = speechOf(request)
    const words = DESK_WORDS[speech.language]
    const { key = '' } = textsOf(request.body)
    let actor: Actor
    try {
      actor = actorOfKey(registry, key.trim())
    } catch (error) {
      if (error instanceof ProblemError) return askToSignIn(request, reply, words.keyRefused, 401)
      throw error
    }
    const secret = sessions.open(actor.name.slice(actor.name.indexOf('/') + 1))
    return reply
      .setCookie(COOKIE, secret, { path: '/desk', httpOnly: true, sameSite: 'strict', secure })
      .redirect(`${actor.role === 'auditor' ? '/desk/events' : '/desk/'}?lang=${speech.language}`, 303)
  })

  app.post('/sign-out', { schema: { hide: true } }, (request, reply) => {
    const who = seated(registry, sessions, request)
    if (who && isOurs(request, who)) sessions.close(request.cookies[COOKIE])
    const next = who?.session.byProvider ? '/desk/oidc/signed-out' : '/desk/'
    return reply
      .clearCookie(COOKIE, { path: '/desk' })
      .redirect(`${next}?lang=${speechOf(request).language}`, 303)
  })
}

/** Who is signed in, and the way out. */
export function deskHead({ language }: Speech, { actor, session }: Seated): Html {
  const words = DESK_WORDS[language]
  return html`<form class="row" action="/desk/sign-out" method="post"><span>${words.signedInAs} <strong>${actor.name}</strong></span><input type="hidden" name="csrf" value="${session.csrf}"><input type="hidden" name="lang" value="${language}"><button class="quiet">${words.signOut}</button></form>`
}
