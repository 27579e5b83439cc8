import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { newKey } from '../../src/commands/access-key.ts'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import { buildServer } from '../../src/http/server.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'

/** A server over a registry with a council, a fund and a key of each role. */
async function house() {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  await must(rig.run('issuer.register', undefined, { id: 'registry', name: { en: 'Registry' } }))
  await must(rig.run('issuer.register', undefined, { id: 'other', name: { en: 'Other' }, body: 'fund' }))
  const grant = async (issuer: string, role: string) => {
    const ran = await must(rig.run('issuer.grant-key', issuer, { role }))
    return ran.extra?.key ?? ''
  }
  const keys = {
    issuer: await grant('council', 'issuer'),
    other: await grant('other', 'issuer'),
    auditor: await grant('registry', 'auditor'),
    registrar: await grant('registry', 'registrar'),
  }
  const app = await buildServer(rig.registry, {
    logger: false,
    version: 'test',
    limits: { perKey: 1e9, perAddress: 1e9 },
  })
  const close = async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  }
  return { ...rig, app, keys, close }
}

const client = (app: FastifyInstance, key?: string) => {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return {
    post: async (url: string, payload: object | string, more: Record<string, string> = {}) => {
      const type = typeof payload === 'string' ? { 'content-type': 'application/json' } : {}
      const res = await app.inject({
        method: 'POST',
        url: `/api/v1${url}`,
        payload,
        headers: { ...headers, ...type, ...more },
      })
      return { status: res.statusCode, headers: res.headers, body: res.json() }
    },
    get: async (url: string, more: Record<string, string> = {}) => {
      const res = await app.inject({ method: 'GET', url, headers: { ...headers, ...more } })
      const json =
        String(res.headers['content-type']).includes('json') &&
        !String(res.headers['content-type']).includes('nd')
      return {
        status: res.statusCode,
        headers: res.headers,
        text: res.body,
        body: json && res.body !== '' ? res.json() : undefined,
      }
    },
  }
}

void t.test('issue, accept, verify, correct, revoke and replay over HTTP', async (t) => {
  const { app, keys, close } = await house()
  t.teardown(close)
  const issuer = client(app, keys.issuer)
  const issued = await issuer.post('/certificates', certificate, { 'idempotency-key': 'a' })
  t.match(issued, {
    status: 201,
    headers: { etag: '"0"' },
    body: { revision: '0', repeated: false, visible: true, state: { verdict: { status: 'valid' } } },
  })
  const { id } = issued.body
  t.equal(issued.headers.location, `/api/v1/certificates/${id}`)
  t.match(await issuer.post('/certificates', certificate, { 'idempotency-key': 'a' }), {
    status: 201,
    body: { id, repeated: true },
  })
  const acceptance = {
    person: { name: { ky: 'Муктаров Т.К.' } },
    acceptedOn: '2024-11-07',
    place: { en: 'Astana' },
  }
  t.match(await issuer.post(`/certificates/${id}/acceptance`, acceptance, { 'if-match': '"0"' }), {
    status: 200,
    headers: { etag: '"1"' },
  })
  const reader = client(app)
  const seen = await reader.get(`/api/v1/certificates/${id.toLowerCase().replaceAll('-', ' ')}`)
  t.match(seen, {
    status: 200,
    body: { verdict: { status: 'valid' }, persons: [{ name: { ky: 'Муктаров Т.К.' } }] },
  })
  t.match(seen.headers, { etag: '"1"', 'cache-control': 'no-store' })
  t.match(await reader.get('/api/v1/search?q=мухтаров'), { status: 200, body: { hits: [{ id }] } })
  const changes = [{ field: 'acceptance.person', after: { name: { ky: 'Мухтаров Т. К.' } } }]
  t.match(await issuer.post(`/certificates/${id}/corrections`, { changes, reason: 'spelling' }), {
    status: 200,
  })
  t.match(await issuer.post(`/certificates/${id}/revocation`, { from: '2025-01-01', reason: 'given up' }), {
    status: 200,
  })
  t.match(await reader.get(`/api/v1/certificates/${id}?at=2024-12-31`), {
    body: { verdict: { status: 'valid' } },
  })
  t.match(await reader.get(`/api/v1/certificates/${id}`), { body: { verdict: { status: 'revoked' } } })
  t.match(
    (await reader.get(`/api/v1/certificates/${id}/timeline`)).body.entries.map(
      (entry: { type: string }) => entry.type,
    ),
    ['AwardIssued', 'AwardAccepted', 'AwardCorrected', 'AwardRevoked'],
  )
  const lines = (await client(app, keys.auditor).get(`/api/v1/events?stream=award-${id}`)).text
    .trim()
    .split('\n')
  t.equal(lines.length, 4)
  t.notMatch(lines.join(), 'Мухтаров', 'the history names no person')
  const rest = await client(app, keys.auditor).get(
    `/api/v1/events?after=${JSON.parse(lines[1] ?? '').position}&type=AwardRevoked`,
  )
  t.equal(rest.text.trim().split('\n').length, 1)
})

