import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog, RecordedEvent } from '../log/event-log.ts'
import { type Position, START } from '../log/position.ts'
import type { Hash } from '../transparency/hash.ts'
import type { Policy } from '../transparency/policy.ts'
import { consistencyProof, inclusionProof } from '../transparency/proofs.ts'
import type { Signer } from '../transparency/signer.ts'
import type { Verifier } from '../transparency/vkey.ts'
import type { CheckpointHistory } from './checkpoint-history.ts'
import { CheckpointSigner, type SignedCheckpoint } from './checkpoint-signer.ts'
import { CosignedCheckpoints } from './cosigned-checkpoints.ts'
import { leafOf } from './event-leaf.ts'
import { InconsistentTreeError, TransparencyFault } from './faults.ts'
import { PublishedFile } from './published-file.ts'
import { TileStore } from './tile-store.ts'

/** How the tree is doing. `stopped` is final: it contradicts what was signed, and a person has to look. */
export type TransparencyHealth = {
  readonly status: 'following' | 'retrying' | 'stopped'
  readonly size: number
  /** The size of the checkpoint that is served. */
  readonly checkpoint?: number
  /** When that was published, RFC 3339, where it is known. */
  readonly checkpointAt?: string
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
  /** Told of every checkpoint that is published. */
  readonly history?: CheckpointHistory
  readonly onFault?: (fault: Error, final: boolean) => void
}

/** From an append to its checkpoint: this, and the signing itself. A second is promised. */
const SIGN_AFTER_MS = 250
/** After a signature that could not be stored. */
const SIGN_AGAIN_MS = 2_000
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
  #stopped = false
  /** What last failed in each of the two, until it works again. */
  readonly #faults: { following?: string | undefined; signing?: string | undefined } = {}

  constructor(options: TransparencyOptions) {
    this.#options = options
    this.tiles = new TileStore(join(options.folder, 'tlog.sqlite'))
    const { policy, signer, folder } = options
    const published = new PublishedFile(join(folder, 'tlog-published'))
    this.#cosigned = new CosignedCheckpoints(
      policy,
      (from, to) => this.consistency(from, to),
      policy && published.read(signer.verifier, policy, this.tiles),
      (shown) => published.keep(shown),
      ({ note }) => options.history?.add(note),
    )
    this.#openSigner()
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

  /** What was published, where that is kept. */
  get history(): CheckpointHistory | undefined {
    return this.#options.history
  }

  health(): TransparencyHealth {
    const [size, last] = [this.tiles.size, this.#signer?.last?.size ?? 0]
    const at = this.history?.lastAt
    const fault = this.#faults.signing ?? this.#faults.following
    return {
      status: this.#stopped ? 'stopped' : fault === undefined ? 'following' : 'retrying',
      size,
      ...(this.checkpoint && { checkpoint: this.checkpoint.size }),
      ...(at !== undefined && { checkpointAt: at }),
      ...(last > size && { behind: last - size }),
      ...(fault !== undefined && { fault }),
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
    await this.history?.settled()
    this.tiles.close()
  }

  /** Throws where the file can't be read: a node that could never sign does not start. */
  #openSigner(): void {
    try {
      this.#signer = new CheckpointSigner(join(this.#options.folder, 'tlog-checkpoint'), this.#options.signer)
    } catch (error) {
      if (!(error instanceof InconsistentTreeError)) throw error
      this.#failed(error, 'signing')
    }
  }

  async #run(): Promise<void> {
    for (let attempt = 0; !this.#over; attempt++) {
      try {
        const { signal } = this.#abort
        const from = await this.#whereItEnds()
        for await (const batch of this.#options.log.follow(from, { signal, batchSize: BATCH })) {
          if (this.#over) return
          if (batch.length > 0) this.#add(batch)
          attempt = 0
          this.#faults.following = undefined
        }
      } catch (error) {
        this.#failed(error, 'following')
        const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10))
        await sleep(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined)
      }
    }
  }

  get #over(): boolean {
    return this.#abort.signal.aborted || this.#stopped
  }

  /**
   * The place of the tree's last event in the log. The log must hold it as it was: behind the end of one that was
   * restored from a backup, new events would be missed. Where it holds none it may be a replica that is behind, so that
   * is asked again, and nothing is signed; another event in its place is final. Positions are taken from the log, not
   * kept: another store gives others.
   */
  async #whereItEnds(): Promise<Position> {
    const { size, last } = this.tiles
    if (!last) return START
    const { events } = await this.#options.log.readStream(last.stream, last.revision)
    const [event] = events
    if (!event) throw new TransparencyFault(`the log has lost the event of leaf ${size - 1}, or is behind`)
    if (!leafOf(event).data.equals(last.data))
      throw new InconsistentTreeError(`the log holds another event than leaf ${size - 1} of the tree`)
    return event.position
  }

  #add(batch: readonly RecordedEvent[]): void {
    this.tiles.add(batch.map(leafOf))
    this.#soon()
  }

  #soon(ms = SIGN_AFTER_MS): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (!this.#over) this.#sign()
    }, ms)
  }

  #sign(): void {
    try {
      const signed = this.#signer?.sign(this.tiles)
      this.#faults.signing = undefined
      if (signed) this.#cosigned.publish(signed)
    } catch (error) {
      this.#failed(error, 'signing')
      if (!this.#stopped) this.#soon(SIGN_AGAIN_MS)
    }
  }

  /** A contradiction ends the signing for good; anything else, such as a full disk, is tried again. */
  #failed(error: unknown, what: 'following' | 'signing'): void {
    const fault = error instanceof Error ? error : new Error(String(error))
    const final = fault instanceof InconsistentTreeError
    if (final) this.#stopped = true
    // Health is public, and the system's messages name files.
    this.#faults[what] =
      fault instanceof TransparencyFault ? fault.message : `${what} failed; it is tried again`
    this.#options.onFault?.(fault, final)
  }
}
