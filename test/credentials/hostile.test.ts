import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { rdfCanonical } from '../../src/credentials/cryptosuites.ts'
import { CREDENTIALS_V2 } from '../../src/credentials/contexts.ts'
import { secure } from '../../src/credentials/data-integrity.ts'
import { issuerDid } from '../../src/credentials/did.ts'
import { parseEvidence } from '../../src/credentials/evidence.ts'
import { speaksForTheRegistry } from '../../src/credentials/foreign.ts'
import { readCredential } from '../../src/credentials/presented.ts'
import { QUESTIONS, wordsOf } from '../../src/credentials/step-words.ts'
import type { StepName } from '../../src/credentials/steps.ts'
import { openSigningKey } from '../../src/signing/key-file.ts'
import { BASE, richCredential } from '../support/credential.ts'
import { servedCouncil } from '../support/evidence.ts'
import { cli, serveData } from '../support/served.ts'
import { until } from '../support/tlog.ts'

const house = await servedCouncil()
t.teardown(() => house.remove())
const DID = 'did:web:registry.test:issuers:council'
const keyFile = `${house.data}/keys/council.${house.keyId}.pem`
const signer = { privateKey: openSigningKey(keyFile), verificationMethod: `${DID}#${house.keyId}` }
const plain = {
  '@context': [CREDENTIALS_V2],
  type: ['VerifiableCredential'],
  issuer: DID,
  credentialSubject: { id: 'did:example:subject' },
}
const post = async (path: string, body: object, key = '') => {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) }
  const url = `${house.server.url}${path}`
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const verify = (verifiableCredential: object) => post('/credentials/verify', { verifiableCredential })

await t.test('a document with more values than a credential has is refused before any work', async (t) => {
  const p = Array.from({ length: 2_000 }, (_, i) => `x${i}`)
  const wide = { '@context': [CREDENTIALS_V2, { '@vocab': 'urn:x:' }], id: 'urn:a', p }
  await t.rejects(rdfCanonical(wide), RangeError)
  t.match(await rdfCanonical({ ...wide, p: p.slice(0, 1_000) }), /x999/)
  let deep: unknown = []
  for (let i = 0; i < 30; i++) deep = [deep]
  await t.rejects(rdfCanonical({ ...wide, p: deep }), RangeError)
})

await t.test('a member that would be dropped unread makes a file no evidence file', async (t) => {
  const text = JSON.stringify(await house.evidenceOf())
  t.ok(parseEvidence(text))
  for (const name of ['__proto__', '\\u005f_proto_\\u005F'])
    t.notOk(
      parseEvidence(text.replace('"credential":{', `"credential":{"${name}":{"name":"Another"},`)),
      name,
    )
  t.ok(parseEvidence(text.replace('"logKey":"', '"logKey":"__proto__')), 'as a text it is a text')
})

await t.test('a base address is written in one way alone', async (t) => {
  const at = (base: string) => ({
    ...richCredential,
    id: richCredential.id.replace(BASE, base),
  })
  t.ok(readCredential(at(BASE)))
  for (const base of [
    `${BASE}/?a=`,
    `${BASE}#`,
    'https://x@registry.example',
    `${BASE}/`,
    'data:x',
    'HTTPS://A',
  ])
    t.notOk(readCredential(at(base)), base)
  t.equal(issuerDid('https://x@registry.example/?a=', 'a'), issuerDid(BASE, 'a'), 'the DIDs would be one')
})

await t.test('an issuer’s key signs at nobody’s wish what the registry alone says', async (t) => {
  const list = { ...plain, type: ['VerifiableCredential', 'BitstringStatusListCredential'] }
  const inside = { ...plain, credentialSubject: { type: 'BitstringStatusList', encodedList: 'u' } }
  const { proof: _, ...certificate } = (await house.evidenceOf()).credential
  const addressed = { ...plain, id: `https://registry.test/status/council/revocation/0` }
  for (const credential of [list, inside, certificate, addressed]) {
    const answer = await post('/credentials/issue', { credential }, house.server.key)
    t.match(answer, { status: 400 })
    t.match(JSON.stringify(answer.body), /the registry alone/)
    t.ok(speaksForTheRegistry(credential, 'https://registry.test'))
  }
  t.notOk(speaksForTheRegistry(plain, 'https://registry.test'))
})

