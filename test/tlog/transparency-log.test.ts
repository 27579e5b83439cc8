import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import {
  chmodSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { EventLog } from '../../src/log/event-log.ts'
import { START } from '../../src/log/position.ts'
import { openSigningKey } from '../../src/signing/key-file.ts'
import type { TransparencyLog } from '../../src/tlog/transparency-log.ts'
import { readEntryBundle } from '../../src/transparency/entry-bundle.ts'
import { leafHash } from '../../src/transparency/hash.ts'
import { verifyConsistency, verifyInclusion } from '../../src/transparency/verify-proofs.ts'
import { logSigner } from '../../src/transparency/signer.ts'
import { collect } from '../support/events.ts'
import { MemoryEventLog } from '../support/memory-event-log.ts'
import {
  appendEvents,
  leavesOf,
  newPrivateKey,
  opened,
  ORIGIN,
  rootOfLeaves,
  tlogFolder,
  until,
} from '../support/tlog.ts'

const signed = (tlog: TransparencyLog, size: number) => until(() => tlog.checkpoint?.size === size)
const tilesOf = (tlog: TransparencyLog) =>
  [0, 1, 'entries' as const].flatMap((level) =>
    [0, 1, 2].map((index) =>
      [256, 100, 1].map((width) => tlog.tiles.read({ level, index, width })?.toString('base64')),
    ),
  )

/** The first events of a log in a store of its own, with other positions. */
async function begunAs(log: EventLog, events: number): Promise<MemoryEventLog> {
  const copy = new MemoryEventLog(1_234)
  for (const { stream, revision, position: _, ...event } of (await collect(log.readAll(START))).slice(
    0,
    events,
  ))
    await copy.append(stream, revision === 0n ? 'no-stream' : revision - 1n, [event])
  return copy
}

void t.test('every event becomes a leaf, in the order of the log, under one signed root', async (t) => {
  const { open } = tlogFolder(t)
  const log = new MemoryEventLog()
  const { tlog } = open(log)
  t.ok(await signed(tlog, 0), 'the empty tree is signed too')
  await appendEvents(log, 300, 'a')
  t.ok(await signed(tlog, 300))
  const [early, tiles] = [tlog.checkpoint, tilesOf(tlog)]
  await appendEvents(log, 233, 'b')
  t.ok(await signed(tlog, 533))
  const leaves = await leavesOf(log)
  const checkpoint = opened(tlog.checkpoint?.note, [tlog.verifier])
  t.match(checkpoint, { origin: ORIGIN, size: 533, by: 1 })
  const root = checkpoint?.root ?? ''
  t.equal(root, rootOfLeaves(leaves))
  t.equal(early?.root, rootOfLeaves(leaves.slice(0, 300)))
  t.ok(verifyConsistency(300, 533, tlog.consistency(300, 533), early?.root ?? '', root))
  const wrong = leaves.filter(
    (leaf, at) =>
      !verifyInclusion(leafHash(leaf), at, 533, tlog.inclusion(at, 533), root) ||
      tlog.tiles.entry(at)?.equals(leaf) !== true,
  )
  t.same(wrong, [])
  t.same(
    readEntryBundle(tlog.tiles.read({ level: 'entries', index: 2, width: 21 }) ?? Buffer.of(1)),
    leaves.slice(512),
  )
  t.equal(tlog.tiles.read({ level: 'entries', index: 2, width: 22 }), undefined)
  t.same(tilesOf(tlog)[0], tiles[0], 'a full tile and its beginnings stay as they are')
  const [first] = tlog.tiles.leavesOf('award-b-0')
  t.same(tlog.tiles.leavesOf('award-b-0'), [first, (first ?? 0) + 1, (first ?? 0) + 2])
  t.throws(() => tlog.inclusion(533, 533), RangeError)
})

void t.test('a restart adds nothing twice and signs nothing anew', async (t) => {
  const { open, folder } = tlogFolder(t)
  const log = new MemoryEventLog()
  const first = open(log)
  await appendEvents(log, 260)
  t.ok(await signed(first.tlog, 260))
  await first.stop()
  const { mtimeNs } = statSync(join(folder, 'tlog-checkpoint'), { bigint: true })
  const again = open(log)
  t.ok(await signed(again.tlog, 260))
  t.equal(statSync(join(folder, 'tlog-checkpoint'), { bigint: true }).mtimeNs, mtimeNs)
  await appendEvents(log, 5, 'more')
  t.ok(await signed(again.tlog, 265))
  t.equal(again.tlog.checkpoint?.root, rootOfLeaves(await leavesOf(log)))
  await again.stop()
  const elsewhere = await begunAs(log, 265)
  const moved = open(elsewhere)
  await appendEvents(elsewhere, 7, 'moved')
  t.ok(await signed(moved.tlog, 272), 'another store gives other positions and the same tree')
  t.equal(moved.tlog.checkpoint?.root, rootOfLeaves(await leavesOf(elsewhere)))
})

void t.test('deleted tiles are made anew, equal, and until then nothing smaller is signed', async (t) => {
  const { open, folder, faults } = tlogFolder(t)
  const log = new MemoryEventLog()
  const first = open(log)
  await appendEvents(log, 600)
  t.ok(await signed(first.tlog, 600))
  const tiles = tilesOf(first.tlog)
  const note = first.tlog.checkpoint?.note
  await first.stop()
  for (const file of globSync(join(folder, 'tlog.sqlite*'))) rmSync(file)
  const again = open(log)
  t.match(again.tlog.health(), { behind: 600, size: 0 })
  const shown = new Set<number | undefined>()
  t.ok(await until(() => shown.add(again.tlog.checkpoint?.size).has(600)))
  t.same(
    [...shown].filter((size) => size !== undefined),
    [600],
  )
  t.same(tilesOf(again.tlog), tiles)
  t.equal(again.tlog.checkpoint?.note, note)
  t.same(faults, [])
})

void t.test('a log that was restored to an earlier or another state is not signed', async (t) => {
  const { open, folder, faults } = tlogFolder(t)
  const log = new MemoryEventLog()
  const first = open(log)
  await appendEvents(log, 12, 'a')
  t.ok(await signed(first.tlog, 12))
  await first.stop()
  const note = readFileSync(join(folder, 'tlog-checkpoint'), 'utf8')
  const unsigned = () => t.equal(readFileSync(join(folder, 'tlog-checkpoint'), 'utf8'), note)

  const earlier = await begunAs(log, 10)
  const short = open(earlier)
  t.ok(await until(() => short.tlog.health().status === 'retrying'), 'events are missing')
  t.match(short.tlog.health().fault, /leaf 11/)
  await appendEvents(earlier, 3, 'other')
  await sleep(400)
  t.equal(short.tlog.tiles.size, 12, 'what was written since is not put behind what is lost')
  await short.stop()
  unsigned()

  const forked = await begunAs(log, 9)
  await appendEvents(forked, 3, 'b')
  for (const file of globSync(join(folder, 'tlog.sqlite*'))) rmSync(file)
  const fork = open(forked)
  t.ok(await until(() => fork.tlog.health().status === 'stopped'), 'the root is another')
  t.match(faults.at(-1), { fault: { name: 'InconsistentTreeError' }, final: true })
  await appendEvents(forked, 9, 'c')
  await sleep(400)
  t.match(fork.tlog.health(), { status: 'stopped', fault: /contradicts/, size: 12 })
  t.equal(fork.tlog.checkpoint, undefined)
  await fork.stop()
  unsigned()
})

void t.test('another event in the place of the last leaf is found before anything is added', async (t) => {
  const { open, faults } = tlogFolder(t)
  const log = new MemoryEventLog()
  const first = open(log)
  await appendEvents(log, 4, 'a')
  t.ok(await signed(first.tlog, 4))
  await first.stop()
  const forked = await begunAs(log, 3)
  await appendEvents(forked, 1, 'z')
  const [, , , last] = await collect(log.readAll(START))
  if (!last) throw new Error('no event')
  const { stream, revision: _revision, position: _position, ...event } = last
  await forked.append(stream, 'no-stream', [{ ...event, data: { note: 'another' } }])
  const second = open(forked)
  t.ok(await until(() => second.tlog.health().status === 'stopped'))
  t.match(faults.at(-1), { fault: { name: 'InconsistentTreeError' }, final: true })
  t.equal(second.tlog.tiles.size, 4)
})

void t.test('a checkpoint file of another key stops it; a change of the origin does not', async (t) => {
  const { open, folder } = tlogFolder(t)
  const log = new MemoryEventLog()
  const first = open(log)
  await appendEvents(log, 5)
  t.ok(await signed(first.tlog, 5))
  await first.stop()
  const moved = open(log, { origin: 'moved.test/tlog' })
  t.ok(await signed(moved.tlog, 5))
  t.match(opened(moved.tlog.checkpoint?.note, [moved.tlog.verifier]), { origin: 'moved.test/tlog', size: 5 })
  t.equal(moved.tlog.checkpoint?.root, rootOfLeaves(await leavesOf(log)))
  await moved.stop()
  const foreign = open(log, { signer: logSigner(ORIGIN, newPrivateKey()) })
  t.match(foreign.tlog.health(), { status: 'stopped', fault: /tlog-checkpoint/ })
  await sleep(400)
  t.equal(foreign.tlog.checkpoint, undefined)
  await foreign.stop()
  writeFileSync(join(folder, 'tlog-checkpoint'), '')
  t.match(open(log).tlog.health(), { status: 'stopped' }, 'nor is an empty file taken for a first start')
})

void t.test('a checkpoint that can not be stored is not shown, and is signed once it can', async (t) => {
  const { open, folder, faults } = tlogFolder(t)
  const partial = join(folder, 'tlog-checkpoint.partial')
  mkdirSync(partial)
  const log = new MemoryEventLog()
  const { tlog } = open(log)
  await appendEvents(log, 3)
  t.ok(await until(() => tlog.health().status === 'retrying'))
  t.equal(tlog.checkpoint, undefined)
  t.match(faults, [{ final: false }])
  rmdirSync(partial)
  t.ok(await signed(tlog, 3))
  t.match(tlog.health(), { status: 'following', fault: undefined })
})

void t.test('the signing key lies in a file for its owner alone, or comes from the environment', (t) => {
  const { folder } = tlogFolder(t)
  const file = join(folder, 'tlog-key.pem')
  const made = openSigningKey(file)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.ok(openSigningKey(file).equals(made), 'and is kept')
  for (const mode of [0o644, 0o640, 0o604]) {
    chmodSync(file, mode)
    t.throws(() => openSigningKey(file), { message: /chmod 600/ }, mode.toString(8))
  }
  const other = newPrivateKey()
  const pem = String(other.export({ type: 'pkcs8', format: 'pem' }))
  t.ok(openSigningKey(file, pem).equals(other), 'the environment comes first')
  t.ok(openSigningKey(file, pem.replaceAll('\n', String.raw`\n`)).equals(other), 'also on one line')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
  const secret = String(rsa.export({ type: 'pkcs8', format: 'pem' }))
  for (const wrong of [secret, 'secret-text', '', pem.slice(0, 60)])
    try {
      openSigningKey(file, wrong)
      t.fail(`takes ${wrong.length} characters`)
    } catch (error) {
      t.notMatch(String(error), /secret-text|MC4C|MII/, 'refused without quoting it')
    }
  t.ok(createPrivateKey(pem).equals(other))
  t.end()
})
