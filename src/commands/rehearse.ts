import { randomBytes } from 'node:crypto'
import type { AppendOutcome, EventLog, NewEvent, RecordedEvent, StreamSlice } from '../log/event-log.ts'
import { EventTooLargeError, MAX_EVENT_BYTES } from '../log/event-log.ts'
import type { Opening, PersonalStore, StoredOpening } from '../personal/personal-store.ts'
import type { CatalogueEntry, CommandDeps, EntryOutcome } from './catalogue-entry.ts'
import type { Request } from './executor.ts'

/** What a command would do: its outcome, the streams as they would then be, and the persons that it would seal. */
export type Rehearsal = {
  readonly outcome: EntryOutcome
  readonly readStream: EventLog['readStream']
  readonly opened: (commitment: string) => Opening | undefined
}

/**
 * Runs a command of the catalogue with every check that recording makes, and records nothing: appends and openings go
 * to memory, over the log as it is. What it answers was so when it was asked; recording asks again. Under the request's
 * own idempotency key, so that what a first try left half done (a serial number held for it) speaks for it, not against.
 */
export async function rehearse(
  deps: CommandDeps,
  entry: CatalogueEntry,
  id: string | undefined,
  input: unknown,
  request: Request,
): Promise<Rehearsal> {
  const log = new RehearsedLog(deps.log)
  const openings = new Map<string, Opening>()
  const stage = { ...deps, log, personal: over(deps.personal, openings), randomBytes }
  const outcome = await entry.run(stage, id, input, request)
  return { outcome, readStream: log.readStream, opened: (commitment) => openings.get(commitment) }
}

/** A log that keeps what is appended to itself. */
class RehearsedLog implements EventLog {
  readonly #log: EventLog
  readonly #appended = new Map<string, RecordedEvent[]>()

  constructor(log: EventLog) {
    this.#log = log
  }

  readonly readStream = async (stream: string, from = 0n): Promise<StreamSlice> => {
    const recorded = await this.#log.readStream(stream, from)
    const rehearsed = this.#appended.get(stream)
    const last = rehearsed?.at(-1)
    if (!rehearsed || !last) return recorded
    const behind = rehearsed.filter(({ revision }) => revision >= from)
    return { revision: last.revision, events: [...recorded.events, ...behind] }
  }

  async append(
    stream: string,
    expected: bigint | 'no-stream',
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    const { revision: actual } = await this.readStream(stream)
    if (actual !== expected) return { kind: 'conflict', actual }
    const position = await this.head()
    let revision = actual === 'no-stream' ? -1n : actual
    const recorded = events.map((event) => {
      const bytes = Buffer.byteLength(JSON.stringify(event.data))
      if (bytes > MAX_EVENT_BYTES) throw new EventTooLargeError(bytes)
      revision += 1n
      return { ...event, stream, revision, position }
    })
    this.#appended.set(stream, [...(this.#appended.get(stream) ?? []), ...recorded])
    return { kind: 'appended', revision, position }
  }

  head: EventLog['head'] = () => this.#log.head()
  readAll: EventLog['readAll'] = (after, options) => this.#log.readAll(after, options)
  readBack: EventLog['readBack'] = (before, options) => this.#log.readBack(before, options)
  follow: EventLog['follow'] = (after, options) => this.#log.follow(after, options)
  close = (): Promise<void> => Promise.resolve()
}

/** A personal store that keeps new openings to itself and forgets nobody. */
const over = (store: PersonalStore, openings: Map<string, Opening>): PersonalStore => ({
  put: async (given) => {
    for (const opening of given) openings.set(opening.commitment, opening)
  },
  get: async (commitments) => {
    const mine = commitments
      .map((one) => openings.get(one))
      .filter((one) => one !== undefined)
      .map((one): StoredOpening => ({ ...one, storedAt: '' }))
    return [...mine, ...(await store.get(commitments))]
  },
  forgetPerson: async () => 0,
  remove: async () => 0,
  list: (query) => store.list(query),
  secret: async (_name, proposed) => proposed,
  close: async () => undefined,
})
