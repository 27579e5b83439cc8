import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { type Evidence, parseEvidence } from '../../src/credentials/evidence.ts'
import { assess } from '../../src/credentials/verdict.ts'
import { decodeBits } from '../../src/credentials/status-list.ts'
import type { StepName } from '../../src/credentials/steps.ts'
import { logSigner } from '../../src/transparency/signer.ts'
import { parsePolicy } from '../../src/transparency/policy.ts'
import { servedCouncil } from '../support/evidence.ts'
import { newPrivateKey, until } from '../support/tlog.ts'
import { cli } from '../support/served.ts'

// Every byte is judged: on a busy machine that takes longer than tap's half a minute.
t.setTimeout(300_000)
const house = await servedCouncil()
t.teardown(() => house.remove())
const { logKey, id } = house
const now = () => new Date(Date.now() + 2_000).toISOString()
const judge = (evidence: Evidence, more: object = {}) =>
  assess({ kind: 'evidence', evidence }, { now: now(), logKey, ...more })
const step = async (evidence: Evidence, name: StepName, more: object = {}) =>
  (await judge(evidence, more)).steps.find((one) => one.step === name)
const first = await house.evidenceOf()

await t.test(
  'with the log’s key from elsewhere it is valid, without a network; without that key unconfirmed',
  async (t) => {
    t.match(await judge(first), { outcome: 'valid', certificate: id, at: first.madeAt.slice(0, 10) })
    t.match(await judge(first, { logKey: undefined }), { outcome: 'unconfirmed' })
    const { verifier } = logSigner(logKey.name, newPrivateKey())
    t.match(await judge(first, { logKey: verifier }), { outcome: 'not-valid' })
    t.match(await step(first, 'checkpoint', { logKey: verifier }), { result: 'no', reason: 'another-log' })
    t.match(await judge(first, { at: '2024-11-06' }), {
      outcome: 'not-valid',
      verdict: { status: 'not-yet-valid' },
    })
    t.match(
      await judge(first, { at: '2999-01-01' }),
      { outcome: 'unconfirmed' },
      'a day that it can not know of',
    )
    t.match(await judge(first, { now: '2020-01-01T00:00:00.000Z' }), { outcome: 'not-valid' })
    t.match(await judge(first, { policy: parsePolicy('quorum none') }), { outcome: 'valid' })
    t.notOk(JSON.stringify(first).includes('salt'), 'a stranger gets no salts')
  },
)

await t.test('each byte of it, changed, never makes a false «valid»', async (t) => {
  const bytes = Buffer.from(JSON.stringify(await house.evidenceOf(id, house.server.key)))
  const whole: unknown = JSON.parse(bytes.toString())
  let judged = 0
  const valid: number[] = []
  for (const [at, byte] of bytes.entries()) {
    bytes[at] = byte ^ 1
    const text = bytes.toString()
    const evidence = parseEvidence(text)
    if (evidence) {
      judged += 1
      const { outcome } = await judge(evidence, { stopAtNo: true })
      // The same JSON, written otherwise, is the same file.
      if (outcome === 'valid' && !isDeepStrictEqual(JSON.parse(text), whole)) valid.push(at)
    }
    bytes[at] = byte
  }
  t.same(valid, [])
  t.ok(judged > bytes.length / 2, `${judged} of ${bytes.length} could be read`)
  t.match(await judge(parseEvidence(bytes.toString()) ?? first), { outcome: 'valid' })
})

await t.test('what is left out, put in or exchanged is found', async (t) => {
  const other = await house.evidenceOf(await house.issue())
  const spoilt: readonly [string, Partial<Evidence>][] = [
    ['a change left out', { events: first.events.slice(0, -1) }],
    ['a change of another certificate', { events: [...first.events, ...other.events] }],
    ['no list', { status: [] }],
    ['one list twice', { status: [first.status[0] ?? {}, first.status[0] ?? {}] }],
    ['another certificate’s credential', { credential: other.credential }],
    ['another certificate’s JWT', { credentialJwt: other.credentialJwt }],
    ['no keys', { issuer: { ...first.issuer, events: [] } }],
    ['a later date', { madeAt: new Date(Date.parse(first.madeAt) + 1_000).toISOString() }],
  ]
  for (const [what, change] of spoilt)
    t.match(await judge({ ...first, ...change }), { outcome: 'not-valid' }, what)
  t.match(await judge(other), { outcome: 'valid' })
  const { proof: _, ...unsigned } = first.credential
  t.match(await step({ ...first, credential: unsigned }, 'signature'), { result: 'no', reason: 'not-signed' })
})

