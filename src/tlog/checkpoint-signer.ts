import { type Checkpoint, formatCheckpoint, parseCheckpoint } from '../transparency/checkpoint.ts'
import { SIGNATURE } from '../transparency/key-name.ts'
import { formatNote } from '../transparency/note.ts'
import { openNote } from '../transparency/open-note.ts'
import { consistencyProof } from '../transparency/proofs.ts'
import type { Signer } from '../transparency/signer.ts'
import { verifyConsistency } from '../transparency/verify-proofs.ts'
import { verifierOf } from '../transparency/vkey.ts'
import { readIfThere, replaceFile } from './durable-file.ts'
import { InconsistentTreeError } from './faults.ts'
import type { TileStore } from './tile-store.ts'

/** A checkpoint with the log's own signature: the note's text and the whole note. */
export type SignedCheckpoint = Checkpoint & { readonly text: string; readonly note: string }

/**
 * Signs a node's tree, and never two that contradict each other: the last checkpoint lies in a file of its own, beside
 * the tiles and not made from them, flushed before anybody gets to see it. Tiles that are rebuilt, or a log restored
 * from a backup, are held against it. An operator who has seen a later one of this log puts it there.
 */
export class CheckpointSigner {
  readonly #file: string
  readonly #signer: Signer
  #last: SignedCheckpoint | undefined

  /** Throws `InconsistentTreeError` where the file holds anything but a checkpoint signed with this key. */
  constructor(file: string, signer: Signer) {
    this.#file = file
    this.#signer = signer
    const note = readIfThere(file)
    this.#last = note === undefined ? undefined : this.#own(note)
  }

  /** The last that was signed or seen. */
  get last(): SignedCheckpoint | undefined {
    return this.#last
  }

  /**
   * Signs the tree as it is. `undefined` where it is still shorter than the last checkpoint: a replay is under way, or
   * the log lost events, which shows when it grows again. Throws `InconsistentTreeError` for a tree that contradicts it.
   */
  sign(tiles: TileStore): SignedCheckpoint | undefined {
    const { size } = tiles
    const last = this.#last
    if (last && size < last.size) return undefined
    const root = tiles.root(size)
    if (last && last.size > 0) {
      const proof = consistencyProof(last.size, size, tiles.nodesAt(size))
      if (!verifyConsistency(last.size, size, proof, last.root, root))
        throw new InconsistentTreeError(
          `the tree of ${size} leaves contradicts the checkpoint of ${last.size}`,
        )
    }
    const origin = this.#signer.verifier.name
    if (last?.size === size && last.origin === origin) return last
    const text = formatCheckpoint({ origin, size, root })
    const note = formatNote({ text, signatures: [this.#signer.sign(text)] })
    replaceFile(this.#file, note)
    this.#last = { origin, size, root, text, note }
    return this.#last
  }

  /** A checkpoint of this key under whatever origin: the registry's address may have changed, its history not. */
  #own(note: string): SignedCheckpoint {
    const checkpoint = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
    try {
      const verifier = verifierOf(checkpoint?.origin ?? '', SIGNATURE.ed25519, this.#signer.verifier.key)
      const opened = openNote(note, [verifier])
      if (checkpoint && opened.ok) return { ...checkpoint, text: opened.note.text, note }
    } catch {
      // Not a key name: said below.
    }
    throw new InconsistentTreeError("tlog-checkpoint holds no checkpoint signed with this log's key")
  }
}
