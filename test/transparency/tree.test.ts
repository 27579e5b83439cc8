import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { formatCheckpoint, parseCheckpoint } from '../../src/transparency/checkpoint.ts'
import { cutEntryBundle, readEntryBundle, writeEntryBundle } from '../../src/transparency/entry-bundle.ts'
import { type Edge, growTree } from '../../src/transparency/grow.ts'
import { EMPTY_ROOT, type Hash, HASH_BYTES, leafHash, nodeHash } from '../../src/transparency/hash.ts'
import { leafData, readLeaf } from '../../src/transparency/leaf.ts'
import { formatNote, parseNote } from '../../src/transparency/note.ts'
import { openNote } from '../../src/transparency/open-note.ts'
import { consistencyProof, inclusionProof, type ReadNode, rootOf } from '../../src/transparency/proofs.ts'
import { logSigner, witnessSigner } from '../../src/transparency/signer.ts'
import {
  formatTilePath,
  nodesFromTiles,
  parseTilePath,
  rowsOf,
  widthAt,
} from '../../src/transparency/tile.ts'
import { formatTlogProof, parseTlogProof } from '../../src/transparency/tlog-proof.ts'
import { verifyConsistency, verifyInclusion } from '../../src/transparency/verify-proofs.ts'
import { formatVkey, parseVkey } from '../../src/transparency/vkey.ts'

const LEAVES = Array.from({ length: 1_200 }, (_, at) => leafHash(Buffer.from(`leaf ${at}`)))

/** RFC 6962 word for word, from the leaves each time. */
function naiveRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return EMPTY_ROOT
  if (leaves.length === 1) return leaves[0] ?? ''
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

/** A tree kept as tiles in memory, grown by the given steps; and how it is read at its size. */
function tiled(steps: readonly number[]): { readonly read: ReadNode; readonly tiles: Map<string, Buffer> } {
  const tiles = new Map<string, Buffer>()
  let [size, edge]: [number, Edge] = [0, []]
  for (const step of steps) {
    const grown = growTree(size, edge, LEAVES.slice(size, size + step))
    for (const { level, index, hashes } of grown.tiles) tiles.set(`${level}/${index}`, hashes)
    ;[size, edge] = [grown.size, grown.edge]
  }
  const rows = new Map([...tiles].map(([name, bytes]) => [name, rowsOf(bytes)]))
  const read = nodesFromTiles((level, index) => rows.get(`${level}/${index}`) ?? [])
  for (const [name, bytes] of tiles) {
    const [level, index] = name.split('/').map(Number)
    if (bytes.length / HASH_BYTES !== widthAt(level ?? 0, index ?? 0, size))
      throw new Error(`width of ${name}`)
  }
  return { read, tiles }
}

void t.test('every tree up to 300 leaves equals a naive one, with every inclusion proof of it', async (t) => {
  const { read } = tiled(Array.from({ length: 300 }, () => 1))
  let [wrong, proofs] = [0, 0]
  for (let size = 0; size <= 300; size++) {
    const root = naiveRoot(LEAVES.slice(0, size))
    if (rootOf(size, read) !== root) wrong++
    for (let index = 0; index < size; index++, proofs++)
      if (!verifyInclusion(LEAVES[index] ?? '', index, size, inclusionProof(index, size, read), root)) wrong++
  }
  t.equal(wrong, 0)
  t.equal(proofs, (300 * 301) / 2)
})

void t.test(
  'every pair of sizes up to 300 has a consistency proof, which holds for no other root',
  async (t) => {
    const { read } = tiled([300])
    const roots = Array.from({ length: 301 }, (_, size) => rootOf(size, read))
    let wrong = 0
    for (let size = 1; size <= 300; size++)
      for (let old = 1; old <= size; old++) {
        const proof = consistencyProof(old, size, read)
        const check = (from: Hash, to: Hash) => verifyConsistency(old, size, proof, from, to)
        if (!check(roots[old] ?? '', roots[size] ?? '')) wrong++
        if (check(roots[old - 1] ?? '', roots[size] ?? '')) wrong++
        if (size < 300 && check(roots[old] ?? '', roots[size + 1] ?? '')) wrong++
      }
    t.equal(wrong, 0)
  },
)

void t.test('however a tree is grown, its tiles are the same', async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 5 })
  fc.assert(
    fc.property(steps, (given) => {
      const bounded = given.slice(0, 3)
      const total = bounded.reduce((sum, step) => sum + step, 0)
      const { tiles } = tiled(bounded)
      const once = tiled([total]).tiles
      return total === 0 || [...once].every(([name, bytes]) => tiles.get(name)?.equals(bytes))
    }),
    { numRuns: 60 },
  )
})

void t.test('no proof survives a flipped bit, a hash more or a hash less', async () => {
  const { read } = tiled([1_200])
  const size = fc.integer({ min: 2, max: 1_200 })
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (n, pick, at, bit) => {
      const index = pick % n
      const root = rootOf(n, read)
      const proof = inclusionProof(index, n, read)
      const leaf = LEAVES[index] ?? ''
      const flipped = proof.map((hash, which) => (which === at % proof.length ? flip(hash, bit) : hash))
      return (
        verifyInclusion(leaf, index, n, proof, root) &&
        ![flipped, [...proof, leaf], proof.slice(1), proof.slice(0, -1)].some((bad) =>
          verifyInclusion(leaf, index, n, bad, root),
        ) &&
        !verifyInclusion(flip(leaf, bit), index, n, proof, root) &&
        !verifyInclusion(leaf, (index + 1) % n, n, proof, root)
      )
    }),
  )
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (n, pick, at, bit) => {
      const old = 1 + (pick % (n - 1))
      const [from, to] = [rootOf(old, read), rootOf(n, read)]
      const proof = consistencyProof(old, n, read)
      const flipped = proof.map((hash, which) => (which === at % proof.length ? flip(hash, bit) : hash))
      return (
        verifyConsistency(old, n, proof, from, to) &&
        ![flipped, [...proof, to], proof.slice(1), proof.slice(0, -1)].some((bad) =>
          verifyConsistency(old, n, bad, from, to),
        )
      )
    }),
  )
})