void t.test('bad input has a problem type of its own and records nothing', async (t) => {
  const { app, keys, close, registry } = await house()
  t.teardown(close)
  const issuer = client(app, keys.issuer)
  const { id } = (await issuer.post('/certificates', { ...certificate, serialNumber: 'A-1' })).body
  await issuer.post(`/certificates/${id}/acceptance`, {
    person: { name: { ky: 'А. Б.' } },
    acceptedOn: '2024-11-07',
  })
  const head = await registry.log.head()
  const is = (kind: string, status: number, more: object = {}) => ({
    status,
    body: { type: `/problems/${kind}`, status, ...more },
  })
  const flipped = id.slice(0, -1) + (id.endsWith('A') ? 'B' : 'A')
  const get = async (url: string) => client(app).get(`/api/v1${url}`)
  t.match(await get(`/certificates/${flipped}`), is('mistyped-certificate-id', 400))
  t.match(await get('/certificates/abc'), is('malformed-certificate-id', 400))
  t.match(await get(`/certificates/${certificateIdFrom(new Uint8Array(10))}`), is('award-not-found', 404))
  t.match(
    await get(`/certificates/${id}?at=2025-02-30`),
    is('invalid-request', 400, { errors: [{ pointer: '/at' }] }),
  )
  t.match(
    await get(`/certificates/${id}?whom=x`),
    is('invalid-request', 400, { errors: [{ pointer: '/whom' }] }),
  )
  t.match(await get(`/certificates/${id}?known=2020-01-01T00:00:00Z`), is('not-known-then', 404))
  t.match(await get('/certificates?cursor=!!'), is('invalid-request', 400))
  t.match(await get('/nothing'), is('not-found', 404))
  const issue = (patch: object) => issuer.post('/certificates', { ...certificate, ...patch })
  t.match(
    await issue({ issuedOn: '2024-02-30' }),
    is('invalid-request', 400, { errors: [{ pointer: '/issuedOn' }] }),
  )
  t.match(
    await issue({ validFrom: '2025-01-01', validUntil: '2024-01-01' }),
    is('invalid', 422, { errors: [{ pointer: '/validUntil' }] }),
  )
  t.match(await issue({ colour: 'red' }), is('invalid-request', 400, { errors: [{ pointer: '/colour' }] }))
  t.match(
    await issue({ title: { en: 'x'.repeat(2_001) } }),
    is('invalid-request', 400, { errors: [{ pointer: '/title/en' }] }),
  )
  t.match(
    await issue({ title: { en: 'a\u202eb' } }),
    is('invalid-request', 400, { errors: [{ pointer: '/title/en' }] }),
  )
  t.match(await issue({ title: { en: 'a\u0000b' } }), is('invalid-request', 400))
  t.match(await issue({ serialNumber: 'a-1' }), is('duplicate-serial', 409))
  t.match(
    await issue({ recipient: { ...certificate.recipient, organizationId: 'nobody' } }),
    is('unknown-organization', 422),
  )
  t.match(await issue({ basis: { sessionId: 'none' } }), is('unknown-session', 422))
  t.match(await issue({ kind: 'participation' }), is('not-accredited', 422))
  t.match(await issue({ issuedOn: '2019-12-31' }), is('not-accredited', 422))
  t.match(
    await client(app, keys.other).post(`/certificates/${id}/revocation`, { from: '2025-01-01', reason: 'x' }),
    is('forbidden', 403),
  )
  t.match(await client(app, keys.auditor).post('/certificates', certificate), is('forbidden', 403))
  t.match(await client(app).post('/certificates', certificate), is('key-required', 401))
  t.match(await client(app, newKey().text).post('/certificates', certificate), is('key-refused', 401))
  t.match(
    await issuer.post(
      `/certificates/${id}/revocation`,
      { from: '2025-01-01', reason: 'x' },
      { 'if-match': '"0"' },
    ),
    is('precondition-failed', 412),
  )
  t.match(
    await issuer.post(
      `/certificates/${id}/revocation`,
      { from: '2025-01-01', reason: 'x' },
      { 'if-match': 'W/"1"' },
    ),
    is('precondition-failed', 412),
  )
  t.match(
    await issuer.post(`/certificates/${id}/corrections`, {
      changes: [{ field: 'title', after: certificate.title }],
      reason: 'x',
    }),
    is('corrects-nothing', 422),
  )
  t.match(
    await issuer.post(`/certificates/${id}/acceptance`, {
      person: { name: { ky: 'В. Г.' } },
      acceptedOn: '2024-11-08',
    }),
    is('already-accepted', 409),
  )
  t.match(await issuer.post('/certificates', '{"a":'), is('malformed-json', 400))
  t.match(await issuer.post('/certificates', `{"a":"${'x'.repeat(1024 * 1024)}"}`), is('body-too-large', 413))
  t.match(
    await issuer.post('/certificates', '{}', { 'content-type': 'text/plain' }),
    is('unsupported-media-type', 415),
  )
  const languages = [
    'ky',
    'ru',
    'en',
    'kk',
    'uz',
    'tg',
    'be',
    'uk',
    'hy',
    'az',
    'ka',
    'tr',
    'de',
    'fr',
    'es',
    'it',
  ]
  const long = Object.fromEntries(languages.map((language) => [language, 'Ы'.repeat(2_000)]))
  t.match(await issue({ title: long, citation: long }), is('event-too-large', 413))
  t.strictSame(await registry.log.head(), head, 'nothing was recorded by any of these')
  t.match(await issuer.post('/certificates', certificate, { 'idempotency-key': 'k' }), { status: 201 })
  t.match(
    await issuer.post('/certificates', { ...certificate, kind: 'excellence' }, { 'idempotency-key': 'k' }),
    is('idempotency-key-reused', 422),
  )
  t.match(await issuer.post(`/certificates/${id}/revocation`, { from: '2025-01-01', reason: 'x' }), {
    status: 200,
  })
  t.match(await issuer.post(`/certificates/${id}/revocation`, { from: '2025-01-01', reason: 'x' }), {
    status: 200,
    body: { repeated: true },
  })
  t.match(
    await issuer.post(`/certificates/${id}/revocation`, { from: '2025-02-01', reason: 'y' }),
    is('already-revoked', 409),
  )
})

