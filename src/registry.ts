import { randomBytes } from 'node:crypto'
import { Clock } from './clock.ts'
import type { CatalogueEntry, CommandDeps, Ran } from './commands/catalogue-entry.ts'
import type { Request } from './commands/executor.ts'
import { FoldedStreams } from './commands/folded-streams.ts'
import { type Rehearsal, rehearse } from './commands/rehearse.ts'
import { completeApprovals } from './commands/proposal-commands.ts'
import { completeSupersessions } from './commands/supersede-award.ts'
import { type EventLog, LogUnavailableError } from './log/event-log.ts'
import type { Position } from './log/position.ts'
import type { PersonalStore } from './personal/personal-store.ts'
import { sweepOpenings } from './personal/sweep.ts'
import { ALL } from './projections/all.ts'
import { PersonalFollower } from './projections/personal-follower.ts'
import { PersonalIndex } from './projections/personal-index.ts'
import { Projector } from './projections/projector.ts'
import { ReadModel, ReadModelOutdatedError } from './projections/read-model.ts'
import { rebuildReadModel, type RebuildProgress } from './projections/rebuild.ts'
import type { RegistryEvent } from './projections/registry-event.ts'
import { lookupOver } from './queries/lookup.ts'
import { unissuedApprovals } from './queries/proposals.ts'
import { unnotedSupersessions } from './queries/supersessions.ts'

/** What a node is made of. The log and the personal store are opened by whoever knows which ones; the registry closes them. */
export type RegistryOptions = {
  readonly log: EventLog
  readonly personal: PersonalStore
  /** The read model's file; made, or rebuilt where other projections made it. */
  readonly readModelPath: string
  /** Milliseconds since 1970, as `Date.now`. */
  readonly systemNow: () => number
  readonly onRebuild?: (progress: RebuildProgress) => void
  /** Told of projector and personal store faults: for the operator's log, without personal data. */
  readonly onFault?: (fault: Error, final: boolean) => void
  readonly onConflict?: () => void
}

/** How long a command waits for this node's read model, in milliseconds. */
export const WAIT_MS = 5_000

/**
 * The whole registry without a way in: log, personal store, read model and commands put together. HTTP and the command
 * line talk to this, and to the functions of `queries/`, which answer from `readModel`.
 */
export class Registry {
  readonly log: EventLog
  readonly personal: PersonalStore
  readonly readModel: ReadModel
  readonly projector: Projector
  readonly clock: Clock
  readonly #deps: CommandDeps
  readonly #openings: PersonalFollower
  readonly #listeners = new Set<(events: readonly RegistryEvent[]) => void>()
  #closing: Promise<void> | undefined

  private constructor(options: RegistryOptions, readModel: ReadModel, clock: Clock) {
    this.log = options.log
    this.personal = options.personal
    this.readModel = readModel
    this.clock = clock
    const { onConflict, onFault } = options
    const index = new PersonalIndex(readModel, options.personal)
    this.#openings = new PersonalFollower(index, (fault) => onFault?.(fault, false))
    this.projector = new Projector({
      log: options.log,
      readModel,
      personal: this.#openings,
      onEvents: (events) => this.#heard(events),
      ...(onFault && { onFault }),
    })
    this.#deps = {
      log: options.log,
      personal: options.personal,
      lookup: lookupOver(readModel),
      now: clock.now,
      randomBytes,
      folded: new FoldedStreams(options.log),
      ...(onConflict && { onConflict }),
    }
  }

  /** Opens the read model (rebuilding it where it must be) and starts to follow the log. Throws `UnreadableEventError`. */
  static async open(options: RegistryOptions): Promise<Registry> {
    const readModel = await openReadModel(options)
    const clock = new Clock(options.systemNow)
    const registry = new Registry(options, readModel, clock)
    await registry.#openings.opened()
    await registry.#completeHalves()
    return registry
  }

  /** The registry's clock, RFC 3339 UTC with milliseconds; never goes back, also where the system's does. */
  now(): string {
    return this.clock.now()
  }

  /** What commands work with; for the import, which runs them without waiting for the read model. */
  get deps(): CommandDeps {
    return this.#deps
  }

  /**
   * Runs a command, then waits (at most `WAIT_MS`) until this node's read model holds what it recorded.
   * `visible: false` says that the wait ran out: recorded, but not yet to be read here.
   */
  async run(entry: CatalogueEntry, id: string | undefined, input: unknown, request: Request): Promise<Ran> {
    const outcome = await entry.run(this.#deps, id, input, request)
    if (!outcome.ok || outcome.position === undefined) return { ...outcome, visible: true }
    return { ...outcome, visible: await this.projector.reached(outcome.position, WAIT_MS) }
  }

  /** What `run` would do, with every check and without recording anything (commands/rehearse.ts). */
  rehearse(
    entry: CatalogueEntry,
    id: string | undefined,
    input: unknown,
    request: Request,
  ): Promise<Rehearsal> {
    return rehearse(this.#deps, entry, id, input, request)
  }

  /** Resolves true once everything recorded so far can be read here, false after `timeoutMs` and where the log is away. */
  async caughtUp(timeoutMs: number): Promise<boolean> {
    const head = await this.log.head().catch(unlessAway)
    return head !== undefined && (head.commit < 0n || this.projector.reached(head, timeoutMs))
  }

  /** Calls `listener` with each batch of events once the read model holds them; answers how to stop. */
  listen(listener: (events: readonly RegistryEvent[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Removes openings that no event has named for a day. Answers how many. Refuses to guess while the read model is behind. */
  async sweep(): Promise<number> {
    if (!(await this.caughtUp(WAIT_MS))) return 0
    return sweepOpenings(this.personal, {
      now: this.now(),
      isNamed: async (commitments) => new Set(commitments.filter((one) => this.#isNamed(one))),
    })
  }

  /** Finishes what was accepted, flushes, closes everything. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.projector.stop()
    await this.log.close()
    await this.personal.close()
    this.readModel.close()
  }

  #isNamed(commitment: string): boolean {
    return (
      this.readModel.prepare('SELECT 1 FROM commitment WHERE commitment = ?').get(commitment) !== undefined
    )
  }

  #heard(events: readonly RegistryEvent[]): void {
    const last = events.at(-1)
    if (last) this.clock.observe(last.recorded.metadata.recordedAt)
    for (const listener of this.#listeners) listener(events)
  }

  /** What takes two streams and whose recorder died between them is finished here, or as soon as the log is there. */
  async #completeHalves(): Promise<void> {
    try {
      if (await this.caughtUp(WAIT_MS)) {
        await completeSupersessions(this.#deps, unnotedSupersessions(this.readModel), 'start-up')
        await completeApprovals(this.#deps, unissuedApprovals(this.readModel), 'start-up')
        return
      }
    } catch (error) {
      unlessAway(error)
    }
    if (this.#closing === undefined) setTimeout(() => void this.#completeHalves(), WAIT_MS).unref()
  }
}

/** Lets nothing pass but that the log is away. */
function unlessAway(error: unknown): undefined {
  if (!(error instanceof LogUnavailableError)) throw error
}
export type { Position, Ran }

async function openReadModel({ log, readModelPath, onRebuild }: RegistryOptions): Promise<ReadModel> {
  const rebuild = () => rebuildReadModel(log, readModelPath, onRebuild ? { onProgress: onRebuild } : {})
  try {
    const model = new ReadModel(readModelPath, ALL)
    if (model.position.commit >= 0n) return model
    model.close()
  } catch (error) {
    if (!(error instanceof ReadModelOutdatedError)) throw error
  }
  await rebuild()
  return new ReadModel(readModelPath, ALL)
}
