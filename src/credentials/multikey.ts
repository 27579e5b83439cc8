import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { fromBase58, toBase58 } from './multibase.ts'

/** Multicodec prefixes of Ed25519 keys: 0xed and 0x1300, each as a varint (Controlled Identifiers 1.0, section 2.2.2). */
const PUBLIC = Buffer.from([0xed, 0x01])
const PRIVATE = Buffer.from([0x80, 0x26])
/** What DER (RFC 8410) puts before the 32 bytes. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A public Ed25519 key as Multikey text (`z6Mk…`). Throws where the key is of another kind. */
export function toMultikey(key: KeyObject): string {
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key')
  return toBase58(Buffer.concat([PUBLIC, key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length)]))
}

/** The public Ed25519 key of a Multikey text; `undefined` where it is none. */
export function fromMultikey(text: string): KeyObject | undefined {
  const raw = bytesAfter(PUBLIC, text)
  return raw && createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
}

/** The private Ed25519 key of a secret Multikey text (`z3u2…`); `undefined` where it is none. */
export function fromSecretMultikey(text: string): KeyObject | undefined {
  const raw = bytesAfter(PRIVATE, text)
  return raw && createPrivateKey({ key: Buffer.concat([PKCS8, raw]), format: 'der', type: 'pkcs8' })
}

function bytesAfter(prefix: Buffer, text: string): Buffer | undefined {
  const bytes = fromBase58(text)
  return bytes?.length === prefix.length + 32 && bytes.subarray(0, prefix.length).equals(prefix)
    ? bytes.subarray(prefix.length)
    : undefined
}
