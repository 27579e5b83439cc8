import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog, RecordedEvent } from '../log/event-log.ts'
import type { Hash } from '../transparency/hash.ts'
import { leafData } from '../transparency/leaf.ts'
import type { Policy } from '../transparency/policy.ts'
import { consistencyProof, inclusionProof } from '../transparency/proofs.ts'
import type { Signer } from '../transparency/signer.ts'
import type { Verifier } from '../transparency/vkey.ts'
import { CheckpointSigner, InconsistentTreeError, type SignedCheckpoint } from './checkpoint-signer.ts'
import { CosignedCheckpoints } from './cosigned-checkpoints.ts'
import { TileStore } from './tile-store.ts'

/** How the tree is doing. `stopped` is final: it contradicts what was signed, and a person has to look. */
export type TransparencyHealth = {
  readonly status: 'following' | 'retrying' | 'stopped'
  readonly size: number
  /** The size of the checkpoint that is served. */
  readonly checkpoint?: number
  /** The last checkpoint is of more leaves than the tree has: a replay, or lost events. */
  readonly behind?: number
  readonly fault?: string
  /** What each witness last failed at. */
  readonly witnesses: Readonly<Record<string, string>>
}

export type TransparencyOptions = {
  readonly log: EventLog
  /** Where `tlog.sqlite` and `tlog-checkpoint` lie. */
  readonly folder: string
  readonly signer: Signer
  readonly policy?: Policy
  readonly onFault?: (fault: Error, final: boolean) => void
}

/** From an append to its checkpoint: this, and the signing itself. A second is promised. */
const SIGN_AFTER_MS = 250
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
const BATCH = 200

/** A node's transparency log: follows the event log into tiles, signs, has cosigned, and answers with proofs. */
export class TransparencyLog {
  readonly tiles: TileStore
  readonly #options: TransparencyOptions
  readonly #abort = new AbortController()
  readonly #cosigned: CosignedCheckpoints
  readonly #running: Promise<void>
  #signer: CheckpointSigner | undefined
  #timer: NodeJS.Timeout | undefined
  #status: TransparencyHealth['status'] = 'following'
  #fault: string | undefined

  constructor(options: TransparencyOptions) {
    this.#options = options
    this.tiles = new TileStore(join(options.folder, 'tlog.sqlite'))
    this.#cosigned = new CosignedCheckpoints(options.policy, (from, to) => this.consistency(from, to))
    this.#guarded(() => {
      this.#signer = new CheckpointSigner(join(options.folder, 'tlog-checkpoint'), options.signer)
    })
    this.#soon()
    this.#running = this.#run()
  }

  /** The checkpoint to be served: signed, and cosigned as the policy asks. */
  get checkpoint(): SignedCheckpoint | undefined {
    return this.#cosigned.published
  }

  /** The key that checks its checkpoints, named as its origin. */
  get verifier(): Verifier {
    return this.#options.signer.verifier
  }

  health(): TransparencyHealth {
    const [size, last] = [this.tiles.size, this.#signer?.last?.size ?? 0]
    return {
      status: this.#status,
      size,
      ...(this.checkpoint && { checkpoint: this.checkpoint.size }),
      ...(last > size && { behind: last - size }),
      ...(this.#fault !== undefined && { fault: this.#fault }),
      witnesses: this.#cosigned.faults,
    }
  }

  /** The inclusion proof of a leaf in the tree of `size`. Throws `RangeError` where there is no such leaf or size. */
  inclusion(leaf: number, size: number): readonly Hash[] {
    return inclusionProof(leaf, size, this.tiles.nodesAt(size))
  }

  /** The consistency proof between two sizes. Throws `RangeError` as `inclusion`. */
  consistency(from: number, to: number): readonly Hash[] {
    return consistencyProof(from, to, this.tiles.nodesAt(to))
  }

  /** Ends after the batch in hand. Signs no more: what is unsigned is signed at the next start. */
  async stop(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#timer)
    await this.#running
    await this.#cosigned.stop()
    this.tiles.close()
  }

  async #run(): Promise<void> {
    for (let attempt = 0; !this.#over; attempt++) {
      try {
        const { signal } = this.#abort
        for await (const batch of this.#options.log.follow(this.tiles.position, {
          signal,
          batchSize: BATCH,
        })) {
          if (this.#over) return
          this.#add(batch)
          attempt = 0
          this.#status = 'following'
          this.#fault = undefined
        }
      } catch (error) {
        this.#failed(error, false)
        const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10))
        await sleep(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined)
      }
    }
  }

  get #over(): boolean {
    return this.#abort.signal.aborted || this.#status === 'stopped'
  }

  #add(batch: readonly RecordedEvent[]): void {
    const last = batch.at(-1)
    if (!last) return
    const leaves = batch.map(({ id, stream, revision, type, data, metadata: { recordedAt } }) => ({
      data: leafData({ id, stream, revision, type, data, recordedAt }),
      stream,
      revision,
    }))
    this.tiles.add(leaves, last.position)
    this.#soon()
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (!this.#over) this.#guarded(() => this.#sign())
    }, SIGN_AFTER_MS)
  }

  #sign(): void {
    const signed = this.#signer?.sign(this.tiles)
    if (signed) this.#cosigned.publish(signed)
  }

  /** A contradiction ends the signing for good; anything else, such as a full disk, is tried again. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed(error, error instanceof InconsistentTreeError)
      if (this.#status !== 'stopped') this.#soon()
    }
  }

  #failed(error: unknown, final: boolean): void {
    const fault = error instanceof Error ? error : new Error(String(error))
    if (this.#status !== 'stopped') this.#status = final ? 'stopped' : 'retrying'
    this.#fault = fault.message
    this.#options.onFault?.(fault, final)
  }
}
