import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import { buildServer } from '../../src/http/server.ts'
import { readEntryBundle } from '../../src/transparency/entry-bundle.ts'
import { leafHash, readHash } from '../../src/transparency/hash.ts'
import { parseTlogProof } from '../../src/transparency/tlog-proof.ts'
import { verifyConsistency, verifyInclusion } from '../../src/transparency/verify-proofs.ts'
import { parseVkey } from '../../src/transparency/vkey.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'
import { cli, post, serveCommand, serveData } from '../support/served.ts'
import { leavesOf, newPrivateKey, opened, rootOfLeaves, tlogFolder, until } from '../support/tlog.ts'

/** A server with its transparency log over a registry of a few hundred events. */
async function house(t: Test) {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  const { id } = await must(rig.run('certificate.issue', undefined, certificate))
  await must(rig.run('certificate.revoke', id, { from: '2025-01-01', reason: 'recorded in error' }))
  for (let n = 0; n < 290; n++)
    await must(rig.run('organization.register', undefined, { id: `org-${n}`, name: { en: `Org ${n}` } }))
  const { tlog } = tlogFolder(t).open(rig.registry.log)
  const app = await buildServer(rig.registry, {
    logger: false,
    version: 'test',
    limits: { perKey: 1e9, perAddress: 1e9 },
    tlog,
  })
  t.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  const leaves = await leavesOf(rig.registry.log)
  await until(() => tlog.checkpoint?.size === leaves.length)
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.inject({ url: `/tlog/${path}`, headers })
  return { ...rig, app, tlog, get, leaves, id }
}

void t.test('tiles and bundles are served as C2SP tlog-tiles says: static, cacheable, partial', async (t) => {
  const { get, leaves, tlog } = await house(t)
  const size = leaves.length
  t.ok(size > 256 && size < 512)
  const rest = size - 256
  const checkpoint = await get('checkpoint')
  t.match(checkpoint.headers, { 'content-type': /^text\/plain/, 'cache-control': 'no-cache' })
  const verifier = parseVkey((await get('vkey')).body.trim())
  t.equal(opened(checkpoint.body, verifier ? [verifier] : [])?.root, rootOfLeaves(leaves))
  const hashes = Buffer.from(leaves.map(leafHash).join(''), 'latin1')
  const full = await get('tile/0/000')
  t.same(full.rawPayload, hashes.subarray(0, 8_192))
  t.match(full.headers, { 'content-type': 'application/octet-stream', 'cache-control': /immutable/ })
  const partial = await get(`tile/0/001.p/${rest}`)
  t.same(partial.rawPayload, hashes.subarray(8_192))
  t.match(partial.headers['cache-control'], /^public, max-age=\d+$/, 'a partial one is not kept for ever')
  t.same((await get('tile/0/001.p/1')).rawPayload, hashes.subarray(8_192, 8_224))
  t.equal((await get('tile/1/000.p/1')).rawPayload.length, 32)
  const bundle = await get('tile/entries/000', { 'accept-encoding': 'identity' })
  t.same(readEntryBundle(bundle.rawPayload), leaves.slice(0, 256))
  t.match(bundle.headers, { vary: /accept-encoding/, 'cache-control': /immutable/ })
  t.equal(bundle.headers['content-encoding'], undefined)
  for (const accepted of ['gzip', 'br, gzip;q=0.5', 'x-gzip']) {
    const small = await get('tile/entries/000', { 'accept-encoding': accepted })
    t.equal(small.headers['content-encoding'], 'gzip', accepted)
    t.same(gunzipSync(small.rawPayload), bundle.rawPayload)
  }
  for (const refused of ['gzip;q=0', 'br', 'gzip; q=0.0'])
    t.equal(
      (await get('tile/entries/000', { 'accept-encoding': refused })).headers['content-encoding'],
      undefined,
    )
  t.same(readEntryBundle((await get(`tile/entries/001.p/${rest}`)).rawPayload), leaves.slice(256))
  for (const absent of [
    'tile/0/001',
    `tile/0/001.p/${rest + 1}`,
    'tile/0/0',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/00/000',
    'tile/64/000',
    'tile/2/000.p/1',
    'tile/entries/x001/000',
    'tile/0/-01',
    'tile/',
    'proof/leaf/-1.tlog-proof',
    `proof/leaf/${size}.tlog-proof`,
    `proof/inclusion?leaf=${size}`,
    `proof/inclusion?leaf=0&size=${size + 1}`,
    `proof/consistency?from=0&to=${size + 1}`,
  ])
    t.match((await get(absent)).statusCode, /^40[04]$/, absent)
  t.equal(tlog.checkpoint?.note, checkpoint.body)
})

