import { LRUCache } from 'lru-cache'
import type { EventLog } from '../log/event-log.ts'
import type { Aggregate, DomainEvent } from './command.ts'
import { foldSlice } from './executor.ts'

type Folded = { readonly state: unknown; readonly revision: bigint }

/**
 * Folded states of streams that many commands look at: an award's issuer, its session. Always as fresh as the log:
 * each call reads what came behind the revision kept, which is nothing most of the time.
 */
export class FoldedStreams {
  readonly #log: EventLog
  readonly #kept: LRUCache<string, Folded>

  constructor(log: EventLog, max = 1_000) {
    this.#log = log
    this.#kept = new LRUCache({ max })
  }

  /** The state of an aggregate as the log holds it now. Throws `UnreadableEventError`, `LogUnavailableError`. */
  async read<State, Event extends DomainEvent>(
    aggregate: Aggregate<State, Event>,
    id: string,
  ): Promise<State> {
    const stream = aggregate.stream(id)
    const kept = this.#kept.get(stream)
    const slice = await this.#log.readStream(stream, kept === undefined ? 0n : kept.revision + 1n)
    const before = kept === undefined ? aggregate.initial : (kept.state as State)
    const state = foldSlice({ ...aggregate, initial: before }, slice)
    if (slice.revision !== 'no-stream') this.#kept.set(stream, { state, revision: slice.revision })
    return state
  }
}

/** As the kept one where there is one, else read whole. */
export async function readState<State, Event extends DomainEvent>(
  deps: { readonly log: EventLog; readonly folded?: FoldedStreams },
  aggregate: Aggregate<State, Event>,
  id: string,
): Promise<State> {
  if (deps.folded) return deps.folded.read(aggregate, id)
  return foldSlice(aggregate, await deps.log.readStream(aggregate.stream(id)))
}
