import type { CatalogueEntry } from './commands/catalogue-entry.ts'
import type { Outcome, Request } from './commands/executor.ts'
import type { Refusal } from './commands/refusal.ts'
import type { EventLog } from './log/event-log.ts'
import type { Position } from './log/position.ts'
import type { PersonalStore } from './personal/personal-store.ts'
import type { Projector } from './projections/projector.ts'
import type { ReadModel } from './projections/read-model.ts'

/**
 * The whole registry without a way in: log, personal store, read model and commands put together. HTTP and the
 * command line talk to this and to the functions of `queries/`, which answer from `readModel`.
 */
export type Registry = {
  readonly log: EventLog
  readonly personal: PersonalStore
  readonly readModel: ReadModel
  readonly projector: Projector
  /** The registry's clock, RFC 3339 UTC with milliseconds; never goes back, also where the system's does. */
  readonly now: () => string
  /**
   * Runs a command, then waits (at most `WAIT_MS`) until this node's read model holds what it recorded.
   * `visible: false` says that the wait ran out: recorded, but not yet to be read here.
   */
  run<Input>(entry: CatalogueEntry<Input>, id: string | undefined, input: Input, request: Request): Promise<Ran>
  /** Finishes what was accepted, flushes, closes everything. */
  close(): Promise<void>
}
export type Ran = Outcome<unknown, Refusal> & { readonly visible?: boolean }
export type { Position }