await t.test('every reason that a step can give has words', async (t) => {
  const text = globSync('src/credentials/*.ts')
    .filter((file) => !file.endsWith('step-words.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const given = [...text.matchAll(/\b(?:no|unchecked)\(\s*'(?<step>[a-z-]+)',\s*(?<rest>[^)]*)/g)]
    .filter(({ groups }) => Object.hasOwn(QUESTIONS, groups?.['step'] ?? ''))
    .flatMap(({ groups }) => [...(groups?.['rest'] ?? '').matchAll(/'(?<code>[a-z-]+)'/g)])
  const returned = [...text.matchAll(/(?:return|problem:|\|) '(?<code>[a-z]+(?:-[a-z]+)+)'/g)]
  const notes = ['malformed', 'ambiguous-key', 'invalid-signature', 'unverified']
  const verdicts = ['suspended', 'revoked', 'superseded', 'expired', 'not-yet-valid']
  const codes = new Set([
    ...[...given, ...returned].map(({ groups }) => groups?.['code'] ?? ''),
    ...notes.map((problem) => `checkpoint-${problem}`),
    ...notes.filter((problem) => problem !== 'unverified').map((problem) => `witness-${problem}`),
    ...verdicts,
  ])
  const others = new Set(['not-valid', 'not-checked', 'issuer-key', 'eddsa-jcs-2022'])
  t.ok(codes.size > 40, `${codes.size} codes`)
  const said = (reason: string, step: StepName = 'form') => wordsOf({ step, result: 'no', reason })
  t.same(
    [...codes].filter((code) => !others.has(code) && said(code) === `no: ${code}`),
    [],
  )
  t.equal(said('a-code-of-tomorrow'), 'no: a-code-of-tomorrow')
  t.equal(said('constructor'), 'no: constructor')
})

await t.test(
  'POST /credentials/verify never verifies what could not be checked, nor a key out of its window',
  async (t) => {
    const { credential } = await house.evidenceOf()
    const own = await secure(plain, signer, new Date().toISOString())
    t.match(await verify(credential), { status: 200 })
    t.match(await verify(own), { status: 200 })
    t.match(await verify(await secure(plain, signer, '2020-01-01T00:00:00Z')), {
      status: 400,
      body: { errors: ['unknown-key', 'unknown-key'] },
    })
    const since = new Date(Date.now() + 86_400_000).toISOString()
    const args = ['--issuer', 'council', '--key', house.keyId, '--since', since, '--reason', 'Stolen.']
    t.match(cli(house.data, ['key', 'compromise', ...args]), { code: 0 })
    t.ok(await until(async () => (await verify(credential)).status === 400))
    t.match(await verify(credential), { body: { verified: false, errors: ['key-compromised-later'] } })
  },
)

await t.test('a judgement has a smaller bucket than a reading', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'registry-limits-'))
  const server = await serveData(data, { PUBLIC_URL: 'https://registry.test', RATE_LIMIT_PER_ADDRESS: '20' })
  t.teardown(async () => {
    await server.stop()
    rmSync(data, { recursive: true })
  })
  const headers = { 'content-type': 'application/json' }
  const asked = async (path: string, body: object) =>
    (await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status
  for (const [path, body, first] of [
    ['/api/v1/verifications', { credential: {} }, 200],
    ['/credentials/verify', { verifiableCredential: {} }, 400],
  ] as const) {
    const said = [await asked(path, body), await asked(path, body), await asked(path, body)]
    t.same(said, [first, first, 429], path)
  }
  t.equal((await fetch(`${server.url}/issuers/nobody/did.json`)).status, 404, 'readings go on')
})
