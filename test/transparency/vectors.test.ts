import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatCheckpoint, parseCheckpoint } from '../../src/transparency/checkpoint.ts'
import { leafHash, nodeHash, type Hash } from '../../src/transparency/hash.ts'
import { SIGNATURE } from '../../src/transparency/key-name.ts'
import { formatNote, parseNote } from '../../src/transparency/note.ts'
import { openNote } from '../../src/transparency/open-note.ts'
import { formatTlogProof, parseTlogProof } from '../../src/transparency/tlog-proof.ts'
import { verifyConsistency, verifyInclusion } from '../../src/transparency/verify-proofs.ts'
import { formatVkey, parseVkey, type Verifier } from '../../src/transparency/vkey.ts'

const read = <T>(name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../vectors/transparency', name), 'utf8')) as T
const latin1 = (base64: string): Hash => Buffer.from(base64, 'base64').toString('latin1')
const hashes = (given: readonly string[] | null) => (given ?? []).map(latin1)
type Common = {
  readonly name: string
  readonly desc: string
  readonly wantErr: boolean
  readonly proof: string[] | null
}

void t.test('inclusion proofs of transparency-dev: good ones hold, hostile ones do not', async (t) => {
  type Case = Common & { leafIdx: string; treeSize: string; root: string; leafHash: string }
  const { cases } = read<{ cases: Case[] }>('merkle-inclusion.json')
  t.equal(cases.length, 98)
  for (const { name, leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } of cases)
    t.equal(
      verifyInclusion(latin1(leaf), Number(leafIdx), Number(treeSize), hashes(proof), latin1(root)),
      !wantErr,
      name,
    )
})

void t.test('consistency proofs of transparency-dev: good ones hold, hostile ones do not', async (t) => {
  type Case = Common & { size1: string; size2: string; root1: string; root2: string }
  const { cases } = read<{ cases: Case[] }>('merkle-consistency.json')
  t.equal(cases.length, 98)
  for (const { name, size1, size2, root1, root2, proof, wantErr } of cases)
    t.equal(
      verifyConsistency(Number(size1), Number(size2), hashes(proof), latin1(root1), latin1(root2)),
      !wantErr,
      name,
    )
})

void t.test('small trees of RFC 6962', async (t) => {
  const tree = read<{ leafInputsHex: string[]; nodeHashesHex: string[][] }>('rfc6962-tree.json')
  const hex = (hash: Hash) => Buffer.from(hash, 'latin1').toString('hex')
  let row = tree.leafInputsHex.map((input) => leafHash(Buffer.from(input, 'hex')))
  for (const expected of tree.nodeHashesHex) {
    t.same(row.map(hex).slice(0, expected.length), expected)
    row = row.flatMap((left, at) => (at % 2 === 0 ? [nodeHash(left, row[at + 1] ?? '')] : []))
  }
})

const NOTES = read<{
  cases: {
    name: string
    vkeys: string[]
    noteB64: string
    want: string
    verified?: number
    unverified?: number
  }[]
  badVkeys: string[]
  checkpoint: { ok: string[]; bad: string[] }
}>('signed-note.json')

void t.test('signed notes of golang/mod and C2SP', async (t) => {
  for (const { name, vkeys, noteB64, want, verified, unverified } of NOTES.cases) {
    const verifiers = vkeys.map(parseVkey).filter((one) => one !== undefined)
    t.same(verifiers.map(formatVkey), vkeys, `${name}: the keys are printed as they were read`)
    const opened = openNote(Buffer.from(noteB64, 'base64'), verifiers)
    t.equal(opened.ok ? 'ok' : opened.problem, want, name)
    if (!opened.ok) continue
    t.same([opened.verified.length, opened.unverified.length], [verified, unverified], name)
    t.equal(formatNote(opened.note), Buffer.from(noteB64, 'base64').toString(), `${name}: printed alike`)
  }
  for (const bad of NOTES.badVkeys) t.equal(parseVkey(bad), undefined, bad)
})

void t.test('checkpoints of golang/mod', async (t) => {
  for (const text of NOTES.checkpoint.ok) {
    const checkpoint = parseCheckpoint(text)
    t.equal(checkpoint && formatCheckpoint(checkpoint), text)
  }
  for (const text of NOTES.checkpoint.bad) t.equal(parseCheckpoint(text), undefined, text)
})

void t.test('.tlog-proof files of transparency-dev', async (t) => {
  type Good = { name: string; text: string; index: number; hashes: number; extraB64: string | null }
  const { ok, bad } = read<{ ok: Good[]; bad: { name: string; text: string }[] }>('tlog-proof-syntax.json')
  for (const { name, text, index, hashes: count, extraB64 } of ok) {
    const proof = parseTlogProof(text)
    t.same(
      [proof?.index, proof?.hashes.length, proof?.extra?.toString('base64') ?? null],
      [index, count, extraB64],
      name,
    )
    t.equal(proof && formatTlogProof(proof), text, `${name}: printed alike`)
  }
  t.ok(bad.length > 5)
  for (const { name, text } of bad) t.equal(parseTlogProof(text), undefined, name)
})

void t.test('the witnessed logs of torchwood: their signatures are read', async (t) => {
  type Log = {
    origin: string
    ed25519PublicKeyHex?: string
    steps: { bodyB64: string; status: number; bodyAssert: string }[]
  }
  const [log] = read<{ logs: Log[] }>('tlog-witness.json').logs
  const x = Buffer.from(log?.ed25519PublicKeyHex ?? '', 'hex').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  for (const { bodyB64, bodyAssert } of log?.steps ?? []) {
    const body = Buffer.from(bodyB64, 'base64').toString()
    const text = body.slice(body.indexOf('\n\n') + 2)
    const [signature] = parseNote(text)?.signatures ?? []
    const verifier: Verifier = {
      name: signature?.name ?? '',
      id: signature?.id ?? '',
      type: SIGNATURE.ed25519,
      key,
    }
    const unchanged = !bodyAssert.includes('invalid signature') && !bodyAssert.includes('unknown log')
    if (!bodyAssert.includes('unknown log')) t.equal(openNote(text, [verifier]).ok, unchanged, bodyAssert)
  }
})
