import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import t from 'tap'
import { buildWitnessServer } from '../../src/http/witness-server.ts'
import { Witness } from '../../src/tlog/witness.ts'
import { WitnessStore } from '../../src/tlog/witness-store.ts'
import { formatCheckpoint } from '../../src/transparency/checkpoint.ts'
import { EMPTY_ROOT, type Hash, leafHash } from '../../src/transparency/hash.ts'
import { SIGNATURE } from '../../src/transparency/key-name.ts'
import { formatNote, formatSignature, parseNote, parseSignatures } from '../../src/transparency/note.ts'
import { parsePolicy, PolicyError } from '../../src/transparency/policy.ts'
import { logSigner, witnessSigner } from '../../src/transparency/signer.ts'
import { formatVkey, type Verifier } from '../../src/transparency/vkey.ts'
import { formatWitnessRequest, parseWitnessRequest } from '../../src/transparency/witness-request.ts'
import { MemoryEventLog } from '../support/memory-event-log.ts'
import { appendEvents, naiveRoot, newPrivateKey, opened, ORIGIN, tlogFolder, until } from '../support/tlog.ts'

const NOW = Date.parse('2026-01-15T10:00:00Z')
const NAME = 'witness.test/w1'
const scratch = mkdtempSync(join(tmpdir(), 'registry-witness-'))
t.teardown(() => rmSync(scratch, { recursive: true, force: true }))
let stores = 0

/** A witness over a store of its own; `listen` starts its server, on the port of an earlier one where it is given. */
function newWitness(logs: ReadonlyMap<string, readonly Verifier[]>, name = NAME) {
  const signer = witnessSigner(name, newPrivateKey(), () => NOW)
  const file = join(scratch, `${stores++}.sqlite`)
  const listen = async (port = 0) => {
    const store = new WitnessStore(file)
    const app = buildWitnessServer(new Witness(store, signer, logs))
    const url = await app.listen({ port, host: '127.0.0.1' })
    const stop = async () => {
      await app.close()
      store.close()
    }
    return { app, url, port: Number(new URL(url).port), stop }
  }
  return { signer, file, listen, vkey: formatVkey(signer.verifier) }
}

const key = newPrivateKey()
const log = logSigner(ORIGIN, key)
const LEAVES = Array.from({ length: 9 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)))
const rootAt = (size: number) => naiveRoot(LEAVES.slice(0, size))
const noteOf = (size: number, root: Hash = rootAt(size), by = log, origin = ORIGIN) => {
  const text = formatCheckpoint({ origin, size, root })
  return formatNote({ text, signatures: [by.sign(text)] })
}
const request = (oldSize: number, proof: readonly Hash[], checkpoint: string) =>
  formatWitnessRequest({ oldSize, proof, checkpoint })

void t.test('the sessions of torchwood, word for word', async (t) => {
  type Step = { bodyB64: string; status: number; bodyAssert: string }
  type Log = { origin: string; ed25519PublicKeyHex?: string; vkey?: string; steps: Step[] }
  const file = join(import.meta.dirname, '../vectors/transparency/tlog-witness.json')
  const { logs } = JSON.parse(readFileSync(file, 'utf8')) as { logs: Log[] }
  t.ok(logs.length > 0)
  for (const { origin, ed25519PublicKeyHex = '', steps } of logs) {
    if (ed25519PublicKeyHex === '') continue
    const x = Buffer.from(ed25519PublicKeyHex, 'hex').toString('base64url')
    const public_: KeyObject = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    const first = Buffer.from(steps[0]?.bodyB64 ?? '', 'base64').toString()
    const [line] = parseNote(first.slice(first.indexOf('\n\n') + 2))?.signatures ?? []
    const verifier = { name: origin, id: line?.id ?? '', type: SIGNATURE.ed25519, key: public_ }
    const witness = newWitness(new Map([[origin, [verifier]]]))
    const { app, stop } = await witness.listen()
    t.teardown(stop)
    for (const { bodyB64, status, bodyAssert } of steps) {
      const payload = Buffer.from(bodyB64, 'base64').toString()
      const answer = await app.inject({ method: 'POST', url: '/add-checkpoint', payload })
      // Theirs is older than the text of C2SP, which answers an unknown origin with 404.
      t.equal(answer.statusCode, bodyAssert.includes('unknown log') ? 404 : status, `${status} ${bodyAssert}`)
      if (status === 200) {
        const note = payload.slice(payload.indexOf('\n\n') + 2) + answer.body
        t.match(opened(note, [witness.signer.verifier]), { by: 1 })
      }
      if (status !== 409) continue
      t.equal(answer.headers['content-type'], 'text/x.tlog.size')
      t.equal(bodyAssert, `body == "${answer.body.replace('\n', String.raw`\n`)}"`)
    }
  }
})

