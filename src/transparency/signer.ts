import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { cosign } from './cosignature.ts'
import { SIGNATURE } from './key-name.ts'
import type { NoteSignature } from './note.ts'
import { type Verifier, verifierOf } from './vkey.ts'

/** A private key with the name that it signs under. */
export type Signer = { readonly verifier: Verifier; readonly sign: (text: string) => NoteSignature }

/** A log's signer. Throws for a name that no signature line can hold, and for a key that is not Ed25519. */
export function logSigner(name: string, key: KeyObject): Signer {
  const verifier = verifierOf(name, SIGNATURE.ed25519, createPublicKey(key))
  return {
    verifier,
    sign: (text) => ({ name, id: verifier.id, bytes: sign(null, Buffer.from(text), key) }),
  }
}

/** A witness's signer: its signatures name the time, milliseconds since 1970 from `now`. */
export function witnessSigner(name: string, key: KeyObject, now: () => number): Signer {
  const verifier = verifierOf(name, SIGNATURE.cosignature, createPublicKey(key))
  return {
    verifier,
    sign: (text) => ({ name, id: verifier.id, bytes: cosign(text, Math.floor(now() / 1_000), key) }),
  }
}