function flip(hash: Hash, bit: number): Hash {
  const bytes = Buffer.from(hash, 'latin1')
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return bytes.toString('latin1')
}

void t.test('tile paths: the specification’s example, and nothing that is not printed', async (t) => {
  t.equal(formatTilePath({ level: 0, index: 1_234_067, width: 256 }), '0/x001/x234/067')
  t.same(parseTilePath('entries/x001/x234/067.p/8'), { level: 'entries', index: 1_234_067, width: 8 })
  const bad = [
    '0/67',
    '00/067',
    '64/000',
    '0/000.p/0',
    '0/000.p/256',
    '0/000.p/01',
    '0/x000/067',
    '0/001/067',
    '0/x01/067',
    '-1/000',
    '0/067/',
    '',
  ]
  for (const path of bad) t.equal(parseTilePath(path), undefined, path)
  fc.assert(
    fc.property(fc.nat(63), fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
      const read = parseTilePath(formatTilePath({ level, index, width }))
      return read?.level === level && read.index === index && read.width === width
    }),
  )
  const widths = [
    [0, 272, 256],
    [0, 273, 112],
    [0, 274, 0],
    [1, 0, 256],
    [1, 1, 17],
    [2, 0, 1],
    [3, 0, 0],
  ] as const
  for (const [level, index, width] of widths) t.equal(widthAt(level, index, 70_000), width)
})

void t.test('entry bundles are read as written, cut at an entry, refused cut short', async (t) => {
  const entries = ['', 'one', 'x'.repeat(65_535)].map((text) => Buffer.from(text))
  const bundle = writeEntryBundle(entries)
  t.same(readEntryBundle(bundle), entries)
  t.same(cutEntryBundle(bundle, 2), writeEntryBundle(entries.slice(0, 2)))
  t.equal(cutEntryBundle(bundle, 4), undefined)
  for (const cut of [1, 3, bundle.length - 1]) t.equal(readEntryBundle(bundle.subarray(0, cut)), undefined)
  t.throws(() => writeEntryBundle([Buffer.alloc(65_536)]), RangeError)
})

void t.test('a leaf covers what was recorded and nothing that a store adds', async (t) => {
  const event = {
    id: 'e1',
    stream: 's',
    revision: 3n,
    type: 'T',
    data: { b: 1, a: 'й' },
    recordedAt: '2026-01-01T00:00:00.000Z',
  }
  const leaf = leafData(event)
  t.equal(
    leaf.toString(),
    '{"event":"e1","sha256":"9f26877152eb5421539cd0fd0a1987328a36bdf05b113ce07901581f9aa57c23"}',
  )
  t.same(readLeaf(leaf), {
    event: 'e1',
    sha256: '9f26877152eb5421539cd0fd0a1987328a36bdf05b113ce07901581f9aa57c23',
  })
  t.same(leafData({ ...event, data: { a: 'й', b: 1 } }), leaf, 'the order of keys is nothing')
  const changes = [
    { id: 'e2' },
    { stream: 't' },
    { revision: 4n },
    { type: 'U' },
    { data: {} },
    { recordedAt: '' },
  ]
  for (const change of changes) t.notSame(leafData({ ...event, ...change }), leaf)
  t.equal(readLeaf(Buffer.from('{"event":"e1"}')), undefined)
})

void t.test('what is signed here opens here, by log and by witness, and no changed byte does', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const log = logSigner('registry.example/tlog', privateKey)
  const witness = witnessSigner('witness.example/w', privateKey, () => 1_700_000_000_999)
  const text = formatCheckpoint({ origin: 'registry.example/tlog', size: 7, root: leafHash(Buffer.of(1)) })
  const note = formatNote({ text, signatures: [log.sign(text), witness.sign(text)] })
  const verifiers = [log.verifier, witness.verifier]
    .map((one) => parseVkey(formatVkey(one)))
    .filter((one) => one !== undefined)
  const opened = openNote(note, verifiers)
  t.equal(opened.ok && opened.verified.length, 2)
  t.equal(opened.ok && parseCheckpoint(opened.note.text)?.size, 7)
  const bytes = Buffer.from(note)
  const survivors = Array.from(bytes, (_, at) => {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    const result = openNote(changed, verifiers)
    return result.ok && result.verified.length === 2
  })
  t.equal(survivors.filter(Boolean).length, 0)
  t.throws(() => logSigner('a name', privateKey), TypeError)
})

void t.test('parsers print what they read, whatever they are given', async () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('\n', ' ', '—', 'a', '0', '=', '+') }))
  fc.assert(
    fc.property(text, (given) => {
      const [note, proof, checkpoint] = [parseNote(given), parseTlogProof(given), parseCheckpoint(given)]
      return (
        (!note || formatNote(note) === given) &&
        (!proof || formatTlogProof(proof) === given) &&
        (!checkpoint || formatCheckpoint(checkpoint) === given)
      )
    }),
  )
})
