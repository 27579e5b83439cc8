import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { rdfCanonical } from '../../src/credentials/cryptosuites.ts'
import { toBase64url } from '../../src/credentials/multibase.ts'
import { statusIndexes } from '../../src/credentials/status-index.ts'
import {
  bitsOf,
  decodeBits,
  encodeBits,
  isSet,
  LIST_SIZE,
  statusListCredential,
} from '../../src/credentials/status-list.ts'

type Vectors = {
  readonly cases: readonly {
    readonly name: string
    readonly encodedList: string
    readonly bits: number
    readonly set: readonly number[]
  }[]
  readonly bad: readonly string[]
}
const file = join(import.meta.dirname, '../vectors/bitstring-status-list.json')
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors

void t.test('encoded lists of other software', async (t) => {
  t.equal(vectors.cases.length, 4)
  for (const { name, encodedList, bits, set } of vectors.cases) {
    const decoded = decodeBits(encodedList)
    t.strictSame(Buffer.from(decoded ?? []), Buffer.from(bitsOf(set, bits)), name)
    t.strictSame(
      Buffer.from(decodeBits(encodeBits(bitsOf(set, bits))) ?? []),
      Buffer.from(decoded ?? []),
      `${name}, there and back`,
    )
    for (const index of [0, 1, bits - 1, ...set])
      t.equal(isSet(decoded ?? new Uint8Array(), index), set.includes(index))
    t.equal(isSet(decoded ?? new Uint8Array(), bits), undefined, 'no entry behind the end')
  }
  for (const bad of [...vectors.bad, 'uAAAA', 'u']) t.equal(decodeBits(bad), undefined)
  t.equal(decodeBits(toBase64url(gzipSync(Buffer.alloc(64 * 1024 * 1024)))), undefined, 'a bomb')
})

void t.test('bits: the leftmost first', async (t) => {
  const bits = bitsOf([0, 9, LIST_SIZE - 1])
  t.equal(bits.length * 8, LIST_SIZE)
  t.equal(bits[0], 0x80)
  t.equal(bits[1], 0x40)
  t.equal(bits.at(-1), 0x01)
  for (const wrong of [-1, LIST_SIZE, 0.5]) {
    t.throws(() => bitsOf([wrong]), RangeError)
    t.equal(isSet(bits, wrong), undefined)
  }
})

void t.test('indexes: a permutation, another under each seed and for each list', async (t) => {
  const { indexOf } = statusIndexes('seed', 0)
  const seen = bitsOf(Array.from({ length: LIST_SIZE }, (_, place) => indexOf(place)))
  t.ok(
    seen.every((byte) => byte === 0xff),
    'each entry is used once',
  )
  const first = (seed: string, list: number) =>
    Array.from({ length: 16 }, (_, place) => statusIndexes(seed, list).indexOf(place))
  t.strictSame(first('seed', 0), first('seed', 0))
  t.notSame(first('seed', 0), first('other', 0))
  t.notSame(first('seed', 0), first('seed', 1))
  t.throws(() => indexOf(LIST_SIZE), RangeError)
  t.throws(() => indexOf(-1), RangeError)
})

void t.test('indexes of neighbours lie apart as if drawn at random', async (t) => {
  const { indexOf } = statusIndexes('seed', 0)
  const near = Array.from({ length: 10_000 }, (_, place) => Math.abs(indexOf(place) - indexOf(place + 1)))
  // Drawn at random, a gap is below 1 % of the list in about 2 % of cases: 200 of 10 000, spread 14.
  const close = near.filter((gap) => gap < LIST_SIZE / 100).length
  t.ok(close > 120 && close < 280, `${close} close pairs`)
})

void t.test('the list as a credential: every term is defined', async (t) => {
  const credential = statusListCredential({
    url: 'https://registry.example/status-lists/council/revocation/0',
    issuer: 'did:web:registry.example:issuers:council',
    purpose: 'revocation',
    encodedList: encodeBits(bitsOf([5])),
    validFrom: '2026-01-01T00:00:00Z',
  })
  t.equal(isSet(decodeBits(credential.credentialSubject.encodedList) ?? new Uint8Array(), 5), true)
  t.match(await rdfCanonical(credential), /statusPurpose> "revocation"/)
})
