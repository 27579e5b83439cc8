import { hash, randomBytes } from 'node:crypto'

/** `crk_<keyId>_<secret>`: the prefix lets scanners for leaked secrets find it. */
const KEY = /^crk_([a-z0-9-]{1,64})_([A-Za-z0-9_-]{43})$/

/** Lower-case letters and digits without those that look alike; 32 of them, so that a byte's low bits pick one evenly. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz023456789'

export type NewKey = {
  readonly keyId: string
  /** What its holder presents; stored nowhere. */
  readonly text: string
  readonly sha256: string
}

/** A key ID that nobody bears yet: 60 random bits. */
export function newKeyId(): string {
  return Array.from(randomBytes(12), (byte) => LETTERS[byte % 32]).join('')
}

/** Makes a key of 256 random bits, under an ID of its own where none is given. */
export function newKey(keyId: string = newKeyId()): NewKey {
  const text = `crk_${keyId}_${randomBytes(32).toString('base64url')}`
  return { keyId, text, sha256: hash('sha256', text, 'hex') }
}

/**
 * Reads a presented key: which one it says it is, and the hash to compare (in constant time) with the one recorded.
 * `undefined` for what has not the form of a key.
 */
export function readKey(text: string): { readonly keyId: string; readonly sha256: string } | undefined {
  const keyId = text.length > 128 ? undefined : KEY.exec(text)?.[1]
  return keyId === undefined ? undefined : { keyId, sha256: hash('sha256', text, 'hex') }
}
