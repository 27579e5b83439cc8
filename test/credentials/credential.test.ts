import t from 'tap'
import { certificateCredential } from '../../src/credentials/credential.ts'
import { rdfCanonical } from '../../src/credentials/cryptosuites.ts'
import { checkProofs, secure } from '../../src/credentials/data-integrity.ts'
import { didDocument, issuerDid, issuerOfDid } from '../../src/credentials/did.ts'
import { checkVcJwt, toVcJwt } from '../../src/credentials/vc-jwt.ts'
import { BASE, CREATED, DID, newSigner, rich, richCredential, setting } from '../support/credential.ts'
import { person } from '../support/deciders.ts'
import { flippedJson } from '../support/flips.ts'

void t.test('what a credential says', async (t) => {
  t.match(richCredential, {
    id: `${BASE}/api/v1/certificates/${rich.id}/credential`,
    type: ['VerifiableCredential', 'AchievementCredential', 'OpenBadgeCredential'],
    name: 'Certificate of status',
    description: 'Мыкты кызматы үчүн',
    issuer: { id: DID, type: ['Profile'], name: 'Interstate Council' },
    validFrom: '2024-11-08T00:00:00Z',
    validUntil: '2026-11-07T23:59:59Z',
    awardedDate: '2024-11-07T00:00:00Z',
    credentialSubject: { id: `${BASE}/api/v1/organizations/state-fund` },
  })
  t.strictSame(richCredential.certificate.title, {
    ky: 'Статус үчүн сертификат',
    en: 'Certificate of status',
    'sr-latn': 'Sertifikat',
  })
  t.strictSame(richCredential.certificate.acceptance, {
    acceptedByCommitment: person.commitment,
    acceptedOn: '2024-11-08',
    place: { ky: 'Бишкек' },
  })
})

void t.test('a person is named by the commitment alone', async (t) => {
  const credential = certificateCredential({ ...rich, recipient: { type: 'person', person } }, setting)
  t.strictSame(credential.credentialSubject.identifier, [
    {
      type: 'IdentityObject',
      hashed: true,
      identityHash: `sha256$${person.commitment}`,
      identityType: 'ext:registry-commitment',
    },
  ])
  t.notOk('id' in credential.credentialSubject)
  t.notMatch(JSON.stringify(credential), person.personId)
  t.equal(credential.certificate.recipientCommitment, person.commitment)
})

void t.test('validity: from the later day, without end where none is said', async (t) => {
  const { validFrom: _, validUntil: __, ...open } = rich
  const credential = certificateCredential({ ...open, prolongations: [] }, setting)
  t.equal(credential.validFrom, '2024-11-07T00:00:00Z')
  t.notOk('validUntil' in credential)
  t.equal(
    certificateCredential({ ...rich, validFrom: '2024-01-01' }, setting).validFrom,
    '2024-11-07T00:00:00Z',
  )
})

void t.test('every text and date is signed: it stands in the canonical RDF', async (t) => {
  const rdf = await rdfCanonical(richCredential)
  for (const said of [
    '"Статус үчүн сертификат"@ky',
    '"Sertifikat"@sr-latn',
    '"Coordinator"@en',
    '"Бишкек"@ky',
    '"Мыкты кызматы үчүн"@ky',
    '"№ 12"',
    '"session-34"',
    '"2024-11-07"^^',
    person.commitment,
    '"77"',
  ])
    t.ok(rdf.includes(said), said)
})

void t.test('a credential with its proof set: any change of any byte is refused', async (t) => {
  const { signer, resolve } = newSigner()
  const secured = await secure(richCredential, signer, CREATED)
  t.strictSame(
    (await checkProofs(secured, resolve)).map(({ ok }) => ok),
    [true, true],
  )
  const passed: number[] = []
  let at = 0
  for (const { document } of flippedJson(JSON.stringify(secured))) {
    at++
    // Every eighth: the whole text takes half a minute of canonicalising.
    if (at % 8 !== 0) continue
    const results = await checkProofs(document as Record<string, unknown>, resolve)
    if (results.length >= 2 && results.every(({ ok }) => ok)) passed.push(at)
  }
  t.same(passed, [])
})

