import type { Hash } from '../transparency/hash.ts'
import type { NoteSignature } from '../transparency/note.ts'
import { formatSignature } from '../transparency/note.ts'
import type { Policy } from '../transparency/policy.ts'
import type { Verifier } from '../transparency/vkey.ts'
import type { SignedCheckpoint } from './checkpoint-signer.ts'
import { WitnessClient } from './witness-client.ts'

const AGAIN_MS = 5_000

/**
 * Which checkpoint is shown: the latest that as many witnesses cosigned as the policy asks; without a policy the
 * latest signed. One is with the witnesses at a time; of those signed meanwhile only the latest is asked for next.
 */
export class CosignedCheckpoints {
  readonly #policy: Policy | undefined
  readonly #clients: readonly WitnessClient[]
  readonly #prove: (from: number, to: number) => readonly Hash[]
  readonly #keep: (published: SignedCheckpoint) => void
  readonly #abort = new AbortController()
  readonly #faults = new Map<string, string>()
  #published: SignedCheckpoint | undefined
  #next: SignedCheckpoint | undefined
  #asking: Promise<void> | undefined
  #again: NodeJS.Timeout | undefined

  /** `kept` is what was shown before a restart; `keep` is told of each that is shown with cosignatures. */
  constructor(
    policy: Policy | undefined,
    prove: (from: number, to: number) => readonly Hash[],
    kept: SignedCheckpoint | undefined,
    keep: (published: SignedCheckpoint) => void,
  ) {
    this.#policy = policy
    this.#prove = prove
    this.#published = kept
    this.#keep = keep
    this.#clients = (policy?.witnesses ?? [])
      .filter(({ url }) => url !== undefined)
      .map((one) => new WitnessClient(one))
  }

  get published(): SignedCheckpoint | undefined {
    return this.#published
  }

  /** What each witness last failed at, by name. */
  get faults(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#faults)
  }

  /** Takes a checkpoint that is signed and flushed; shows it at once or once it is cosigned. */
  publish(checkpoint: SignedCheckpoint): void {
    if (checkpoint.size === this.#published?.size && checkpoint.text === this.#published.text) return
    if (!this.#policy || this.#policy.isMet(new Set())) this.#published = checkpoint
    if (this.#clients.length === 0) return
    this.#next = checkpoint
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#again)
    await this.#asking
  }

  async #ask(): Promise<void> {
    while (this.#next && !this.#abort.signal.aborted) {
      const checkpoint = this.#next
      this.#next = undefined
      clearTimeout(this.#again)
      const asked = await Promise.all(this.#clients.map((client) => this.#cosign(client, checkpoint)))
      const signatures = asked.filter((one) => one !== undefined)
      const by = new Set(signatures.map(({ verifier }) => verifier))
      if (this.#policy?.isMet(by) && checkpoint.size >= (this.#published?.size ?? 0)) {
        const lines = signatures.map(({ signature }) => formatSignature(signature)).join('')
        this.#published = { ...checkpoint, note: checkpoint.note + lines }
        this.#keep(this.#published)
      }
      if (by.size < this.#clients.length) this.#later(checkpoint)
    }
  }

  async #cosign(
    client: WitnessClient,
    checkpoint: SignedCheckpoint,
  ): Promise<{ readonly verifier: Verifier; readonly signature: NoteSignature } | undefined> {
    const { name, verifier } = client.witness
    try {
      const prove = (from: number) => this.#prove(from, checkpoint.size)
      const signature = await client.cosign(checkpoint, prove, this.#abort.signal)
      this.#faults.delete(name)
      return { verifier, signature }
    } catch (error) {
      this.#faults.set(name, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  /** A witness that was away is asked again, also where nothing new is signed. */
  #later(checkpoint: SignedCheckpoint): void {
    this.#again = setTimeout(() => {
      this.#next ??= checkpoint
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
    }, AGAIN_MS).unref()
  }
}
