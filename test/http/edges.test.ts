import { request as ask } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { buildServer, closeWithin } from '../../src/http/server.ts'
import { testSeed } from '../support/random.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'

const NO_LIMITS = { perKey: 1e9, perAddress: 1e9 }

async function server(limits = NO_LIMITS) {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  await must(rig.run('issuer.register', undefined, { id: 'registry', name: { en: 'Registry' } }))
  const grant = async (issuer: string, role: string) =>
    (await must(rig.run('issuer.grant-key', issuer, { role }))).extra?.key ?? ''
  const keys = {
    registrar: await grant('registry', 'registrar'),
    auditor: await grant('registry', 'auditor'),
    issuer: await grant('council', 'issuer'),
  }
  const app = await buildServer(rig.registry, { logger: false, version: 'test', limits })
  const close = async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  }
  return { ...rig, app, keys, close }
}

void t.test('probes are answered where an address has asked too often', async (t) => {
  const { app, close } = await server({ perKey: 5, perAddress: 2 })
  t.teardown(close)
  const status = async (url: string) => (await app.inject({ url })).statusCode
  for (let n = 0; n < 3; n++) await status('/api/v1/statistics')
  t.equal(await status('/api/v1/statistics'), 429)
  for (const url of ['/health/live', '/health/ready', '/metrics']) t.equal(await status(url), 200, url)
})

void t.test('a pointer escapes what its member is called, and the list of errors ends', async (t) => {
  const { app, keys, close } = await server()
  t.teardown(close)
  const headers = { authorization: `Bearer ${keys.registrar}` }
  const post = (payload: object) =>
    app.inject({ method: 'POST', url: '/api/v1/organizations', headers, payload })
  const valid = { id: 'x', name: { en: 'X' } }
  t.match((await post({ ...valid, 'a/b~c': 1 })).json(), { errors: [{ pointer: '/a~1b~0c' }] })
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, n]))
  t.equal((await post({ ...valid, ...many })).json().errors.length, 50)
})

void t.test('no role and no query makes a read fail', async (t) => {
  const { app, keys, run, close } = await server()
  t.teardown(close)
  const { id } = await must(run('certificate.issue', undefined, certificate))
  const paths = ['/certificates', `/certificates/${id}`, `/certificates/${id}/timeline`, '/organizations']
  paths.push('/organizations/fund', '/sessions', '/issuers/council', '/search', '/events', '/statistics')
  const names = ['q', 'limit', 'cursor', 'at', 'known', 'after', 'kind', 'since', 'until', 'stream', 'colour']
  const seed = testSeed()
  t.comment(`SEED=${seed}`)
  const property = fc.asyncProperty(
    fc.constantFrom(...paths),
    fc.constantFrom(undefined, 'crk_none_x', ...Object.values(keys)),
    fc.constantFrom('GET' as const, 'HEAD' as const),
    fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.string(), fc.constantFrom('2024-01-01', '1', 'fund')),
    ),
    async (path, key, method, query) => {
      const url = `/api/v1${path}?${new URLSearchParams(query).toString()}`
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
      const { statusCode, body } = await app.inject({ method, url, headers })
      if (statusCode >= 500) throw new Error(`${method} ${url}: ${body}`)
    },
  )
  await t.resolves(fc.assert(property, { seed, numRuns: 1_000 }))
})

