import SwaggerParser from '@apidevtools/swagger-parser'
import fc from 'fast-check'
import t from 'tap'
import { catalogue } from '../../src/commands/catalogue.ts'
import { buildServer } from '../../src/http/server.ts'
import { PROBLEMS } from '../../src/http/problem-table.ts'
import { CredentialIssuer } from '../../src/signing/credential-issuer.ts'
import { SigningKeys } from '../../src/signing/signing-keys.ts'
import { must, openTestRegistry, withCouncil } from '../support/registry.ts'
import { testSeed } from '../support/random.ts'

const NO_LIMITS = { perKey: 1e9, perAddress: 1e9 }

/** What credentials and evidence files are made of. */
const MEMBERS = [
  '@context',
  'id',
  'type',
  'issuer',
  'proof',
  'certificate',
  'credentialSubject',
  'credentialStatus',
  'format',
  'events',
]

async function server(limits = NO_LIMITS) {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  await must(rig.run('issuer.register', undefined, { id: 'registry', name: { en: 'Registry' } }))
  const key = (await must(rig.run('issuer.grant-key', 'registry', { role: 'registrar' }))).extra?.key ?? ''
  const issuer = new CredentialIssuer({
    base: 'https://registry.test',
    model: rig.registry.readModel,
    keys: new SigningKeys(rig.folder),
    now: () => rig.registry.now(),
  })
  const app = await buildServer(rig.registry, { logger: false, version: 'test', limits, issuer })
  const close = async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  }
  return { ...rig, app, key, close }
}

