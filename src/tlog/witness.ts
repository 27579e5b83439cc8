import { createHash } from 'node:crypto'
import { type Checkpoint, parseCheckpoint } from '../transparency/checkpoint.ts'
import { EMPTY_ROOT, formatHash, readHash } from '../transparency/hash.ts'
import { formatNote, formatSignature } from '../transparency/note.ts'
import { openNote } from '../transparency/open-note.ts'
import type { Signer } from '../transparency/signer.ts'
import { verifyConsistency } from '../transparency/verify-proofs.ts'
import type { Verifier } from '../transparency/vkey.ts'
import { parseWitnessRequest, type WitnessRequest } from '../transparency/witness-request.ts'
import type { WitnessStore } from './witness-store.ts'

/** An answer as C2SP tlog-witness words it. */
export type WitnessAnswer = { readonly status: number; readonly body: string; readonly type: string }

const text = (status: number, body: string): WitnessAnswer => ({
  status,
  body,
  type: 'text/plain; charset=utf-8',
})

/** A note's text, also of one whose signatures can't be read: those are refused as such. */
const textOf = (note: string) => note.slice(0, note.lastIndexOf('\n\n') + 1)

/**
 * A witness for other logs (C2SP tlog-witness): cosigns a checkpoint where it follows from the last that it cosigned of
 * that log, and stores before it answers. It says nothing about what the log contains, only that there is one history.
 */
export class Witness {
  readonly #store: WitnessStore
  readonly #signer: Signer
  readonly #logs: ReadonlyMap<string, readonly Verifier[]>

  /** `logs`: the keys it trusts, by origin. */
  constructor(store: WitnessStore, signer: Signer, logs: ReadonlyMap<string, readonly Verifier[]>) {
    this.#store = store
    this.#signer = signer
    this.#logs = logs
  }

  /** Answers `POST add-checkpoint`. The body may be hostile. Throws where it could not store: nothing was answered then. */
  addCheckpoint(body: string): WitnessAnswer {
    const request = parseWitnessRequest(body)
    const checkpoint = request && parseCheckpoint(textOf(request.checkpoint))
    if (!request || !checkpoint) return text(400, 'not a request\n')
    const keys = this.#logs.get(checkpoint.origin)
    if (!keys) return text(404, 'unknown log\n')
    const opened = openNote(request.checkpoint, keys)
    if (!opened.ok) return text(403, 'invalid signature\n')
    if (request.oldSize > checkpoint.size) return text(400, 'the old size is above the new\n')
    const own = formatNote({
      text: opened.note.text,
      signatures: opened.verified.map((one) => one.signature),
    })
    return this.#store.atomically(() => this.#follow(request, checkpoint, opened.note.text, own))
  }

  /** The latest checkpoint of a log by the SHA-256 of its origin in hexadecimal, cosigned; `undefined` where there is none. */
  checkpoint(originHash: string): string | undefined {
    const sha256 = (origin: string) => createHash('sha256').update(origin).digest('hex')
    const origin = this.#store.origins().find((one) => sha256(one) === originHash)
    return origin === undefined ? undefined : this.#store.latest(origin)?.note
  }

  #follow(
    { oldSize, proof }: WitnessRequest,
    checkpoint: Checkpoint,
    body: string,
    note: string,
  ): WitnessAnswer {
    const { origin, size, root } = checkpoint
    const latest = this.#store.latest(origin)
    if (oldSize !== (latest?.size ?? 0))
      return { status: 409, body: `${latest?.size ?? 0}\n`, type: 'text/x.tlog.size' }
    if (size === 0 && root !== EMPTY_ROOT) return text(422, 'not the root of the empty tree\n')
    if (size === latest?.size && latest.root !== formatHash(root))
      return text(409, 'another tree of that size\n')
    const follows =
      oldSize === 0
        ? proof.length === 0
        : verifyConsistency(oldSize, size, proof, readHash(latest?.root ?? '') ?? '', root)
    if (!follows) return text(422, 'the consistency proof does not hold\n')
    const line = formatSignature(this.#signer.sign(body))
    this.#store.put(origin, { size, root: formatHash(root), note: `${note}${line}` })
    return text(200, line)
  }
}