void t.test('proofs made ready: JSON, .tlog-proof, and those of a certificate', async (t) => {
  const { get, leaves, id } = await house(t)
  const size = leaves.length
  const root = rootOfLeaves(leaves)
  const read = (given: readonly string[]) => given.map((one) => readHash(one) ?? '')
  const inclusion = (await get('proof/inclusion?leaf=100&size=200')).json()
  const at200 = rootOfLeaves(leaves.slice(0, 200))
  t.ok(verifyInclusion(leafHash(Buffer.from(inclusion.leaf)), 100, 200, read(inclusion.hashes), at200))
  const consistency = (await get('proof/consistency?from=200')).json()
  t.ok(verifyConsistency(200, size, read(consistency.hashes), at200, root))
  const file = parseTlogProof((await get('proof/leaf/7.tlog-proof')).body)
  t.ok(verifyInclusion(leafHash(leaves[7] ?? Buffer.of()), file?.index ?? -1, size, file?.hashes ?? [], root))
  const proof = (await get(`proof/certificates/${id}`)).json()
  t.same(
    proof.events.map((one: { revision: string }) => one.revision),
    ['0', '1'],
    'issued, revoked',
  )
  for (const { leaf, index, size: of, hashes } of proof.events)
    t.ok(verifyInclusion(leafHash(Buffer.from(leaf)), index, of, read(hashes), root))
  t.equal((await get(`proof/certificates/${certificateIdFrom(Buffer.alloc(10))}`)).statusCode, 404)
})

void t.test('a real server: a checkpoint within a second, kill -9, a key that nobody reads', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'registry-served-'))
  t.teardown(() => rmSync(data, { recursive: true, force: true }))
  const pem = String(newPrivateKey().export({ type: 'pkcs8', format: 'pem' }))
  const env = { TLOG_KEY: pem, PUBLIC_URL: 'https://registry.test', LOG_LEVEL: 'debug' }
  const first = await serveData(data, env)
  t.teardown(() => first.stop('SIGKILL'))
  const text = async (url: string, path: string) => (await fetch(`${url}/tlog/${path}`)).text()
  const verifier = parseVkey((await text(first.url, 'vkey')).trim())
  if (!verifier) throw new Error('no key')
  t.equal(verifier.name, 'registry.test/tlog')
  const sizeAt = async (url: string) => opened(await text(url, 'checkpoint'), [verifier])?.size ?? -1
  const register = (n: number) =>
    post(first.url, first.key, '/organizations', { id: `org-${n}`, name: { en: `Org ${n}` } })

  const waits: number[] = []
  for (let n = 0; n < 4; n++) {
    const before = await sizeAt(first.url)
    await register(n)
    const appended = performance.now()
    t.ok(await until(async () => (await sizeAt(first.url)) > before))
    waits.push(performance.now() - appended)
  }
  t.ok(Math.min(...waits) < 1_000, waits.join(' '))

  // Killed in the midst of appends, some of them signed for and some not.
  const writing = Promise.allSettled(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; n < 10_000; n++) await register(100 + n * 4 + writer)
    }),
  )
  await until(async () => (await sizeAt(first.url)) > 60)
  const seen = opened(await text(first.url, 'checkpoint'), [verifier])
  await first.stop('SIGKILL')
  await writing
  const second = await serveData(data, env)
  t.teardown(() => second.stop('SIGKILL'))
  const events = cli(data, ['replay']).out.trimEnd().split('\n').length
  t.ok(await until(async () => (await sizeAt(second.url)) === events), 'every event that is in the log')
  const last = opened(await text(second.url, 'checkpoint'), [verifier])
  const { hashes } = JSON.parse(await text(second.url, `proof/consistency?from=${seen?.size}`))
  const proof = (hashes as string[]).map((one) => readHash(one) ?? '')
  t.ok(verifyConsistency(seen?.size ?? 0, events, proof, seen?.root ?? '', last?.root ?? ''), 'one history')
  t.match(await (await fetch(`${second.url}/health/ready`)).json(), {
    transparency: { status: 'following', size: events, checkpoint: events },
  })
  await second.stop()
  const secret = pem.split('\n')[1] ?? ''
  t.equal(secret.length, 64)
  for (const { said } of [first, second]) t.notOk(`${said.out}${said.err}`.includes(secret.slice(0, 20)))
  t.notOk(cli(data, ['replay']).out.includes(secret.slice(0, 20)))
})

