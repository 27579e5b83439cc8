import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { CREDENTIALS_V2 } from '../../src/credentials/contexts.ts'
import { secure } from '../../src/credentials/data-integrity.ts'
import { toMultikey } from '../../src/credentials/multikey.ts'
import { createPublicKey } from 'node:crypto'
import { newPrivateKey } from '../support/tlog.ts'
import { servedCouncil } from '../support/evidence.ts'
import { cli, keyKnown, serveData } from '../support/served.ts'

const house = await servedCouncil()
t.teardown(() => house.remove())
const { id, server } = house
const post = async (path: string, body: object, key?: string) => {
  const headers = {
    'content-type': 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  }
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const issuerKey = await keyKnown(
  house.server.url,
  cli(house.data, ['key', 'create', '--role', 'issuer', '--issuer', 'council']).out.trim(),
)

await t.test('one URL, many forms', async (t) => {
  const as = async (accept: string) => {
    const answer = await fetch(`${server.url}/api/v1/certificates/${id}`, { headers: { accept } })
    return [answer.status, answer.headers.get('content-type'), await answer.text()] as const
  }
  t.match(await as('application/vc'), [200, /^application\/vc\b(?!\+)/, /"DataIntegrityProof"/])
  t.match(await as('application/vc+jwt'), [200, /^application\/vc\+jwt/, /^[\w-]+\.[\w-]+\.[\w-]+$/])
  t.match(await as('*/*'), [200, /^application\/json/, /"verdict"/])
  t.match(await as('application/vc;q=0.1, application/json'), [200, /^application\/json/])
  t.match(await as('text/turtle, application/vc;q=0'), [200, /^application\/json/])
  t.equal((await house.get(`/api/v1/certificates/${id.slice(0, -1)}x/credential`)).status, 400)
  t.equal((await house.get('/issuers/nobody/did.json')).status, 404)
  const did = await house.get('/issuers/council/did.json')
  t.match(await did.json(), { id: 'did:web:registry.test:issuers:council', assertionMethod: [/#key-/] })
})

await t.test('the shape of the VC API: issue and verify', async (t) => {
  const credential = {
    '@context': [CREDENTIALS_V2],
    type: ['VerifiableCredential'],
    credentialSubject: { id: 'did:example:subject' },
  }
  const issued = await post('/credentials/issue', { credential, options: {} }, issuerKey)
  t.match(issued, {
    status: 201,
    body: { verifiableCredential: { issuer: 'did:web:registry.test:issuers:council' } },
  })
  const { verifiableCredential } = issued.body as { verifiableCredential: object }
  t.match(await post('/credentials/verify', { verifiableCredential }), {
    status: 200,
    body: { verified: true, errors: [] },
  })
  const changed = { ...verifiableCredential, credentialSubject: { id: 'did:example:other' } }
  t.match(await post('/credentials/verify', { verifiableCredential: changed }), {
    status: 400,
    body: { verified: false },
  })
  t.match(await post('/credentials/issue', { credential }), { status: 401 })
  const bad: readonly [object, string][] = [
    [{ ...credential, issuer: 'did:web:elsewhere.test' }, '/credential/issuer'],
    [{ ...credential, type: ['Other'] }, '/credential/type'],
    [{ ...credential, '@context': ['https://www.w3.org/2018/credentials/v1'] }, '/credential/@context'],
    [{ ...credential, '@context': [CREDENTIALS_V2, 'https://elsewhere.test/context'] }, '/credential'],
    [{ ...credential, credentialSubject: {} }, '/credential/credentialSubject'],
    [{ ...credential, undefinedTerm: 'goes unsigned' }, '/credential'],
    [verifiableCredential, '/credential/proof'],
  ]
  for (const [one, pointer] of bad)
    t.match(await post('/credentials/issue', { credential: one }, issuerKey), {
      status: 400,
      body: { errors: [{ pointer }] },
    })
})

await t.test(
  'credentials of others are verified by their did:key; what can not be checked is no yes',
  async (t) => {
    const privateKey = newPrivateKey()
    const key = toMultikey(createPublicKey(privateKey))
    const signer = { privateKey, verificationMethod: `did:key:${key}#${key}` }
    const foreign = {
      '@context': [CREDENTIALS_V2],
      type: ['VerifiableCredential'],
      issuer: `did:key:${key}`,
      credentialSubject: { id: 'did:example:subject' },
    }
    const verify = async (document: Record<string, unknown>) =>
      post('/credentials/verify', {
        verifiableCredential: await secure(document, signer, '2026-01-01T00:00:00Z'),
      })
    t.match(await verify(foreign), { status: 200, body: { verified: true } })
    t.match(await verify({ ...foreign, issuer: 'did:web:registry.test:issuers:council' }), {
      status: 400,
      body: { errors: ['key-of-another', 'key-of-another'] },
    })
    t.match(await verify({ ...foreign, validUntil: '2020-01-01T00:00:00Z' }), {
      status: 400,
      body: { errors: ['expired'] },
    })
    const credentialStatus = {
      id: 'https://e.test/1#1',
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '1',
      statusListCredential: 'https://e.test/1',
    }
    t.match(await verify({ ...foreign, credentialStatus }), {
      status: 400,
      body: { errors: ['status-not-checked'] },
    })
    const unknown = { ...signer, verificationMethod: 'did:web:elsewhere.test#key-1' }
    const away = await secure(
      { ...foreign, issuer: 'did:web:elsewhere.test' },
      unknown,
      '2026-01-01T00:00:00Z',
    )
    t.match(await post('/credentials/verify', { verifiableCredential: away }), {
      status: 400,
      body: { errors: ['unknown-key', 'unknown-key'] },
    })
    t.match(await post('/credentials/verify', { verifiableCredential: {} }), {
      status: 400,
      body: { errors: ['not-signed'] },
    })
    t.match(await post('/credentials/verify', {}), { status: 400 })
    t.match(await post('/credentials/verify', { verifiableCredential: 'a.b.c' }), {
      status: 400,
      body: { verified: false },
    })
  },
)

await t.test('private keys lie in files that nobody else reads, and are never half used', async (t) => {
  const folder = join(house.data, 'keys')
  const [name = ''] = readdirSync(folder)
  const file = join(folder, name)
  t.equal(statSync(file).mode & 0o777, 0o600)
  await server.stop()
  t.notMatch(cli(house.data, ['replay']).out, /PRIVATE/)
  t.notMatch(`${server.said.out}${server.said.err}`, /PRIVATE/)
  const asked = async () => {
    const second = await serveData(house.data, { PUBLIC_URL: 'https://registry.test' })
    const answer = await fetch(`${second.url}/api/v1/certificates/${id}/credential`)
    const said = [answer.status, await answer.text()] as const
    await second.stop()
    return said
  }
  chmodSync(file, 0o644)
  t.match(await asked(), [503, /key-unusable/])
  chmodSync(file, 0o600)
  t.match(await asked(), [200, /DataIntegrityProof/])
  renameSync(file, `${file}.away`)
  t.match(await asked(), [503, /key-elsewhere/])
  const other = String(newPrivateKey().export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(file, other, { mode: 0o600 })
  t.match(await asked(), [503, /key-unusable/], 'another key than the log records')
  rmSync(file)
  renameSync(`${file}.away`, file)
})

await t.test(
  'a rotation that was cut off between file and log goes on; an issuer without a key says so',
  async (t) => {
    const data = mkdtempSync(join(tmpdir(), 'registry-keys-'))
    t.teardown(() => rmSync(data, { recursive: true }))
    t.match(cli(data, ['key', 'rotate', '--issuer', 'nobody']), { code: 2 })
    const first = await serveData(data, { PUBLIC_URL: 'https://registry.test' })
    await first.stop()
    t.match(cli(data, ['key', 'rotate', '--issuer', 'nobody']), { code: 11 })
    mkdirSync(join(data, 'keys'), { mode: 0o700 })
    const day = new Date().toISOString().slice(0, 10)
    const pem = String(newPrivateKey().export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(join(data, 'keys', `registry.key-${day}.pem`), pem, { mode: 0o600 })
    const rotated = JSON.parse(cli(data, ['key', 'rotate', '--issuer', 'registry', '--json']).out)
    t.match(rotated, { keyId: `key-${day}`, publicKeyMultibase: toMultikey(createPublicKey(pem)) })
    t.match(JSON.parse(cli(data, ['key', 'rotate', '--issuer', 'registry', '--json']).out), {
      keyId: `key-${day}-2`,
      retired: [`key-${day}`],
    })
    t.match(
      cli(data, [
        'key',
        'compromise',
        '--issuer',
        'registry',
        '--key',
        'none',
        '--since',
        '2026-01-01T00:00:00Z',
        '--reason',
        'Lost.',
      ]),
      { code: 65 },
    )
  },
)