void t.test('what a witness refuses, and that nothing of it is kept', async (t) => {
  const other = logSigner(ORIGIN, newPrivateKey())
  const witness = newWitness(new Map([[ORIGIN, [log.verifier]]]))
  const { app, stop } = await witness.listen()
  t.teardown(stop)
  const post = async (payload: string) =>
    (await app.inject({ method: 'POST', url: '/add-checkpoint', payload })).statusCode
  const forged = leafHash(Buffer.from('forged'))
  t.equal(await post(request(0, [], noteOf(1, rootAt(1), other))), 403, 'another key')
  t.equal(await post(request(0, [], noteOf(1, rootAt(1), logSigner('x.test', key), 'x.test'))), 404)
  t.equal(await post(request(2, [], noteOf(1))), 400, 'old above new')
  t.equal(await post(request(0, [forged], noteOf(1))), 422, 'from nothing there is nothing to prove')
  t.equal(await post(request(0, [], noteOf(0, forged))), 422, 'an empty tree has one root')
  t.equal(await post(request(1, [], noteOf(2))), 409, 'it has seen nothing')
  for (const wrong of ['', 'old 0\n', 'old 00\n\n', 'old -1\n\n', 'old 0\nx\n\n', `old 0\n\nx\n${noteOf(1)}`])
    t.equal(await post(wrong), 400, JSON.stringify(wrong.slice(0, 20)))
  t.equal(
    await post(`old 0\n${'KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n'.repeat(64)}\n${noteOf(1)}`),
    400,
  )
  t.equal(await post(`old 0\n\n${noteOf(1).slice(0, -1)}`), 403, 'a signature line cut short')
  t.equal(await post('x'.repeat(100_000)), 413)
  const hash = createHash('sha256').update(ORIGIN).digest('hex')
  t.equal((await app.inject({ url: `/${hash}/checkpoint` })).statusCode, 404, 'nothing was cosigned')
  t.equal(await post(request(0, [], noteOf(0))), 200, 'an empty tree')
  t.equal(await post(request(0, [], noteOf(2))), 200)
  t.equal(await post(request(2, [], noteOf(2))), 200, 'the same again')
  t.equal(await post(request(2, [], noteOf(2, forged))), 409, 'another root of the same size')
  t.equal(await post(request(2, [forged], noteOf(3))), 422)
  t.equal(await post(request(2, [LEAVES[2] ?? ''], noteOf(3, forged))), 422)
  t.equal(await post(request(2, [LEAVES[2] ?? ''], noteOf(3))), 200)
  t.equal(await post(request(2, [], noteOf(2))), 409, 'never back')
  const kept = (await app.inject({ url: `/${hash}/checkpoint` })).body
  t.match(opened(kept, [log.verifier, witness.signer.verifier]), { size: 3, by: 2 })
  t.equal(EMPTY_ROOT, rootAt(0))
})

void t.test('a witness stores before it answers, and does not answer what it could not store', async (t) => {
  const witness = newWitness(new Map())
  const store = new WitnessStore(witness.file)
  const beside = new WitnessStore(witness.file)
  t.teardown(() => [store, beside].forEach((one) => one.close()))
  const logs = new Map([[ORIGIN, [log.verifier]]])
  t.equal(new Witness(store, witness.signer, logs).addCheckpoint(request(0, [], noteOf(2))).status, 200)
  t.equal(beside.latest(ORIGIN)?.size, 2, 'another process sees it at once')
  let [inside, outside] = [false, 0]
  class Watched extends WitnessStore {
    override atomically<T>(check: () => T): T {
      inside = true
      return super.atomically(check)
    }
    override latest(origin: string) {
      if (!inside) outside++
      return super.latest(origin)
    }
  }
  const watched = new Watched(witness.file)
  new Witness(watched, witness.signer, logs).addCheckpoint(request(2, [], noteOf(2)))
  watched.close()
  t.same([inside, outside], [true, 0], 'what was last seen is looked up and replaced as one')
  class Full extends WitnessStore {
    override put(): void {
      throw new Error('no space is left')
    }
  }
  const full = new Full(witness.file)
  t.teardown(() => full.close())
  const app = buildWitnessServer(new Witness(full, witness.signer, logs))
  t.teardown(() => app.close())
  const payload = request(2, [LEAVES[2] ?? ''], noteOf(3))
  const answer = await app.inject({ method: 'POST', url: '/add-checkpoint', payload })
  t.equal(answer.statusCode, 500)
  t.equal(parseSignatures(answer.body), undefined)
  t.equal(beside.latest(ORIGIN)?.size, 2)
  const forked = request(
    2,
    [leafHash(Buffer.from('fork'))],
    noteOf(3, naiveRoot([...LEAVES.slice(0, 2), leafHash(Buffer.from('fork'))])),
  )
  t.equal(new Witness(beside, witness.signer, logs).addCheckpoint(payload).status, 200)
  t.equal(
    new Witness(store, witness.signer, logs).addCheckpoint(forked).status,
    409,
    'two processes, one memory',
  )
})