void t.test('VC-JWT: header, claims, and any change of any byte refused', async (t) => {
  const { signer, resolve } = newSigner()
  const jwt = await toVcJwt(richCredential, signer, CREATED)
  t.strictSame(JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()), {
    alg: 'EdDSA',
    typ: 'vc+jwt',
    cty: 'vc',
    kid: `${DID}#k1`,
    iat: Date.parse(CREATED) / 1_000,
  })
  const checked = await checkVcJwt(jwt, resolve)
  t.match(checked, { ok: true, created: '2024-11-08T00:00:00.000Z', verificationMethod: `${DID}#k1` })
  t.strictSame(checked.credential, JSON.parse(JSON.stringify(richCredential)))
  const passed: number[] = []
  for (let at = 0; at < jwt.length; at++) {
    const flipped = Buffer.from(jwt)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    if ((await checkVcJwt(flipped.toString('latin1'), resolve)).ok) passed.push(at)
  }
  t.same(passed, [])
})

void t.test('VC-JWT: hostile headers', async (t) => {
  const { signer, resolve } = newSigner()
  const jwt = await toVcJwt(richCredential, signer, CREATED)
  const [head = '', ...rest] = jwt.split('.')
  const given = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
  const withHeader = (changes: object) =>
    [Buffer.from(JSON.stringify({ ...given, ...changes })).toString('base64url'), ...rest].join('.')
  for (const changes of [{ alg: 'none' }, { alg: 'HS256' }, { typ: 'JWT' }, { iat: undefined }, { kid: 7 }])
    t.match(await checkVcJwt(withHeader(changes), resolve), { ok: false, problem: 'malformed-jwt' })
  t.match(await checkVcJwt(withHeader({ kid: `${DID}#k2` }), resolve), { ok: false, problem: 'unknown-key' })
  t.match(await checkVcJwt(withHeader({ iat: 1 }), resolve), { ok: false, problem: 'bad-signature' })
  t.match(await checkVcJwt(withHeader({ crit: ['exp'], exp: 1 }), resolve), { ok: false })
  for (const text of ['', 'a.b', 'a.b.c', '..']) t.match(await checkVcJwt(text, resolve), { ok: false })
})

void t.test('did:web: the name, and a document with every key', async (t) => {
  t.equal(DID, 'did:web:registry.example:issuers:interstate-council')
  t.equal(issuerDid('http://localhost:8080/r', 'a'), 'did:web:localhost%3A8080:r:issuers:a')
  t.equal(issuerOfDid(BASE, DID), 'interstate-council')
  for (const other of ['did:web:other.example:issuers:a', 'did:web:registry.example:a', 'a', ''])
    t.equal(issuerOfDid(BASE, other), undefined)
  const key = (keyId: string) => ({
    keyId,
    publicKeyMultibase: `z6Mk${keyId}`,
    from: '2026-01-01T00:00:00.000Z',
  })
  const document = didDocument(DID, [
    { ...key('a'), retired: { until: '2026-02-01T00:00:00.000Z' } },
    { ...key('b'), compromised: { since: '2026-03-01T00:00:00.000Z', reason: 'lost' } },
    key('c'),
  ])
  t.strictSame(document.assertionMethod, [`${DID}#a`, `${DID}#c`])
  t.strictSame(document.verificationMethod[1], {
    id: `${DID}#b`,
    type: 'Multikey',
    controller: DID,
    publicKeyMultibase: 'z6Mkb',
    revoked: '2026-03-01T00:00:00.000Z',
  })
  t.equal(document.verificationMethod[0]?.expires, '2026-02-01T00:00:00.000Z')
})
