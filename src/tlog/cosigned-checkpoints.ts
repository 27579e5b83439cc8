import type { Hash } from '../transparency/hash.ts'
import type { NoteSignature } from '../transparency/note.ts'
import { formatSignature } from '../transparency/note.ts'
import type { Policy } from '../transparency/policy.ts'
import type { Verifier } from '../transparency/vkey.ts'
import type { SignedCheckpoint } from './checkpoint-signer.ts'
import { WitnessClient } from './witness-client.ts'

const AGAIN_MS = 5_000

type Cosigned = { readonly verifier: Verifier; readonly signature: NoteSignature }

/**
 * Which checkpoint is shown: the latest that as many witnesses cosigned as the policy asks; without a policy the
 * latest signed. One is with the witnesses at a time; of those signed meanwhile only the latest is asked for next.
 */
export class CosignedCheckpoints {
  readonly #policy: Policy | undefined
  readonly #clients: readonly WitnessClient[]
  readonly #prove: (from: number, to: number) => readonly Hash[]
  readonly #keep: (published: SignedCheckpoint) => void
  readonly #onPublished: (published: SignedCheckpoint) => void
  readonly #abort = new AbortController()
  /** What is asked of each that has not answered yet. */
  readonly #busy = new Map<WitnessClient, Promise<void>>()
  readonly #faults = new Map<string, string>()
  #published: SignedCheckpoint | undefined
  #next: SignedCheckpoint | undefined
  /** The checkpoint that was last asked for, and who has cosigned it. */
  #round: { readonly checkpoint: SignedCheckpoint; readonly given: Cosigned[] } | undefined
  #asking: Promise<void> | undefined
  #again: NodeJS.Timeout | undefined

  /** `kept` is what was shown before a restart; `keep` is told of each that is shown with cosignatures, `onPublished` of each at all. */
  constructor(
    policy: Policy | undefined,
    prove: (from: number, to: number) => readonly Hash[],
    kept: SignedCheckpoint | undefined,
    keep: (published: SignedCheckpoint) => void,
    onPublished: (published: SignedCheckpoint) => void = () => undefined,
  ) {
    this.#policy = policy
    this.#prove = prove
    this.#published = kept
    this.#keep = keep
    this.#onPublished = onPublished
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
    if (!this.#policy || this.#policy.isMet(new Set())) {
      this.#published = checkpoint
      this.#onPublished(checkpoint)
    }
    if (this.#clients.length === 0) return
    this.#next = checkpoint
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#again)
    await Promise.all([this.#asking, ...this.#busy.values()])
  }

  async #ask(): Promise<void> {
    while (this.#next && !this.#abort.signal.aborted) {
      const checkpoint = this.#next
      this.#next = undefined
      clearTimeout(this.#again)
      const given = this.#round?.checkpoint === checkpoint ? this.#round.given : []
      this.#round = { checkpoint, given }
      const missing = this.#clients.filter(
        ({ witness }) => !given.some((one) => one.verifier === witness.verifier),
      )
      const idle = missing.filter((client) => !this.#busy.has(client))
      const { promise: enough, resolve: suffice } = Promise.withResolvers<void>()
      const asked = idle.map((client) => this.#askOne(client, checkpoint, given, suffice))
      void Promise.all(asked).then(() => this.#later(checkpoint))
      // One that hangs holds up no other: it is left to itself once enough have answered.
      await Promise.race([Promise.all(this.#busy.values()), enough])
      if (!this.#show(checkpoint, given) && idle.length < missing.length) this.#next ??= checkpoint
    }
  }

  #askOne(
    client: WitnessClient,
    checkpoint: SignedCheckpoint,
    given: Cosigned[],
    suffice: () => void,
  ): Promise<void> {
    const asked = this.#cosign(client, checkpoint).then((one) => {
      this.#busy.delete(client)
      if (one) given.push(one)
      if (this.#show(checkpoint, given)) suffice()
    })
    this.#busy.set(client, asked)
    return asked
  }

  /** Shows a checkpoint with the cosignatures there are, if they are enough; answers whether they are. */
  #show(checkpoint: SignedCheckpoint, given: readonly Cosigned[]): boolean {
    if (this.#policy?.isMet(new Set(given.map(({ verifier }) => verifier))) !== true) return false
    const lines = given.map(({ signature }) => formatSignature(signature)).join('')
    const note = checkpoint.note + lines
    const { size = 0, note: shown = '' } = this.#published ?? {}
    if (checkpoint.size < size || note === shown) return true
    this.#published = { ...checkpoint, note }
    this.#keep(this.#published)
    this.#onPublished(this.#published)
    return true
  }

  async #cosign(client: WitnessClient, checkpoint: SignedCheckpoint): Promise<Cosigned | undefined> {
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
    const { given, checkpoint: latest } = this.#round ?? { given: [] }
    if (latest !== checkpoint || given.length === this.#clients.length || this.#abort.signal.aborted) return
    clearTimeout(this.#again)
    this.#again = setTimeout(() => {
      this.#next ??= checkpoint
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
    }, AGAIN_MS).unref()
  }
}