void t.test('of three witnesses two are needed: one away, two away, and back', async (t) => {
  const { key: ours, open } = tlogFolder(t)
  const { verifier } = logSigner(ORIGIN, ours)
  const logs = new Map([[ORIGIN, [verifier]]])
  const [one, two, three] = ['one', 'two', 'three'].map((name) => newWitness(logs, `${name}.test`))
  if (!one || !two || !three) throw new Error('three')
  const first = await one.listen()
  let second = await two.listen()
  const policy = parsePolicy(
    `log ${formatVkey(verifier)}
witness one ${one.vkey} ${first.url}/
witness two ${two.vkey} ${second.url}
witness three ${three.vkey} http://127.0.0.1:9
group any-two 2 one two three
quorum any-two
`,
  )
  const events = new MemoryEventLog()
  const { tlog, stop } = open(events, { policy })
  const everybody = [verifier, one.signer.verifier, two.signer.verifier, three.signer.verifier]
  await appendEvents(events, 10, 'a')
  t.ok(await until(() => tlog.checkpoint?.size === 10))
  t.match(opened(tlog.checkpoint?.note, everybody), { size: 10, by: 3 }, 'the log and two witnesses')
  t.match(Object.keys(tlog.health().witnesses), ['three'])

  await second.stop()
  await appendEvents(events, 5, 'b')
  t.ok(await until(() => 'two' in tlog.health().witnesses))
  await sleep(500)
  t.match(tlog.health(), { size: 15, checkpoint: 10, status: 'following' }, 'one is not enough')
  t.match(opened(tlog.checkpoint?.note, everybody), { size: 10, by: 3 })

  second = await two.listen(second.port)
  t.ok(await until(() => tlog.checkpoint?.size === 15), 'asked again though nothing was appended')
  t.match(opened(tlog.checkpoint?.note, everybody), { size: 15, by: 3 })
  t.notOk('two' in tlog.health().witnesses)

  const note = tlog.checkpoint?.note
  await stop()
  await Promise.all([first.stop(), second.stop()])
  const restarted = open(events, { policy })
  t.equal(restarted.tlog.checkpoint?.note, note, 'shown also while all witnesses are away')
  await restarted.stop()
  const stricter = parsePolicy(`witness three ${three.vkey} http://127.0.0.1:9\nquorum three\n`)
  t.equal(
    open(events, { policy: stricter }).tlog.checkpoint,
    undefined,
    'if it is enough for the policy of now',
  )
})

void t.test('a witness that hangs holds up no other', async (t) => {
  const { key: ours, open } = tlogFolder(t)
  const { verifier } = logSigner(ORIGIN, ours)
  const quick = newWitness(new Map([[ORIGIN, [verifier]]]))
  const { url, stop } = await quick.listen()
  t.teardown(stop)
  const hanging = createServer(() => undefined)
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
  t.teardown(() => hanging.close().closeAllConnections())
  const { port } = hanging.address() as AddressInfo
  const policy = parsePolicy(
    `witness quick ${quick.vkey} ${url}
witness slow ${newWitness(new Map(), 'slow.test').vkey} http://127.0.0.1:${port}
group any any quick slow
quorum any
`,
  )
  const events = new MemoryEventLog()
  const { tlog } = open(events, { policy })
  for (const [at, mark] of ['a', 'b', 'c'].entries()) {
    await appendEvents(events, 3, mark)
    t.ok(
      await until(() => tlog.checkpoint?.size === 3 * (at + 1), 4_000),
      'sooner than the other is given up',
    )
  }
})

void t.test('a cosignature that comes late does not bring an older checkpoint back', async (t) => {
  const { key: ours, open } = tlogFolder(t)
  const { verifier } = logSigner(ORIGIN, ours)
  const [quick, late] = ['quick', 'late'].map((name) =>
    newWitness(new Map([[ORIGIN, [verifier]]]), `${name}.test`),
  )
  if (!quick || !late) throw new Error('two')
  const [first, behind] = [await quick.listen(), await late.listen()]
  t.teardown(first.stop)
  t.teardown(behind.stop)
  const slow = Fastify()
  slow.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  let answers = 0
  slow.post('/add-checkpoint', async (request, reply) => {
    await sleep(900)
    const payload = String(request.body)
    const { statusCode, body } = await behind.app.inject({ method: 'POST', url: '/add-checkpoint', payload })
    answers++
    return reply.code(statusCode).send(body)
  })
  const url = await slow.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => slow.close())
  const policy = parsePolicy(
    `witness quick ${quick.vkey} ${first.url}
witness late ${late.vkey} ${url}
group any any quick late
quorum any
`,
  )
  const events = new MemoryEventLog()
  const { tlog } = open(events, { policy })
  await appendEvents(events, 3, 'a')
  t.ok(await until(() => tlog.checkpoint?.size === 3))
  await appendEvents(events, 3, 'b')
  t.ok(await until(() => tlog.checkpoint?.size === 6))
  const shown = new Set<number | undefined>()
  t.ok(await until(() => shown.add(tlog.checkpoint?.size) && answers >= 2))
  t.same([...shown], [6])
})