void t.test('a key file that others can read stops the start, and is not quoted', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'registry-served-'))
  t.teardown(() => rmSync(data, { recursive: true, force: true }))
  const first = await serveData(data)
  await first.stop()
  const file = join(data, 'tlog-key.pem')
  const [, secret = ''] = readFileSync(file, 'utf8').split('\n')
  t.notOk(`${first.said.out}${first.said.err}`.includes(secret))
  chmodSync(file, 0o644)
  const refused = cli(data, ['serve'], { PORT: '0' })
  t.match(refused, { code: 1, err: /tlog-key\.pem.*chmod 600/ })
  t.notOk(refused.err.includes(secret))
  const wrong = cli(data, ['serve'], { PORT: '0', TLOG_KEY: secret })
  t.match(wrong, { code: 1 })
  t.notOk(`${wrong.out}${wrong.err}`.includes(secret))
})

void t.test('a real witness and a real registry that needs it', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'registry-served-'))
  const beside = mkdtempSync(join(tmpdir(), 'registry-witness-'))
  t.teardown(() => [data, beside].forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  const first = await serveData(data)
  const vkey = (await (await fetch(`${first.url}/tlog/vkey`)).text()).trim()
  await first.stop()
  const logs = join(beside, 'logs')
  writeFileSync(logs, `log ${vkey}\nquorum none\n`)
  const witness = await serveCommand(
    beside,
    ['witness', '--logs', logs, '--name', 'w.test'],
    {},
    /witness is at (?<url>http:\S+),/,
  )
  t.teardown(() => witness.stop('SIGKILL'))
  t.ok(await until(() => /^w\.test\+/m.test(witness.said.out)))
  const policy = join(beside, 'policy')
  writeFileSync(policy, `witness w ${witness.said.out.trim()} ${witness.url}\nquorum w\n`)
  const server = await serveData(data, { TLOG_POLICY: policy })
  t.teardown(() => server.stop('SIGKILL'))
  const keys = [vkey, witness.said.out.trim()].map(parseVkey).filter((one) => one !== undefined)
  const shown = async () => opened(await (await fetch(`${server.url}/tlog/checkpoint`)).text(), keys)
  t.ok(await until(async () => (await shown())?.by === 2), 'cosigned')
  await witness.stop()
  t.equal(statSync(join(beside, 'witness-key.pem')).mode & 0o777, 0o600)
  writeFileSync(policy, 'quorum nobody\n')
  await server.stop()
  t.match(cli(data, ['serve'], { PORT: '0', TLOG_POLICY: policy }), { code: 2, err: /line 1/ })
})