void t.test('random requests to every route get an answer below 500', async (t) => {
  const { app, key, close } = await server()
  t.teardown(close)
  const seed = testSeed()
  t.comment(`SEED=${seed}`)
  const paths = catalogue.map(({ path }) => path)
  const property = fc.asyncProperty(
    fc.constantFrom(...paths),
    fc.oneof(fc.constantFrom('council', 'fund', '0000-0000-0000-0000-0'), fc.string({ maxLength: 40 })),
    fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          id: fc.constant('fund'),
          reason: fc.string(),
          from: fc.constant('2024-01-01'),
          name: fc.dictionary(fc.constant('ky'), fc.string()),
        },
        { requiredKeys: [] },
      ),
    ),
    fc.option(fc.string({ maxLength: 20 }), { nil: undefined }),
    async (path, id, body, header) => {
      const url = `/api/v1${path.replace(':id', encodeURIComponent(id))}`
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(header !== undefined && { 'idempotency-key': header.replace(/[^\x20-\x7e]/g, '') }),
      }
      const res = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) })
      if (res.statusCode >= 500) throw new Error(`${url} ${JSON.stringify(body)}: ${res.body}`)
      if (
        res.statusCode >= 400 &&
        !String(res.headers['content-type']).startsWith('application/problem+json')
      )
        throw new Error(`${url}: no problem`)
    },
  )
  await t.resolves(fc.assert(property, { seed, numRuns: 1_500 }))
  const reads = [
    '/certificates',
    '/certificates/x',
    '/organizations',
    '/sessions',
    '/search',
    '/events',
    '/statistics',
    '/issuers',
  ]
  const asking = fc.asyncProperty(
    fc.constantFrom(...reads),
    fc.dictionary(
      fc.constantFrom('q', 'limit', 'cursor', 'at', 'known', 'after', 'kind', 'since', 'stream'),
      fc.string(),
    ),
    async (path, query) => {
      const url = `/api/v1${path}?${new URLSearchParams(query).toString()}`
      const res = await app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${key}` } })
      if (res.statusCode >= 500) throw new Error(`${url}: ${res.body}`)
    },
  )
  await t.resolves(fc.assert(asking, { seed, numRuns: 1_500 }))
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(...MEMBERS), fc.jsonValue()),
    fc.string(),
  )
  const judging = fc.asyncProperty(
    fc.constantFrom('/api/v1/verifications', '/credentials/verify', '/credentials/issue'),
    fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('id', 'credential', 'evidence', 'verifiableCredential', 'at'), anything),
    ),
    async (url, body) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const res = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) })
      if (res.statusCode >= 500) throw new Error(`${url} ${JSON.stringify(body)}: ${res.body}`)
      if (res.body.includes('"valid"') || res.body.includes('"verified":true'))
        throw new Error(`${url} ${JSON.stringify(body)}`)
    },
  )
  await t.resolves(fc.assert(judging, { seed, numRuns: 1_500 }))
})

void t.test('the OpenAPI document is valid and every command is in it', async (t) => {
  const { app, close } = await server()
  t.teardown(close)
  const document = (await app.inject({ method: 'GET', url: '/openapi.json' })).json()
  await t.resolves(SwaggerParser.validate(structuredClone(document)))
  for (const { path } of catalogue) {
    const operation = document.paths[`/api/v1${path.replace(':id', '{id}')}`]?.post
    t.ok(operation?.requestBody && operation.responses['4XX'], path)
  }
  for (const kind of Object.keys(PROBLEMS))
    t.equal((await app.inject({ method: 'GET', url: `/problems/${kind}` })).statusCode, 200, kind)
})

void t.test('live events arrive, and a listener resumes behind the last it saw', async (t) => {
  const { app, key, run, close } = await server()
  t.teardown(close)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const headers = { authorization: `Bearer ${key}` }
  const listen = async (more: Record<string, string>, until: (text: string) => boolean) => {
    const abort = new AbortController()
    const response = await fetch(`${url}/api/v1/events/live`, {
      headers: { ...headers, ...more },
      signal: abort.signal,
    })
    t.match(response.headers.get('content-type'), /text\/event-stream/)
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (until(text)) break
    }
    abort.abort()
    return text
  }
  const live = listen({}, (text) => text.includes('OrganizationRegistered'))
  await new Promise((resolve) => setTimeout(resolve, 200))
  await must(run('organization.register', undefined, { id: 'a', name: { en: 'A' } }))
  const first = /id: (\d+)\nevent: OrganizationRegistered/.exec(await live)?.[1] ?? ''
  t.ok(first)
  await must(run('organization.register', undefined, { id: 'b', name: { en: 'B' } }))
  const resumed = await listen({ 'last-event-id': first }, (text) => text.includes('OrganizationRegistered'))
  t.match(resumed, `id: ${Number(first) + 1}\n`)
  t.notMatch(resumed, `id: ${first}\n`)
})

void t.test('closing finishes what was accepted, ends live streams and is quick', async (t) => {
  const { app, key, registry, remove } = await server()
  t.teardown(remove)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const live = await fetch(`${url}/api/v1/events/live`, { headers })
  const drained = (async () => {
    for await (const _chunk of live.body ?? []);
    return 'ended'
  })().catch(() => 'ended')
  const writes = Array.from({ length: 20 }, (_, n) =>
    fetch(`${url}/api/v1/organizations`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ id: `o-${n}`, name: { en: 'O' } }),
    }),
  )
  const answered = await Promise.all(writes)
  const started = performance.now()
  await app.close()
  t.equal(await drained, 'ended')
  t.ok(performance.now() - started < 10_000)
  t.strictSame(
    answered.map(({ status }) => status),
    answered.map(() => 201),
  )
  await registry.close()
})

void t.test('too many requests are told when to come back', async (t) => {
  const { app, close } = await server({ perKey: 5, perAddress: 3 })
  t.teardown(close)
  const ask = () => app.inject({ method: 'GET', url: '/api/v1/statistics' })
  for (let n = 0; n < 3; n++) t.equal((await ask()).statusCode, 200)
  const refused = await ask()
  t.match(refused.json(), { type: '/problems/too-many-requests', status: 429 })
  t.ok(Number(refused.headers['retry-after']) > 0)
})
