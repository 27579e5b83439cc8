import { createPublicKey, type KeyObject } from 'node:crypto'
import { readBase64 } from './base64.ts'
import { isKeyName, keyId, SIGNATURE, type SignatureType } from './key-name.ts'

const KEY_BYTES = 32

/** A key that checks signatures of notes. The `KeyObject` is made once: making one costs as much as a verification. */
export type Verifier = {
  readonly name: string
  /** 8 hexadecimal digits. */
  readonly id: string
  readonly type: SignatureType
  readonly key: KeyObject
}

/** The raw 32 bytes of an Ed25519 public key. Throws for another kind. */
export function rawKey(key: KeyObject): Buffer {
  const { crv, x } = key.export({ format: 'jwk' })
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('not an Ed25519 key')
  return Buffer.from(x, 'base64url')
}

/** A verifier from a name and a key that is at hand. Throws for a name that no signature line can hold. */
export function verifierOf(name: string, type: SignatureType, key: KeyObject): Verifier {
  if (!isKeyName(name)) throw new TypeError('not a key name')
  return { name, type, id: keyId(name, type, rawKey(key)), key }
}

/** `<name>+<id>+<base64 of type and key>` (C2SP signed-note, verifier keys). */
export function formatVkey({ name, id, type, key }: Verifier): string {
  return `${name}+${id}+${Buffer.concat([Uint8Array.of(type), rawKey(key)]).toString('base64')}`
}

/** Reads a verifier key. `undefined` where any part is wrong, the id does not fit, or it is not Ed25519. */
export function parseVkey(text: string): Verifier | undefined {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text)
  const [, name = '', id = '', encoded = ''] = match ?? []
  const bytes = readBase64(encoded)
  if (!match || !isKeyName(name) || bytes?.length !== 1 + KEY_BYTES) return undefined
  const type = Object.values(SIGNATURE).find((known) => known === bytes[0])
  const raw = bytes.subarray(1)
  if (type === undefined || keyId(name, type, raw) !== id) return undefined
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
    return { name, id, type, key: createPublicKey({ key: jwk, format: 'jwk' }) }
  } catch {
    return undefined
  }
}
