import { ed25519 } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { Buffer } from './buffer.ts'

/** What of `node:crypto` a verdict uses, for a page that has no Node. Signs nothing: it checks. */
const RAW_BYTES = 32
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

type Encoding = 'latin1' | 'hex' | 'buffer' | 'base64' | 'base64url'
type Bytes = Uint8Array | string

const bytesOf = (data: Bytes): Uint8Array => (typeof data === 'string' ? Buffer.from(data) : data)
const encode = (digest: Uint8Array, encoding?: Encoding) =>
  encoding === undefined || encoding === 'buffer'
    ? Buffer.from(digest)
    : Buffer.from(digest).toString(encoding)

function mustBeSha256(algorithm: string): void {
  if (algorithm !== 'sha256') throw new Error(`${algorithm} is not here`)
}

/** `crypto.hash`, SHA-256 alone. */
export function hash(algorithm: string, data: Bytes, encoding: Encoding = 'hex') {
  mustBeSha256(algorithm)
  return encode(sha256(bytesOf(data)), encoding)
}

/** `crypto.createHash`, SHA-256 alone. */
export function createHash(algorithm: string) {
  mustBeSha256(algorithm)
  return chained(sha256.create())
}

/** `crypto.createHmac`, SHA-256 alone. */
export function createHmac(algorithm: string, key: Bytes) {
  mustBeSha256(algorithm)
  return chained(hmac.create(sha256, bytesOf(key)))
}

function chained(inner: { update(data: Uint8Array): unknown; digest(): Uint8Array }) {
  const outer = {
    update: (data: Bytes) => {
      inner.update(bytesOf(data))
      return outer
    },
    digest: (encoding?: Encoding) => encode(inner.digest(), encoding),
  }
  return outer
}

/** An Ed25519 public key that is used as Node's `KeyObject` is. */
class PublicKey {
  readonly type = 'public'
  readonly asymmetricKeyType = 'ed25519'
  readonly raw: Uint8Array
  readonly [Symbol.toStringTag] = 'KeyObject'
  constructor(raw: Uint8Array) {
    if (raw.length !== RAW_BYTES) throw new Error('not an Ed25519 public key')
    ed25519.Point.fromBytes(raw)
    this.raw = raw
  }
  export({ format }: { format: string }) {
    if (format === 'jwk')
      return { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(this.raw).toString('base64url') }
    return Buffer.concat([SPKI, this.raw])
  }
  equals(other: PublicKey): boolean {
    return timingSafeEqual(this.raw, other.raw)
  }
}

type KeyInput =
  | { readonly key: { readonly x?: string }; readonly format: 'jwk' }
  | { readonly key: Uint8Array; readonly format: 'der' }

/** `crypto.createPublicKey` for a JWK or an SPKI of Ed25519. Throws for anything else, as Node does. */
export function createPublicKey(input: KeyInput): PublicKey {
  if (input.format === 'jwk') return new PublicKey(Buffer.from(input.key.x ?? '', 'base64url'))
  if (!Buffer.from(input.key.subarray(0, SPKI.length)).equals(SPKI)) throw new Error('not an Ed25519 key')
  return new PublicKey(input.key.subarray(SPKI.length))
}

/** `crypto.verify` for Ed25519, by the strict rules of RFC 8032 that Node's OpenSSL follows. */
export function verify(_algorithm: null, data: Uint8Array, key: PublicKey, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, data, key.raw, { zip215: false })
  } catch {
    return false
  }
}

/** `crypto.timingSafeEqual`. Nothing is secret in a page that only checks; equal it must be all the same. */
export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(Buffer.from(other))
}

const refuse = (): never => {
  throw new Error('this page signs nothing')
}
export const sign = refuse
export const createPrivateKey = refuse
export const generateKeyPairSync = refuse
export const randomBytes = refuse
