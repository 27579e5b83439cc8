import type { PolicyWitness } from '../transparency/policy.ts'
import type { Hash } from '../transparency/hash.ts'
import { readDecimal } from '../transparency/base64.ts'
import { formatNote, type NoteSignature, parseSignatures } from '../transparency/note.ts'
import { openNote } from '../transparency/open-note.ts'
import { formatWitnessRequest } from '../transparency/witness-request.ts'
import type { SignedCheckpoint } from './checkpoint-signer.ts'

const PATIENCE_MS = 5_000
const MAX_ANSWER = 65_536
const CONFLICT = 409

/** One configured witness, and up to where it has seen this log. Its answers may be hostile: only its signature counts. */
export class WitnessClient {
  readonly witness: PolicyWitness
  #size = 0

  constructor(witness: PolicyWitness) {
    this.witness = witness
  }

  /**
   * Asks it to cosign. `prove` makes the consistency proof from a size. Throws where it is away, refuses, or has seen
   * a larger tree of this log than ours: then somebody else signs with our key, or we have lost leaves.
   */
  async cosign(
    checkpoint: SignedCheckpoint,
    prove: (from: number) => readonly Hash[],
    signal: AbortSignal,
  ): Promise<NoteSignature> {
    let answer = await this.#ask(checkpoint, prove, signal)
    if (answer.status === CONFLICT) {
      const size = readDecimal(answer.body.trimEnd())
      if (size === undefined) throw new Error(`${this.witness.name} names no size`)
      if (size > checkpoint.size)
        throw new Error(`${this.witness.name} has seen ${size} leaves, this node has ${checkpoint.size}`)
      this.#size = size
      answer = await this.#ask(checkpoint, prove, signal)
    }
    if (answer.status !== 200) throw new Error(`${this.witness.name} answered ${answer.status}`)
    const signature = this.#verified(checkpoint, answer.body)
    this.#size = checkpoint.size
    return signature
  }

  async #ask(checkpoint: SignedCheckpoint, prove: (from: number) => readonly Hash[], signal: AbortSignal) {
    const body = formatWitnessRequest({
      oldSize: this.#size,
      proof: prove(this.#size),
      checkpoint: checkpoint.note,
    })
    const url = `${(this.witness.url ?? '').replace(/\/$/, '')}/add-checkpoint`
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
    const response = await fetch(url, { method: 'POST', body, signal: patience, redirect: 'error' })
    return { status: response.status, body: await bounded(response) }
  }

  #verified({ text }: SignedCheckpoint, body: string): NoteSignature {
    const { verifier, name } = this.witness
    const own = parseSignatures(body)?.find((one) => one.name === verifier.name && one.id === verifier.id)
    const opened = own && openNote(formatNote({ text, signatures: [own] }), [verifier])
    if (!own || !opened?.ok) throw new Error(`${name} did not sign what it was asked`)
    return own
  }
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined
  if (!body) return ''
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_ANSWER) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