void t.test('an answer that is not what was asked for is no cosignature', async (t) => {
  const { key: ours, open } = tlogFolder(t)
  const { verifier } = logSigner(ORIGIN, ours)
  const honest = newWitness(new Map([[ORIGIN, [verifier]]]))
  const liar = newWitness(new Map([[ORIGIN, [verifier]]]))
  const { url, stop } = await liar.listen()
  t.teardown(stop)
  const another = Fastify()
  another.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  another.post('/add-checkpoint', () => formatSignature(honest.signer.sign('another text\n')))
  t.teardown(() => another.close())
  // The policy names one key at the address where another answers.
  const policy = parsePolicy(`witness w ${honest.vkey} ${url}\nquorum w\n`)
  const events = new MemoryEventLog()
  const { tlog } = open(events, { policy })
  await appendEvents(events, 3)
  t.ok(await until(() => 'w' in tlog.health().witnesses))
  t.equal(tlog.checkpoint, undefined)
  const where = await another.listen({ port: 0, host: '127.0.0.1' })
  const second = open(events, {
    policy: parsePolicy(`witness w ${honest.vkey} ${where}\nquorum w\n`),
    folder: mkdtempSync(join(scratch, 'log-')),
  })
  t.ok(await until(() => 'w' in second.tlog.health().witnesses))
  t.equal(second.tlog.checkpoint, undefined, 'the right key, over another text')
})

void t.test('policies: groups within groups; what is half understood is refused', (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map(
    (name) => witnessSigner(`${name}.test`, newPrivateKey(), () => NOW).verifier,
  )
  if (!a || !b || !c) throw new Error('three')
  const lines = [a, b, c].map(
    (verifier, at) => `witness ${'abc'[at]} ${formatVkey(verifier)} https://w${at}.test`,
  )
  const of = (...more: string[]) => parsePolicy([...lines, ...more, ''].join('\n'))
  const { witnesses } = of('quorum none')
  const [va, vb, vc] = witnesses.map(({ verifier }) => verifier)
  if (!va || !vb || !vc) throw new Error('three')
  t.ok(of('quorum none').isMet(new Set()))
  const met = (text: readonly string[], names: readonly number[]) => {
    const policy = of(...text)
    return policy.isMet(new Set(names.map((at) => policy.witnesses[at]?.verifier ?? va)))
  }
  const nested = ['group ab any a b', 'group all all ab c', 'quorum all']
  t.same(
    [met(nested, [0]), met(nested, [2]), met(nested, [1, 2]), met(nested, [0, 1])],
    [false, false, true, false],
  )
  t.same(
    [met(['group two 2 a b c', 'quorum two'], [0]), met(['group two 2 a b c', 'quorum two'], [0, 2])],
    [false, true],
  )
  for (const wrong of [
    ['quorum x'],
    [],
    ['quorum a', 'quorum b'],
    ['group g 3 a b', 'quorum g'],
    ['group g 0 a b', 'quorum g'],
    ['group g 1 a a', 'quorum g'],
    ['group g any a', 'group h any a', 'quorum h'],
    ['group g any none', 'quorum g'],
    ['group a any b', 'quorum a'],
    ['witness d not-a-key', 'quorum d'],
    [`witness d ${formatVkey(a)}`, 'quorum d'],
    [`log ${formatVkey(a)}`, 'quorum a'],
    ['quorum a b'],
    ['quorums a'],
  ])
    t.throws(() => of(...wrong), PolicyError, wrong.join('; '))
  t.end()
})

void t.test('a request is read as it is printed, and no other way', (t) => {
  const text = request(2, [LEAVES[0] ?? '', LEAVES[1] ?? ''], noteOf(9))
  t.same(parseWitnessRequest(text), { oldSize: 2, proof: LEAVES.slice(0, 2), checkpoint: noteOf(9) })
  for (const wrong of [
    ` ${text}`,
    text.replace('old 2', 'old 02'),
    text.replace('old', 'Old'),
    text.replace('=\n', '\n'),
  ])
    t.equal(parseWitnessRequest(wrong), undefined)
  t.end()
})
