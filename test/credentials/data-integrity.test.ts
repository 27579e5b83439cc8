import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  bundledContext,
  CREDENTIALS_V2,
  OPEN_BADGES_V3,
  UnknownContextError,
} from '../../src/credentials/contexts.ts'
import { jcsCanonical, type JsonDocument } from '../../src/credentials/cryptosuites.ts'
import {
  checkProofs,
  type DataIntegrityProof,
  proofOf,
  secure,
} from '../../src/credentials/data-integrity.ts'
import { fromBase58, fromBase64url, toBase58, toBase64url } from '../../src/credentials/multibase.ts'
import { fromMultikey, fromSecretMultikey, toMultikey } from '../../src/credentials/multikey.ts'
import { flippedJson } from '../support/flips.ts'

const VECTORS = join(import.meta.dirname, '../vectors')
type Foreign = {
  readonly publicKeyMultibase: string
  readonly secretKeyMultibase: string
  readonly documents: readonly (JsonDocument & { readonly proof: DataIntegrityProof })[]
}
const foreign = JSON.parse(readFileSync(join(VECTORS, 'data-integrity/foreign.json'), 'utf8')) as Foreign
const privateKey = fromSecretMultikey(foreign.secretKeyMultibase)!
const METHOD = foreign.documents[0]!.proof.verificationMethod
const resolve = (method: string) => (method === METHOD ? fromMultikey(foreign.publicKeyMultibase) : undefined)
const signer = { privateKey, verificationMethod: METHOD }
const CREATED = '2024-11-08T00:00:00Z'
const oks = async (document: JsonDocument) => (await checkProofs(document, resolve)).map(({ ok }) => ok)
const problems = async (document: JsonDocument) =>
  (await checkProofs(document, resolve)).map(({ problem }) => problem)

void t.test('multibase: one text for each value, and no other is read', async (t) => {
  for (const hex of ['', '00', '0000', '0000287fb4cd', '61', 'ff'.repeat(64)]) {
    const bytes = Buffer.from(hex, 'hex')
    t.strictSame(fromBase58(toBase58(bytes)), bytes)
    if (hex !== '') t.strictSame(fromBase64url(toBase64url(bytes)), bytes)
  }
  t.equal(toBase58(Buffer.from('0000287fb4cd', 'hex')), 'z11233QC4')
  for (const text of ['', '233QC4', 'z0', 'zl', 'zO', `z${'2'.repeat(200)}`])
    t.equal(fromBase58(text), undefined)
  for (const text of ['', 'u', 'AAAA', 'uAA==', 'uAB', 'u+/']) t.equal(fromBase64url(text), undefined)
})

void t.test('multikey: Ed25519 alone', async (t) => {
  t.equal(toMultikey(createPublicKey(privateKey)), foreign.publicKeyMultibase)
  t.equal(fromMultikey(foreign.secretKeyMultibase), undefined)
  t.equal(fromSecretMultikey(foreign.publicKeyMultibase), undefined)
  t.equal(fromMultikey(`${foreign.publicKeyMultibase}2`), undefined)
  t.throws(() => toMultikey(generateKeyPairSync('x25519').publicKey))
})

void t.test('RFC 8785 vectors', async (t) => {
  const folder = join(VECTORS, 'jcs-rfc8785/testdata')
  const inputs = globSync('*.json', { cwd: join(folder, 'input') })
  t.equal(inputs.length, 6)
  for (const name of inputs) {
    const canonical = jcsCanonical(JSON.parse(readFileSync(join(folder, 'input', name), 'utf8')))
    t.equal(canonical, readFileSync(join(folder, 'output', name), 'utf8').trimEnd(), name)
  }
})

void t.test('what other software signed verifies, and what is signed here is the same', async (t) => {
  t.equal(foreign.documents.length, 2)
  for (const document of foreign.documents) {
    const { cryptosuite } = document.proof
    t.strictSame(await oks(document), [true], cryptosuite)
    t.strictSame(
      await proofOf(document, signer, { cryptosuite, created: CREATED }),
      document.proof,
      cryptosuite,
    )
  }
})

void t.test('a proof set: both proofs hold, each alone too; under another key none does', async (t) => {
  const { proof: _, ...document } = foreign.documents[0]!
  const secured = await secure(document, signer, CREATED)
  t.strictSame(
    secured.proof.map(({ cryptosuite }) => cryptosuite),
    ['eddsa-rdfc-2022', 'eddsa-jcs-2022'],
  )
  t.strictSame(await oks(secured), [true, true])
  for (const proof of secured.proof) t.strictSame(await oks({ ...document, proof }), [true])
  const other = fromMultikey(toMultikey(generateKeyPairSync('ed25519').publicKey))
  t.strictSame(
    (await checkProofs(secured, () => other)).map(({ problem }) => problem),
    ['bad-signature', 'bad-signature'],
  )
  t.strictSame(
    (await checkProofs(secured, () => undefined)).map(({ problem }) => problem),
    ['unknown-key', 'unknown-key'],
  )
  t.strictSame(await checkProofs(document, resolve), [])
})

void t.test('any change of any byte is refused', async (t) => {
  const { proof: _, ...document } = foreign.documents[0]!
  const text = JSON.stringify(await secure(document, signer, CREATED))
  let seen = 0
  const passed: number[] = []
  for (const { at, document: changed } of flippedJson(text)) {
    seen++
    const results = await checkProofs(changed as JsonDocument, resolve)
    if (results.length >= 2 && results.every(({ ok }) => ok)) passed.push(at)
  }
  t.ok(seen > 1_000, `${seen} documents`)
  t.same(passed, [])
})

void t.test('hostile proofs and documents', async (t) => {
  const [rdfc, jcs] = foreign.documents as [(typeof foreign.documents)[0], (typeof foreign.documents)[0]]
  const withProof = (document: JsonDocument, proof: object) => ({ ...document, proof })
  for (const wrong of [
    { type: 'Ed25519Signature2020' },
    { cryptosuite: 'eddsa-2022' },
    { proofPurpose: 'authentication' },
    { created: 'yesterday' },
    { proofValue: 'z2' },
    { proofValue: 'uAAAA' },
    { challenge: 'x' },
  ])
    t.strictSame(await problems(withProof(rdfc, { ...rdfc.proof, ...wrong })), ['malformed-proof'])
  t.strictSame(await problems({ ...rdfc, proof: Array(11).fill(rdfc.proof) }), ['malformed-proof'])
  t.strictSame(await problems({ ...rdfc, proof: [null, 'x'] }), ['malformed-proof', 'malformed-proof'])
  t.strictSame(await problems({ ...rdfc, undefinedTerm: 'unsigned' }), ['cannot-canonicalize'])
  t.strictSame(await problems({ ...rdfc, '@context': ['https://evil.example/'] }), ['cannot-canonicalize'])
  t.strictSame(await problems({ ...jcs, '@context': [OPEN_BADGES_V3, CREDENTIALS_V2] }), ['context-differs'])
  t.strictSame(
    await oks({ ...jcs, '@context': [CREDENTIALS_V2, OPEN_BADGES_V3, 'https://later.example/'] }),
    [true],
  )
  t.strictSame(await problems(withProof(rdfc, { ...rdfc.proof, '@context': [CREDENTIALS_V2] })), [
    'context-differs',
  ])
  await t.rejects(bundledContext('https://evil.example/'), UnknownContextError)
  await t.rejects(bundledContext('__proto__'), UnknownContextError)
})