await t.test('verify FILE and POST /verifications give the same judgement', async (t) => {
  const file = join(house.data, 'evidence.json')
  t.teardown(() => rmSync(file))
  writeFileSync(file, JSON.stringify(first))
  t.match(cli(house.data, ['verify', file, '--vkey', house.vkey]), { code: 0, out: /VALID/ })
  t.match(cli(house.data, ['verify', file]), { code: 14, out: /UNCONFIRMED/ })
  t.match(cli(house.data, ['verify', file, '--vkey', 'nonsense']), { code: 2 })
  const post = async (body: object) => {
    const headers = { 'content-type': 'application/json' }
    const url = `${house.server.url}/api/v1/verifications`
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, body: (await answer.json()) as { outcome?: string; type?: string } }
  }
  for (const presented of [
    { id },
    { credential: first.credential },
    { credential: first.credentialJwt },
    { evidence: first },
  ])
    t.match(await post(presented), { status: 200, body: { outcome: 'valid', certificate: id } })
  t.match(await post({ credential: { ...first.credential, name: 'Another' } }), {
    body: { outcome: 'not-valid' },
  })
  t.match(await post({ credential: `${first.credentialJwt.slice(0, -8)}AAAAAAAA` }), {
    body: { outcome: 'not-valid' },
  })
  t.match(await post({ evidence: { ...first, surplus: 1 } }), {
    status: 400,
    body: { type: '/problems/not-an-evidence-file' },
  })
  t.match(await post({}), { status: 400 })
  t.match(await post({ id, credential: {} }), { status: 400 })
  t.match(await post({ credential: {} }), { status: 200, body: { outcome: 'not-valid' } })
})

await t.test('revocation and suspension show in the lists, which also tell how they were', async (t) => {
  const before = await house.evidenceOf()
  await house.record(`/certificates/${id}/suspensions`, { from: '2025-01-01', reason: 'Under review.' })
  const suspended = await house.evidenceOf()
  t.match(await judge(suspended), { outcome: 'not-valid', verdict: { status: 'suspended' } })
  await house.record(`/certificates/${id}/revocation`, { from: '2025-02-01', reason: 'Issued in error.' })
  const revoked = await house.evidenceOf()
  t.match(await step(revoked, 'status'), { result: 'no', reason: 'revoked' })
  t.match(await judge(before), { outcome: 'valid' }, 'a file from before tells of its day')
  const setIn = async (query = '') => {
    const list = (await (await house.get(`/status/council/revocation/0${query}`)).json()) as {
      credentialSubject: { encodedList: string }
    }
    const bits = decodeBits(list.credentialSubject.encodedList) ?? new Uint8Array()
    return {
      length: bits.length * 8,
      set: bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0),
    }
  }
  t.same(await setIn(), { length: 131_072, set: 1 })
  t.same(await setIn(`?timestamp=${before.madeAt}`), { length: 131_072, set: 0 })
  t.equal((await house.get('/status/council/revocation/0?timestamp=2999-01-01T00:00:00Z')).status, 400)
  t.equal((await house.get('/status/council/revocation/7')).status, 404)
  t.equal((await house.get('/status/nobody/revocation/0')).status, 404)
})

await t.test('keys rotate and old files still check; a compromised key vouches for nothing', async (t) => {
  const fresh = await house.issue()
  const old = await house.evidenceOf(fresh)
  const rotated = cli(house.data, ['key', 'rotate', '--issuer', 'council', '--json'])
  t.match(JSON.parse(rotated.out), { retired: [house.keyId] })
  t.match(await judge(old), { outcome: 'valid' })
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  const renewed = await house.evidenceOf(fresh)
  t.match(await judge(renewed), { outcome: 'valid' })
  const did = await (await house.get('/issuers/council/did.json')).json()
  t.equal((did as { verificationMethod: unknown[] }).verificationMethod.length, 2)
  const since = '2020-01-01T00:00:00Z'
  const args = [
    'key',
    'compromise',
    '--issuer',
    'council',
    '--key',
    house.keyId,
    '--since',
    since,
    '--reason',
    'Stolen.',
  ]
  t.equal(cli(house.data, args).code, 0)
  const asked = async () => {
    const answer = await fetch(`${house.server.url}/api/v1/verifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ evidence: old }),
    })
    return ((await answer.json()) as { outcome: string }).outcome
  }
  // Another process recorded it: the server hears of it in a moment.
  t.ok(await until(async () => (await asked()) === 'not-valid'), 'the register knows of the theft')
  t.match(await judge(await house.evidenceOf(fresh)), { outcome: 'valid' }, 'the new key is not concerned')
})

await t.test('an opening in it proves the name, and a changed one does not', async (t) => {
  const own = await house.evidenceOf(id, house.server.key)
  const [opening] = own.openings ?? []
  t.match(opening, { personId: house.personId, fields: { name: { ky: 'Жээнбекова Айсулуу' } } })
  const { salt, fields, commitment } = opening ?? { salt: '', fields: {}, commitment: '' }
  const text = `{"fields":{"name":{"ky":"${(fields as { name: { ky: string } }).name.ky}"}},"salt":"${salt}"}`
  t.equal(createHash('sha256').update(text).digest('hex'), commitment)
  const forged = { ...opening, fields: { name: { ky: 'Другая' } } } as NonNullable<typeof opening>
  t.match(await step({ ...own, openings: [forged] }, 'form'), {
    result: 'no',
    reason: 'opening-does-not-open',
  })
})
