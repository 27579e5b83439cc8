import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { readConfig } from '../../src/cli/config.ts'
import { networkOf } from '../../src/http/rate-limits.ts'
import { buildServer, type ServerOptions } from '../../src/http/server.ts'
import { LogUnavailableError } from '../../src/log/event-log.ts'
import { PersonalStoreUnavailableError } from '../../src/personal/personal-store.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'

/** What stands around the routes: the reference page, limits, listeners, and stores that are away. */
async function server(options: Partial<ServerOptions> = {}) {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  await must(rig.run('issuer.register', undefined, { id: 'registry', name: { en: 'Registry' } }))
  const key = (await must(rig.run('issuer.grant-key', 'registry', { role: 'registrar' }))).extra?.key ?? ''
  const app = await buildServer(rig.registry, {
    logger: false,
    version: 'test',
    limits: { perKey: 1e9, perAddress: 1e9 },
    ...options,
  })
  const close = async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  }
  const headers = { authorization: `Bearer ${key}` }
  return { ...rig, app, headers, close }
}

void t.test('the reference page works over plain HTTP, and on a telephone', async (t) => {
  const { app, close } = await server()
  t.teardown(close)
  const { headers, body } = await app.inject({ url: '/docs/' })
  const policy = String(headers['content-security-policy'])
  t.notMatch(policy, 'upgrade-insecure-requests', 'which breaks it where there is no TLS')
  t.match(policy, /script-src 'self';/, 'no inline script')
  t.notMatch(policy, /unsafe|https?:|\*/)
  for (const [, url = ''] of body.matchAll(/(?:src|href)="\.(\/[^"]+)"/g))
    t.equal((await app.inject({ url: `/docs${url}` })).statusCode, 200, url)
  t.match((await app.inject({ url: '/docs/static/theme/viewport.js' })).body, /device-width/)
})

void t.test('PUBLIC_URL is where the OpenAPI document says that the registry is', async (t) => {
  const { PUBLIC_URL } = readConfig({ PUBLIC_URL: 'https://registry.example.org/' })
  t.equal(PUBLIC_URL, 'https://registry.example.org', 'paths can follow it')
  for (const wrong of ['registry.example.org', 'ftp://x', 'https://u:p@x', 'https://x?y', ''])
    t.throws(() => readConfig({ PUBLIC_URL: wrong }), { message: /^PUBLIC_URL / }, wrong)
  const { app, close } = await server({ publicUrl: PUBLIC_URL })
  t.teardown(close)
  t.same((await app.inject({ url: '/openapi.json' })).json().servers, [{ url: PUBLIC_URL }])
  const policy = (await app.inject({ url: '/docs/' })).headers['content-security-policy']
  t.match(policy, /connect-src 'self' https:\/\/registry\.example\.org;/)
})

