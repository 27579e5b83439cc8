import { createHash } from 'node:crypto'

/** Kinds of signature (C2SP signed-note): by a log over the note, or by a witness with the time before it. */
export const SIGNATURE = { ed25519: 1, cosignature: 4 } as const
export type SignatureType = (typeof SIGNATURE)[keyof typeof SIGNATURE]

export const KEY_ID_BYTES = 4

/** Whether a text can name a key: not empty, no Unicode space, no plus, nothing that would end its line. */
export function isKeyName(text: string): boolean {
  return text !== '' && !/[\s\u0085+]|\p{Cc}/u.test(text) && text.isWellFormed()
}

/** The first 4 bytes of SHA-256(name, newline, type, key), as C2SP signed-note recommends, as hexadecimal. */
export function keyId(name: string, type: number, key: Uint8Array): string {
  const digest = createHash('sha256')
    .update(`${name}\n`)
    .update(Uint8Array.of(type))
    .update(key)
    .digest('hex')
  return digest.slice(0, KEY_ID_BYTES * 2)
}
