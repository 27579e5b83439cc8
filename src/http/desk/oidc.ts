import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from '../../registry.ts'
import { actorOfKeyId } from '../auth.ts'
import { html, type Html } from '../pages/html.ts'
import { render, sendRendered } from '../pages/layout.ts'
import { link } from '../pages/parts.ts'
import { type Speech, speechIfAny, speechOf } from '../pages/speech.ts'
import { BegunSignIns, languageIn } from './begun.ts'
import { COOKIE } from './gate.ts'
import { oidcWords } from './oidc-words.ts'
import type { Provider } from './provider.ts'
import { NotSignedIn } from './provider-faults.ts'
import type { DeskSessions } from './sessions.ts'
import { signInForms, SIGN_IN_LIMIT } from './sign-in.ts'

const PATH = '/desk/oidc'
/** Holds the secret of a browser that signs in. It comes along from the provider's site, as `lax` says. */
const BROWSER = 'desk-oidc'
const RETRY_AFTER = 30

type Options = {
  registry: Registry
  sessions: DeskSessions
  provider: Provider
  /** Whether cookies go over TLS alone. */
  secure: boolean
}

/** Signing in at the desk by OpenID Connect: whoever comes back acts as the access key that the provider names for them. */
export const oidc: FastifyPluginAsync<Options> = async (app, { registry, sessions, provider, secure }) => {
  const signIns = new BegunSignIns(() => Date.parse(registry.now()))
  const options = { exposeHeadRoute: false, schema: { hide: true }, ...SIGN_IN_LIMIT }
  const cookie = { httpOnly: true, secure }

  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof NotSignedIn)) throw error
    return refuse(request, reply, provider, error)
  })

  app.get('/', options, async (request, reply) => {
    const begun = signIns.begin(speechOf(request).language, request.cookies[BROWSER])
    const address = await provider.addressFor(begun)
    return reply
      .setCookie(BROWSER, begun.browser, { ...cookie, path: PATH, sameSite: 'lax' })
      .header('cache-control', 'no-store')
      .redirect(address, 303)
  })

  app.get('/callback', options, async (request, reply) => {
    const begun = signIns.take(stateOf(request), request.cookies[BROWSER])
    if (begun === undefined) throw new NotSignedIn('late', 'no such sign-in')
    const query = new URL(request.url, 'http://localhost').search.slice(1)
    const keyId = theOneStanding(registry, await provider.keysIn(query, begun))
    const secret = sessions.open(keyId, true)
    reply.setCookie(COOKIE, secret, { ...cookie, path: '/desk', sameSite: 'strict' })
    return welcome(reply, speechFor(request), provider)
  })

  app.get('/signed-out', options, async (request, reply) => {
    const speech = speechOf(request)
    const words = oidcWords(speech.language, provider)
    const address = await provider.signOutAddress().catch(() => undefined)
    const said = html`${words.signedOut}${address !== undefined && html` <a href="${address}">${words.signOutThere}</a>`}`
    return send(reply, speech, signInForms(speech, provider, said), 200)
  })
}

function theOneStanding(registry: Registry, named: readonly string[]): string {
  const standing = named.filter((keyId) => actorOfKeyId(registry, keyId) !== undefined)
  const [keyId] = standing
  if (keyId === undefined) throw new NotSignedIn(named.length === 0 ? 'noKey' : 'badKey', 'no standing key')
  if (standing.length > 1) throw new NotSignedIn('manyKeys', 'several keys')
  return keyId
}

const stateOf = (request: FastifyRequest): string => {
  const { state } = request.query as { readonly state?: unknown }
  return typeof state === 'string' ? state : ''
}

const speechFor = (request: FastifyRequest): Speech =>
  speechIfAny(languageIn(stateOf(request))) ?? speechOf(request)

/**
 * Says that it is done and leads on. Not a redirect: the browser came here from the provider's site, and would send a cookie
 * that is `strict` along with no redirect of that journey. The page's own step is a journey of its own.
 */
function welcome(reply: FastifyReply, speech: Speech, provider: Provider): FastifyReply {
  const { signedIn } = oidcWords(speech.language, provider)
  const body = html`<p class="note good" role="status">${signedIn}</p><p>${link(speech, '/desk/', speech.words.desk)}</p>`
  return send(reply.header('refresh', `0;url=/desk/?lang=${speech.language}`), speech, body, 200)
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  provider: Provider,
  { why, message }: NotSignedIn,
): FastifyReply {
  if (why === 'away' || why === 'untrue')
    request.log.warn({ fault: message, why, reqId: request.id }, 'sign-in failed')
  if (why === 'away') reply.header('retry-after', RETRY_AFTER)
  const speech = speechFor(request)
  const said = oidcWords(speech.language, provider)[why]
  return send(reply, speech, signInForms(speech, provider, said), why === 'away' ? 503 : 403)
}

/** The links to the other languages lead to the desk: an answer of the provider can't be asked for twice. */
const send = (reply: FastifyReply, speech: Speech, body: Html, status: number): FastifyReply => {
  const title = speech.words.desk
  const page = render('/desk/', speech, { title, body: html`<h1>${title}</h1>${body}` })
  return sendRendered(reply, speech, page, status)
}
