import { parseCheckpoint } from '../transparency/checkpoint.ts'
import { openNote } from '../transparency/open-note.ts'
import type { Policy } from '../transparency/policy.ts'
import type { Verifier } from '../transparency/vkey.ts'
import type { SignedCheckpoint } from './checkpoint-signer.ts'
import { readIfThere, replaceFile } from './durable-file.ts'
import type { TileStore } from './tile-store.ts'

/**
 * The checkpoint that was last shown with its cosignatures, in a file of its own: a node that starts while its witnesses
 * are away goes on showing it. Nothing but convenience: one that is absent, foreign or not of this tree is as none.
 */
export class PublishedFile {
  readonly #file: string
  constructor(file: string) {
    this.#file = file
  }

  /** The kept one, if it is of this log and tree and satisfies the policy that holds now. */
  read(verifier: Verifier, policy: Policy, tiles: TileStore): SignedCheckpoint | undefined {
    const note = readIfThere(this.#file)
    const opened = note && openNote(note, [verifier, ...policy.witnesses.map((one) => one.verifier)])
    if (!note || !opened || !opened.ok) return undefined
    const by = new Set(opened.verified.map((one) => one.verifier))
    const checkpoint = parseCheckpoint(opened.note.text)
    if (!checkpoint || checkpoint.origin !== verifier.name || !by.has(verifier)) return undefined
    const isOurs = checkpoint.size <= tiles.size && tiles.root(checkpoint.size) === checkpoint.root
    return isOurs && policy.isMet(by) ? { ...checkpoint, text: opened.note.text, note } : undefined
  }

  /** Keeps it. A disk that is full costs no more than this convenience. */
  keep({ note }: SignedCheckpoint): void {
    try {
      replaceFile(this.#file, note)
    } catch {
      // Shown all the same: what must not be lost, that it was signed, is in the signer's file.
    }
  }
}
