import { verify } from 'node:crypto'
import { verifyCosignature } from './cosignature.ts'
import { SIGNATURE } from './key-name.ts'
import { type Note, type NoteSignature, parseNote } from './note.ts'
import type { Verifier } from './vkey.ts'

export type NoteProblem = 'malformed' | 'ambiguous-key' | 'invalid-signature' | 'unverified'

/** A note with the signatures that a known key made; the others say nothing. */
export type OpenedNote =
  | {
      readonly ok: true
      readonly note: Note
      readonly verified: readonly { readonly verifier: Verifier; readonly signature: NoteSignature }[]
      readonly unverified: readonly NoteSignature[]
    }
  | { readonly ok: false; readonly problem: NoteProblem }

/**
 * Reads a note and checks every signature of a known key (C2SP signed-note). Refused as a whole where one of those is
 * wrong, where none is there, and where two known keys share name and id. Signatures of unknown keys are kept unread,
 * and a second one of the same key is dropped.
 */
export function openNote(input: Uint8Array | string, verifiers: readonly Verifier[]): OpenedNote {
  const note = parseNote(input)
  if (!note) return { ok: false, problem: 'malformed' }
  const verified: { verifier: Verifier; signature: NoteSignature }[] = []
  const unverified = new Map<string, NoteSignature>()
  for (const signature of note.signatures) {
    const known = verifiers.filter(({ name, id }) => name === signature.name && id === signature.id)
    const [verifier] = known
    if (verifier === undefined) {
      unverified.set(`${signature.name} ${signature.id} ${signature.bytes.toString('latin1')}`, signature)
      continue
    }
    if (known.length > 1) return { ok: false, problem: 'ambiguous-key' }
    if (verified.some((other) => other.verifier === verifier)) continue
    if (!isGood(note.text, signature, verifier)) return { ok: false, problem: 'invalid-signature' }
    verified.push({ verifier, signature })
  }
  if (verified.length === 0) return { ok: false, problem: 'unverified' }
  return { ok: true, note, verified, unverified: [...unverified.values()] }
}

function isGood(text: string, { bytes }: NoteSignature, { type, key }: Verifier): boolean {
  switch (type) {
    case SIGNATURE.ed25519:
      return verify(null, Buffer.from(text), key, bytes)
    case SIGNATURE.cosignature:
      return verifyCosignature(text, bytes, key) !== undefined
  }
}