void t.test('of one IPv6 network all addresses share a limit', async (t) => {
  t.equal(networkOf('203.0.113.9'), '203.0.113.9')
  t.equal(networkOf('::ffff:203.0.113.9'), '203.0.113.9')
  t.equal(networkOf('2001:db8:1:2::1'), networkOf('2001:0DB8:1:2:ffff:ffff:ffff:ffff'))
  t.not(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'))
  t.equal(networkOf('2001:db8::1:0:0:1'), '2001:db8:0:0::/64')
  t.equal(networkOf('::1'), '0:0:0:0::/64')
  t.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  const { app, close } = await server({ limits: { perKey: 9, perAddress: 2 } })
  t.teardown(close)
  const ask = async (remoteAddress: string) =>
    (await app.inject({ url: '/api/v1/statistics', remoteAddress })).statusCode
  const asked = [await ask('2001:db8::1'), await ask('2001:db8::2'), await ask('2001:db8::3')]
  t.same(asked, [200, 200, 429])
  t.equal(await ask('2001:db8:0:1::1'), 200, 'the next network has its own')
})

void t.test('a place that cannot be read is named where it stood', async (t) => {
  const { app, headers, close } = await server()
  t.teardown(close)
  const live = async (query: string, more: object) =>
    (await app.inject({ url: `/api/v1/events/live${query}`, headers: { ...headers, ...more } })).json()
  t.match(await live('', { 'last-event-id': 'x' }), { errors: [{ pointer: '/last-event-id' }] })
  t.match(await live('?after=x', {}), { errors: [{ pointer: '/after' }] })
})

void t.test(
  'a live stream without news says that it is alive; there are a hundred and no more',
  async (t) => {
    const { app, headers, close } = await server({ heartbeatMs: 30 })
    t.teardown(close)
    const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/api/v1/events/live`
    const leave = new AbortController()
    const listen = () => fetch(url, { headers, signal: leave.signal })
    let text = ''
    for await (const chunk of (await listen()).body ?? []) {
      text += new TextDecoder().decode(chunk)
      if (text.split(': alive\n\n').length > 2) break
    }
    t.match(text, /^: following\n\n(: alive\n\n)+$/)
    const all = await Promise.all(Array.from({ length: 103 }, listen))
    const refused = all.filter(({ status }) => status === 503)
    t.equal(refused.length, 3, 'also of those that come at once')
    t.match(await refused[0]?.json(), { type: '/problems/too-many-listeners' })
    leave.abort()
    let status = 503
    for (let n = 0; n < 200 && status !== 200; n++) {
      await sleep(10)
      const again = await fetch(url, { headers })
      status = again.status
      await again.body?.cancel()
    }
    t.equal(status, 200, 'who leaves makes room')
  },
)

void t.test(
  'while the log or the personal store is away, writes are refused with 503 and reads go on',
  async (t) => {
    const { app, headers, registry, run, close } = await server()
    t.teardown(close)
    const { id } = await must(run('certificate.issue', undefined, certificate))
    const post = (url: string, payload: object) =>
      app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload })
    const accept = () =>
      post(`/certificates/${id}/acceptance`, {
        person: { name: { ky: 'Муктаров Т.К.' } },
        acceptedOn: '2024-11-07',
      })
    const register = () => post('/organizations', { id: 'new', name: { en: 'New' } })
    const read = async () => (await app.inject({ url: `/api/v1/certificates/${id}` })).statusCode
    const put = registry.personal.put.bind(registry.personal)
    registry.personal.put = () => Promise.reject(new PersonalStoreUnavailableError('away'))
    const withoutStore = await accept()
    t.match(withoutStore.json(), { type: '/problems/personal-store-unavailable', status: 503 })
    t.ok(Number(withoutStore.headers['retry-after']) > 0)
    t.equal((await register()).statusCode, 201, 'what names no person is recorded')
    t.equal(await read(), 200)
    registry.personal.put = put
    t.match((await accept()).json(), { id }, 'and once it is back, persons too')
    const append = registry.log.append.bind(registry.log)
    const head = registry.log.head.bind(registry.log)
    const away = () => Promise.reject(new LogUnavailableError('away'))
    Object.assign(registry.log, { append: away, head: away })
    const withoutLog = await post('/organizations', { id: 'newer', name: { en: 'Newer' } })
    t.match(withoutLog.json(), { type: '/problems/log-unavailable', status: 503 })
    t.ok(Number(withoutLog.headers['retry-after']) > 0)
    t.notMatch(withoutLog.body, 'away', 'nothing internal is told')
    t.equal(await read(), 200)
    const ready = await app.inject({ url: '/health/ready' })
    t.equal(ready.statusCode, 503)
    t.match(ready.json(), { status: 'not-ready', writes: { ready: false } })
    Object.assign(registry.log, { append, head })
    t.equal((await app.inject({ url: '/health/ready' })).statusCode, 200)
  },
)

void t.test('an event that cannot be read stops the projector, and health says which', async (t) => {
  const { app, headers, registry, faults, close } = await server()
  t.teardown(close)
  const [first] = (await registry.log.readStream('organization-fund')).events
  if (first === undefined) throw new Error('no event')
  const { metadata } = first
  const id = '0f0e0d0c-0000-4000-8000-000000000001'
  const unknown = { id, type: 'FundPainted', data: { colour: 'red' }, metadata }
  const at = await registry.log.append('organization-fund', 0n, [unknown])
  if (at.kind !== 'appended') throw new Error('not appended')
  for (let n = 0; n < 200 && registry.projector.health().status !== 'stopped'; n++) await sleep(10)
  const ready = await app.inject({ url: '/health/ready' })
  t.equal(ready.statusCode, 503)
  const { status, reads } = ready.json()
  t.match({ status, reads }, { status: 'not-ready', reads: { ready: false, projector: 'stopped' } })
  t.match(reads.fault, 'FundPainted', 'the type')
  t.match(reads.fault, String(at.position.commit), 'and where it stands')
  t.equal((await app.inject({ url: '/health/ready/reads' })).statusCode, 503)
  t.equal((await app.inject({ url: '/health/live' })).statusCode, 200, 'a restart would not help')
  t.equal(faults.length, 1)
  const payload = { id: 'new', name: { en: 'New' } }
  const posted = await app.inject({ method: 'POST', url: '/api/v1/organizations', headers, payload })
  t.match({ code: posted.statusCode, ...posted.json() }, { code: 201, visible: false })
})