void t.test('operators and developers find their way', async (t) => {
  const { app, keys, close } = await house()
  t.teardown(close)
  const reader = client(app)
  t.match(await reader.get('/health/live'), { status: 200 })
  t.match(await reader.get('/health/ready'), {
    status: 200,
    body: { status: 'ready', writes: { ready: true } },
  })
  t.match((await reader.get('/metrics')).text, /registry_projection_lag_events 0/)
  const { body: openapi } = await reader.get('/openapi.json')
  t.match(openapi, {
    openapi: '3.1.0',
    paths: { '/api/v1/certificates': { post: { security: [{ key: [] }] } } },
  })
  t.equal((await reader.get('/docs/')).status, 200)
  t.match(await reader.get('/problems/duplicate-serial'), { status: 200, body: { status: 409 } })
  t.notMatch((await reader.get('/api/v1/issuers/council')).text, /keyId|sha256|idSeed/)
  const forRegistrar = (await client(app, keys.registrar).get('/api/v1/issuers/council')).text
  t.match(forRegistrar, /keyId/)
  t.notMatch(forRegistrar, /sha256|idSeed/)
  t.match((await reader.get('/docs/')).headers['content-security-policy'], /script-src 'self'/)
  t.equal((await reader.get('/api/v1/events')).status, 401)
  t.equal((await client(app, keys.issuer).get('/api/v1/events')).status, 403)
  const own = '018f6b5e-0000-7000-8000-000000000001'
  t.equal((await reader.get('/api/v1/statistics', { 'x-request-id': own })).headers['x-request-id'], own)
  const named = await reader.get('/api/v1/statistics', { 'x-request-id': 'Ivan.Ivanov' })
  t.not(named.headers['x-request-id'], 'Ivan.Ivanov', 'a request ID cannot carry a name into the log')
  const { headers } = await reader.get('/api/v1/statistics')
  t.match(headers, {
    'content-security-policy': /default-src 'none'/,
    'x-content-type-options': 'nosniff',
    'x-request-id': /.{36}/,
  })
})
