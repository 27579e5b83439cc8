import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

/** A person at the provider. Name and address stand in the ID token, where the registry must leave them. */
export const PERSON = { name: 'Сыдыкова Айпери', email: 'aiperi@accounts.test' }
export const CLIENT = { id: 'registry', secret: 'a secret with spaces & signs: %+' }

/** Answers a request in the provider's place; false leaves it to the provider. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean

/** A real OpenID provider on a port of its own. `claims` holds what the claim `registry_key` says of each account. */
export async function openProvider(callback: string) {
  const claims = new Map<string, unknown>()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const provider = await providerAt(issuer, callback, claims)
  const handle = provider.callback()
  const held: { intercept: Intercept } = { intercept: () => false }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (held.intercept(request, response)) return
    const [, uid] = /^\/interaction\/([\w-]+)$/.exec(request.url ?? '') ?? []
    if (uid === undefined) void handle(request, response)
    else void interact(provider, request, response)
  })
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { issuer, claims, held, close }
}

async function providerAt(issuer: string, callback: string, claims: ReadonlyMap<string, unknown>) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callback] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['of this test alone'] },
    claims: { openid: ['sub', 'registry_key', 'name', 'email'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, registry_key: claims.get(accountId), ...PERSON }),
    }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
  })
}

const PAGE = `<!doctype html><html lang="en"><title>Provider</title><form method="post">
<input name="account" aria-label="Account"><button name="say" value="yes">Sign in</button><button name="say" value="no">Refuse</button></form>`

/** Asks for the account's name; no password, it is nobody's. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html').end(PAGE)
    return
  }
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const said = new URLSearchParams(body)
  const result =
    said.get('say') === 'no'
      ? { error: 'access_denied', error_description: `${PERSON.name} said no` }
      : { login: { accountId: said.get('account') ?? '' } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

/** Walks the provider's pages as a browser without scripts does; answers the address that it sends the browser back to. */
export async function walk(address: string, answer: Record<string, string>): Promise<URL> {
  const { origin } = new URL(address)
  const jar = new Map<string, string>()
  let [next, init]: [string, RequestInit] = [address, {}]
  for (let step = 0; step < 10; step++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(next, { ...init, redirect: 'manual', headers: { cookie } })
    await response.body?.cancel()
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) {
      if (!next.includes('/interaction/')) throw new Error(`${next}: ${response.status}`)
      init = { method: 'POST', body: new URLSearchParams(answer) }
      continue
    }
    const led = new URL(location, next)
    if (led.origin !== origin) return led
    ;[next, init] = [led.href, {}]
  }
  throw new Error('the provider leads nowhere')
}