void t.test('a history that is not read is not fetched', async (t) => {
  const { app, keys, registry, close } = await server()
  t.teardown(close)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const event = {
    type: 'Filling',
    data: { text: 'x'.repeat(50_000) },
    metadata: {
      recordedAt: '2026-01-15T10:00:00.000Z',
      actor: 't',
      correlationId: 't',
      causationId: 't',
      schemaVersion: '1',
    },
  }
  const one = await registry.log.readStream('organization-fund')
  const template = one.events[0]
  if (!template) throw new Error('no event')
  let handed = 0
  registry.log.readAll = async function* (_after, options) {
    for (let batch = 0; batch < 1_000 && !options?.signal?.aborted; batch++) {
      handed++
      yield Array.from({ length: 10 }, () => ({ ...template, ...event }))
    }
  }
  const headers = { authorization: `Bearer ${keys.auditor}` }
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    ask(`${url}/api/v1/events`, { headers }, resolve).on('error', reject).end()
  })
  response.once('readable', () => undefined)
  await sleep(1_000)
  const before = handed
  t.ok(before < 100, `${before} batches of 1000 were fetched for nobody`)
  await sleep(300)
  t.equal(handed, before, 'and no more while it is not read')
  response.destroy()
  await sleep(300)
  t.ok(handed <= before + 2, 'who leaves is not read for')
})

void t.test('a request in flight when the server stops is answered', async (t) => {
  const { app, keys, registry, close } = await server()
  t.teardown(close)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
  const run = registry.run.bind(registry)
  registry.run = async (...given) => {
    enter()
    await sleep(300)
    return run(...given)
  }
  const answer = fetch(`${url}/api/v1/organizations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.registrar}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'late', name: { en: 'Late' } }),
  })
  await entered
  const started = performance.now()
  await closeWithin(app, 9_000)
  const { status } = await answer
  t.equal(status, 201)
  t.ok(performance.now() - started < 5_000)
  await t.rejects(fetch(`${url}/health/live`), 'nobody listens any more')
})

void t.test('a URL that cannot be read has a problem of its own', async (t) => {
  const { app, close } = await server({ perKey: 5, perAddress: 4 })
  t.teardown(close)
  const get = async (url: string) => (await app.inject({ url })).json()
  t.match(await get('/api/v1/certificates/%zz'), { type: '/problems/malformed-url', status: 400 })
  t.match(await get(`/api/v1/certificates/${'a'.repeat(300)}`), {
    type: '/problems/url-too-long',
    status: 414,
  })
  for (let n = 0; n < 4; n++) t.match(await get('/nowhere'), { type: '/problems/not-found' })
  t.match(await get('/nowhere'), { type: '/problems/too-many-requests' })
})

void t.test('instants may have an offset, and a second holds its milliseconds', async (t) => {
  const { app, keys, run, close } = await server()
  t.teardown(close)
  const { id } = await must(run('certificate.issue', undefined, certificate))
  const headers = { authorization: `Bearer ${keys.auditor}` }
  const events = async (query: string) => (await app.inject({ url: `/api/v1/events?${query}`, headers })).body
  const since = encodeURIComponent('2026-01-15T16:00:00+06:00')
  t.match(await events(`since=${since}&stream=award-${id}`), /AwardIssued/)
  t.equal(await events(`until=2026-01-15T10:00:00Z&stream=award-${id}`), '')
  const known = encodeURIComponent('2026-01-16T00:00:00+06:00')
  t.equal((await app.inject({ url: `/api/v1/certificates/${id}?known=${known}` })).statusCode, 200)
})

void t.test('a history that a stop cuts off does not look whole', async (t) => {
  const { app, keys, registry, close } = await server()
  t.teardown(close)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const [event] = (await registry.log.readStream('organization-fund')).events
  if (!event) throw new Error('no event')
  registry.log.readAll = async function* (_after, options) {
    while (!options?.signal?.aborted) {
      yield [event]
      await sleep(20)
    }
  }
  const response = await fetch(`${url}/api/v1/events`, {
    headers: { authorization: `Bearer ${keys.auditor}` },
  })
  const read = response.text()
  const rejected = t.rejects(read)
  await sleep(100)
  await closeWithin(app, 5_000)
  await rejected
})

void t.test('conflicts that the registry tells are counted', async (t) => {
  const { registry, close } = await server()
  t.teardown(close)
  const told = { conflicted: () => {} }
  const app = await buildServer(registry, { logger: false, version: 'test', limits: NO_LIMITS, told })
  told.conflicted()
  t.match((await app.inject({ url: '/metrics' })).body, /registry_append_conflicts_total 1\n/)
  await app.close()
})
