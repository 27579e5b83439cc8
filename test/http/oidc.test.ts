import type { ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { pino } from 'pino'
import t from 'tap'
import { providerOf, readConfig } from '../../src/cli/config.ts'
import { buildServer } from '../../src/http/server.ts'
import { CLIENT, openProvider, PERSON, walk } from '../support/oidc-provider.ts'
import { filesWith, must, openTestRegistry, withCouncil } from '../support/registry.ts'

const PUBLIC_URL = 'http://localhost:1'
const WHOLE = {
  OIDC_ISSUER: 'https://accounts.example.org',
  OIDC_CLIENT_ID: 'registry',
  OIDC_CLIENT_SECRET: 'secret',
  PUBLIC_URL: 'https://registry.example.org',
}

/** A registry, a real provider, and what a browser does between the two. */
async function rig() {
  const registry = await openTestRegistry()
  await withCouncil(registry)
  const provider = await openProvider(`${PUBLIC_URL}/desk/oidc/callback`)
  const lines: string[] = []
  const app = await buildServer(registry.registry, {
    logger: pino({}, { write: (text: string) => void lines.push(text) }),
    version: 'test',
    publicUrl: PUBLIC_URL,
    limits: { perKey: 1e9, perAddress: 1e9 },
    oidc: {
      issuer: provider.issuer,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      keyClaim: 'registry_key',
    },
  })
  const grant = async (more: object = {}) => {
    const granted = await must(registry.run('issuer.grant-key', 'council', { role: 'issuer', ...more }))
    return /(?<=crk_)[^_]+/.exec(granted.extra?.key ?? '')?.[0] ?? ''
  }
  let host = 0
  /** Each request from an address of its own: how many one address may make is tested apart. */
  const get = (url: string, browser = '', language = 'en') =>
    app.inject({
      url,
      remoteAddress: `10.0.${host >> 8}.${host++ & 255}`,
      headers: { 'accept-language': language, accept: 'text/html' },
      cookies: browser === '' ? {} : { 'desk-oidc': browser },
    })
  const begin = async (browser = '') => {
    const begun = await get('/desk/oidc?lang=ru', browser)
    const cookie = begun.cookies.find(({ name }) => name === 'desk-oidc')
    return { begun, cookie, browser: cookie?.value ?? '', address: String(begun.headers.location) }
  }
  const comeBack = ({ pathname, search }: URL, browser: string) => get(`${pathname}${search}`, browser)
  /** The whole way; answers what the registry said at its end. */
  const signIn = async (account: string) => {
    const { address, browser } = await begin()
    return comeBack(await walk(address, { account }), browser)
  }
  const close = async () => {
    await app.close()
    await registry.registry.close()
    registry.remove()
    await provider.close()
  }
  return { ...registry, ...provider, app, lines, grant, get, begin, comeBack, signIn, close }
}
type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof rig>>['get']>>

const sessionIn = ({ cookies }: Answer) => cookies.find(({ name }) => name === 'desk')
const noteIn = ({ body }: Answer) =>
  /<p class="note" role="alert">(?<said>.*?)<\/p>/.exec(body)?.groups?.['said']

void t.test('half a provider is refused at the start, by the name of what is missing', async (t) => {
  t.same(providerOf(readConfig(WHOLE)), {
    issuer: WHOLE.OIDC_ISSUER,
    clientId: 'registry',
    clientSecret: 'secret',
    keyClaim: 'registry_key',
  })
  t.equal(providerOf(readConfig({ ...WHOLE, OIDC_KEY_CLAIM: 'key' }))?.keyClaim, 'key')
  t.equal(providerOf(readConfig({ PUBLIC_URL: WHOLE.PUBLIC_URL })), undefined)
  for (const name of Object.keys(WHOLE))
    t.throws(() => readConfig({ ...WHOLE, [name]: undefined }), { message: new RegExp(`^${name} `) }, name)
  t.throws(() => readConfig({ OIDC_KEY_CLAIM: 'key' }), { message: /^OIDC_ISSUER / })
  for (const safe of ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:1/realm', 'https://a.b/c'])
    t.equal(readConfig({ ...WHOLE, OIDC_ISSUER: safe }).OIDC_ISSUER, safe)
  const unsafe = ['http://accounts.example.org', 'http://localhost.evil.org', 'https://u:p@a', 'https://a?b']
  for (const wrong of [...unsafe, 'https://a#b', 'a', '', 'https://a/.well-known/openid-configuration'])
    t.throws(() => readConfig({ ...WHOLE, OIDC_ISSUER: wrong }), { message: /^OIDC_ISSUER / }, wrong)
})

void t.test(
  'a person acts as the key that the provider names, and leaves no trace of who it was',
  async (t) => {
    const { app, claims, grant, begin, comeBack, lines, folder, close } = await rig()
    t.teardown(close)
    const keyId = await grant()
    claims.set('aiperi', keyId)
    const { begun, cookie, browser, address } = await begin()
    t.equal(begun.statusCode, 303)
    t.match(cookie, { httpOnly: true, sameSite: 'Lax', path: '/desk/oidc' })
    const asked = new URL(address).searchParams
    t.match(Object.fromEntries(asked), {
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid',
      ui_locales: 'ru',
      redirect_uri: `${PUBLIC_URL}/desk/oidc/callback`,
    })
    const back = await walk(address, { account: 'aiperi' })
    const done = await comeBack(back, browser)
    t.equal(done.statusCode, 200, 'a page and no redirect')
    t.equal(done.headers['refresh'], '0;url=/desk/?lang=ru', 'in the language of the beginning')
    t.equal(done.headers['cache-control'], 'no-store')
    const session = sessionIn(done)
    t.match(session, { httpOnly: true, sameSite: 'Strict', path: '/desk' })
    const desk = await app.inject({ url: '/desk/', cookies: { desk: session?.value ?? '' } })
    t.match(desk.body, `<strong>council/${keyId}</strong>`)
    const csrf = /name="csrf" value="(?<csrf>[^"]+)"/.exec(desk.body)?.groups?.['csrf'] ?? ''
    const out = await app.inject({
      method: 'POST',
      url: '/desk/sign-out',
      payload: `csrf=${csrf}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      cookies: { desk: session?.value ?? '' },
    })
    t.match(out.headers.location, /^\/desk\/oidc\/signed-out/)
    const left = await app.inject({ url: String(out.headers.location) })
    t.match(left.body, /href="http:\/\/127[^"]+\/session\/end\?client_id=registry"/, 'the way out there')
    const said = lines.join('')
    t.match(said, '/desk/oidc/callback')
    for (const trace of [PERSON.name, PERSON.email, 'aiperi', back.searchParams.get('code') ?? ''])
      t.notMatch(said, trace)
    t.same(filesWith(folder, [PERSON.name, PERSON.email, 'aiperi']), [])
  },
)

void t.test('nobody is signed in without one standing key', async (t) => {
  const { claims, grant, signIn, run, clock, close } = await rig()
  t.teardown(close)
  const [good, other, gone] = [await grant(), await grant(), await grant()]
  const old = await grant({ until: '2026-01-20' })
  await must(run('issuer.revoke-key', 'council', { keyId: gone, reason: 'Lost.' }))
  clock.now = Date.parse('2026-01-21T00:00:00Z')
  const cases: readonly (readonly [string, unknown, RegExp | undefined])[] = [
    ['none', undefined, /не называет/],
    ['no text', 7, /не называет/],
    ['an object', { id: good }, /не называет/],
    ['an empty list', [], /не называет/],
    ['unknown', 'nobodys', /неизвестен, отозван или просрочен/],
    ['revoked', gone, /неизвестен, отозван или просрочен/],
    ['expired', old, /неизвестен, отозван или просрочен/],
    ['two', [good, other], /несколько/],
    ['one of two stands', [gone, good], undefined],
    ['the same twice', [good, good], undefined],
  ]
  for (const [name, claim, said] of cases) {
    claims.set(name, claim)
    const answer = await signIn(name)
    t.equal(answer.statusCode, said === undefined ? 200 : 403, name)
    t.equal(sessionIn(answer) === undefined, said !== undefined, name)
    if (said) t.match(noteIn(answer), said, name)
  }
})

void t.test('a callback counts once, in its browser, for ten minutes, as the provider sent it', async (t) => {
  const { claims, grant, begin, comeBack, get, held, clock, lines, close } = await rig()
  t.teardown(close)
  claims.set('aiperi', await grant())
  const refused = (answer: Answer, said: RegExp, why: string) => {
    t.equal(answer.statusCode, 403, why)
    t.match(noteIn(answer), said, why)
    t.equal(sessionIn(answer), undefined, why)
  }
  /** A sign-in up to the address that the provider sends the browser to. */
  const ready = async (mend = (address: URL) => address) => {
    const { address, browser } = await begin()
    return { browser, back: await walk(mend(new URL(address)).href, { account: 'aiperi' }) }
  }
  const [LATE, UNTRUE] = [/начат не в этом браузере/, /ответил не на то/]

  const first = await ready()
  refused(await comeBack(first.back, ''), LATE, 'a browser that began nothing')
  refused(await comeBack(first.back, (await begin()).browser), LATE, 'another browser’s')
  t.equal(
    (await comeBack(first.back, first.browser)).statusCode,
    200,
    'which takes nothing from the right one',
  )
  let redeemed = 0
  held.intercept = ({ url }) => {
    if (url === '/token') redeemed++
    return false
  }
  refused(await comeBack(first.back, first.browser), LATE, 'a second time')
  t.equal(redeemed, 0, 'of which the provider hears nothing')

  const old = await ready()
  clock.now += 10 * 60_000 + 1_000
  refused(await comeBack(old.back, old.browser), LATE, 'too late')

  const changed = async (why: string, said: RegExp, change: (back: URLSearchParams) => void) => {
    const { back, browser } = await ready()
    change(back.searchParams)
    refused(await comeBack(back, browser), said, why)
  }
  await changed('another state', LATE, (back) => back.set('state', `${'x'.repeat(43)}.ru`))
  await changed('two states', /not begun in this browser/, (back) => back.append('state', 'x'))
  await changed('no state', /not begun in this browser/, (back) => back.delete('state'))
  await changed('another issuer', UNTRUE, (back) => back.set('iss', 'https://evil.example'))
  await changed('no issuer', UNTRUE, (back) => back.delete('iss'))
  await changed('a code that is none', LATE, (back) => back.set('code', 'guessed'))
  t.match(lines.join(''), '"fault":"OAUTH_INVALID_RESPONSE","why":"untrue"', 'the operator reads why')

  const a = await ready()
  const b = await begin(a.browser)
  t.equal(b.browser, a.browser, 'two tabs share a secret')
  a.back.searchParams.set('state', new URL(b.address).searchParams.get('state') ?? '')
  refused(await comeBack(a.back, a.browser), LATE, 'the code of another sign-in')

  const stranger = await ready((address) => {
    address.searchParams.set('nonce', 'somebody-elses')
    return address
  })
  refused(await comeBack(stranger.back, stranger.browser), UNTRUE, 'an ID token for somebody else’s request')

  const explained = await ready()
  held.intercept = ({ url }, response) => {
    if (url !== '/token') return false
    const error = { error: 'invalid_client', error_description: `${PERSON.name} may not` }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error))
    return true
  }
  refused(
    await comeBack(explained.back, explained.browser),
    UNTRUE,
    'a secret that the provider does not know',
  )
  t.match(lines.join(''), '"fault":"invalid_client"')

  const { address, browser } = await begin()
  const no = await walk(address, { say: 'no' })
  t.equal(no.searchParams.get('error'), 'access_denied')
  refused(await comeBack(no, browser), /прерван или отклонён/, 'the person said no')
  t.notMatch(lines.join(''), PERSON.name, 'not even in what the provider explains')
  refused(await get('/desk/oidc/callback'), /not begun in this browser/, 'nothing at all')
})

void t.test('a provider that is away is said to be, and hinders nobody else', async (t) => {
  const { claims, grant, begin, comeBack, held, signIn, get, close } = await rig()
  t.teardown(close)
  claims.set('aiperi', await grant())
  const away = (answer: Answer, why: string) => {
    t.equal(answer.statusCode, 503, why)
    t.match(noteIn(answer), /сейчас не отвечает/, why)
    t.ok(answer.headers['retry-after'], why)
    t.match(answer.body, 'name="key"', 'the other way in stands below')
  }
  const answers = (path: string, answer: (response: ServerResponse) => void) => {
    held.intercept = ({ url }, response) => {
      if (url?.startsWith(path) !== true) return false
      answer(response)
      return true
    }
  }
  const cases: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'an error': (response) => response.writeHead(500).end(),
    'another page': (response) => response.setHeader('content-type', 'text/html').end('Come back later'),
    'no answer': (response) => response.destroy(),
    silence: () => undefined,
  }
  for (const [name, answer] of Object.entries(cases)) {
    answers('/.well-known', answer)
    const from = performance.now()
    away((await begin()).begun, `metadata: ${name}`)
    t.ok(performance.now() - from < 15_000, 'nobody waits long')
  }
  answers('/.well-known', (response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(
        JSON.stringify({ issuer: 'https://evil.example', authorization_endpoint: 'https://evil.example' }),
      ),
  )
  t.equal((await begin()).begun.statusCode, 403, 'who calls itself something else is not asked')
  held.intercept = () => false
  t.equal((await signIn('aiperi')).statusCode, 200, 'once it is back, all is well')
  for (const [name, answer] of Object.entries(cases)) {
    const { address, browser } = await begin()
    const back = await walk(address, { account: 'aiperi' })
    answers('/token', answer)
    const answered = await comeBack(back, browser)
    away(answered, `token: ${name}`)
    t.equal(sessionIn(answered), undefined)
    held.intercept = () => false
  }
  t.equal((await get('/desk/')).statusCode, 200)
})

void t.test('an ID token that no key of the provider signed is worth nothing', async (t) => {
  const { claims, grant, held, signIn, close } = await rig()
  t.teardown(close)
  claims.set('aiperi', await grant())
  const { publicKey } = await generateKeyPair('RS256')
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig' }] })
  held.intercept = ({ url }, response) => {
    if (url !== '/jwks') return false
    response.setHeader('content-type', 'application/json').end(jwks)
    return true
  }
  const answer = await signIn('aiperi')
  t.equal(answer.statusCode, 403)
  t.match(noteIn(answer), /ответил не на то/)
  t.equal(sessionIn(answer), undefined)
})

void t.test('one address begins few sign-ins; without a provider there is no such way', async (t) => {
  const { app, close } = await rig()
  t.teardown(close)
  const statuses = async (url: string) => {
    const seen: number[] = []
    for (let n = 0; n < 11; n++) seen.push((await app.inject({ url })).statusCode)
    return [seen[0], seen[9], seen[10]]
  }
  t.same(await statuses('/desk/oidc'), [303, 303, 429])
  t.same(await statuses('/desk/oidc/callback?state=x'), [403, 403, 429])
  const bare = await openTestRegistry()
  const without = await buildServer(bare.registry, { logger: false, version: 'test' })
  t.teardown(async () => {
    await without.close()
    await bare.registry.close()
    bare.remove()
  })
  t.equal((await without.inject({ url: '/desk/oidc' })).statusCode, 404)
  t.notMatch((await without.inject({ url: '/desk/' })).body, 'oidc')
})
