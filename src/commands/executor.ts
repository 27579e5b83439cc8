import type { EventLog, RecordedEvent, StreamSlice } from '../log/event-log.ts'
import type { Position } from '../log/position.ts'
import type { PersonalStore } from '../personal/personal-store.ts'
import { readEvent } from '../projections/registry-event.ts'
import type { Actor, Aggregate, Command, CommonRefusal, DomainEvent, Lookup } from './command.ts'
import { erasedPerson, forgetErased, refusedBeforehand } from './guards.ts'
import { personsIn } from './person-input.ts'
import { commandIdOf, digestOf, laterOf, metadataOf, newEvent } from './recording.ts'
import { Sealer, samePersons } from './sealing.ts'

/** What the executor works with. `now` never goes back (clock.ts). */
export type ExecutorDeps = {
  readonly log: EventLog
  readonly personal: PersonalStore
  readonly lookup: Lookup
  readonly now: () => string
  readonly onConflict?: () => void
}

/** What comes with a request beside its input. */
export type Request = {
  readonly actor: Actor
  readonly correlationId: string
  readonly idempotencyKey?: string | undefined
  /** Whose the key is; by default the actor's own. A batch's belongs to its issuer, so that a colleague may repeat it. */
  readonly keyHolder?: string | undefined
  /** The revision that the caller has seen (`If-Match`). */
  readonly expected?: bigint | undefined
}

export type Executed<State> = {
  readonly ok: true
  readonly id: string
  readonly revision: bigint
  readonly state: State
  /** Where this command's last event lies; absent where nothing had to be recorded. */
  readonly position?: Position
  /** True where the same request had been recorded before, or what it asks was so already. */
  readonly repeated: boolean
}
export type Outcome<State, Refusal> =
  | Executed<State>
  | { readonly ok: false; readonly refusal: Refusal | CommonRefusal }

/** Lost races before a request is sent away: each means that somebody else recorded something meanwhile. */
const MAX_ATTEMPTS = 16

/** A stream that nothing was written to yet. */
const NEW: StreamSlice = { revision: 'no-stream', events: [] }

/**
 * Runs a command: read, fold, decide, append at the revision read; on a lost race reads and decides again, bounded.
 * The same request under the same idempotency key is recorded once, whatever dies in between: its events name the key
 * as their cause, so the stream itself remembers. The key counts for one actor, command and subject.
 * `isNew` saves the first read where the ID has just been drawn at random; if it was taken after all, the append
 * conflicts and the stream is read. Throws `LogUnavailableError`, `PersonalStoreUnavailableError`, `EventTooLargeError`.
 */
export async function execute<
  Input,
  State,
  Event extends DomainEvent,
  Refusal extends { readonly kind: string },
>(
  deps: ExecutorDeps,
  command: Command<Input, State, Event, Refusal>,
  id: string,
  input: Input,
  request: Request,
  options: { readonly isNew?: boolean } = {},
): Promise<Outcome<State, Refusal>> {
  const refusal = await refusedBeforehand(deps, command, input, request.actor)
  if (refusal) return { ok: false, refusal }
  const { log } = deps
  const sealer = new Sealer(deps.personal, deps.now)
  const attempt = {
    deps,
    command,
    id,
    input,
    request,
    sealer,
    commandId: commandIdOf(command.name, id, request),
  }
  for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
    const slice =
      tries === 0 && options.isNew === true ? NEW : await log.readStream(command.aggregate.stream(id))
    const outcome = await tryOnce(attempt, slice)
    if (outcome === 'conflict') deps.onConflict?.()
    else {
      if (!outcome.ok || outcome.repeated) await sealer.discard()
      return outcome
    }
  }
  await sealer.discard()
  return { ok: false, refusal: { kind: 'too-busy' } }
}

type Attempt<Input, State, Event extends DomainEvent, Refusal extends { readonly kind: string }> = {
  readonly deps: ExecutorDeps
  readonly command: Command<Input, State, Event, Refusal>
  readonly id: string
  readonly input: Input
  readonly request: Request
  readonly sealer: Sealer
  readonly commandId: string
}

async function tryOnce<Input, State, Event extends DomainEvent, Refusal extends { readonly kind: string }>(
  attempt: Attempt<Input, State, Event, Refusal>,
  slice: StreamSlice,
): Promise<Outcome<State, Refusal> | 'conflict'> {
  const { deps, command, id, input, request, sealer, commandId } = attempt
  const { aggregate } = command
  const state = foldSlice(aggregate, slice)
  const digest = digestOf(command.name, id, input)
  const before = slice.events.filter(({ metadata }) => metadata.causationId === commandId)
  if (before.length > 0) return repeated({ attempt, slice, state, before, digest })
  const current = slice.revision
  if (request.expected !== undefined && current !== request.expected)
    return { ok: false, refusal: { kind: 'precondition-failed', revision: String(current) } }
  if (command.allows?.(state, request.actor, input) === false)
    return { ok: false, refusal: { kind: 'forbidden', why: 'other-issuer' } }
  const completed = command.complete?.(input, state) ?? input
  const erased = erasedPerson(deps.lookup, completed)
  if (erased) return { ok: false, refusal: erased }
  const intent = await sealer.seal(completed, state)
  const now = laterOf(deps.now(), slice.events.at(-1))
  const circumstances = { today: now.slice(0, 10), actor: request.actor, lookup: deps.lookup, id }
  const decision = command.decide(intent, circumstances)(state)
  if (!decision.ok) return decision
  if (decision.events.length === 0)
    return { ok: true, id, revision: current === 'no-stream' ? -1n : current, state, repeated: true }
  const next = decision.events.reduce(aggregate.evolve, state)
  const insecure = await command.secure?.(next, decision.events)
  if (insecure) return { ok: false, refusal: insecure }
  const metadata = metadataOf(request, commandId, digest, now)
  const events = decision.events.map((event, index) => newEvent(event, index, metadata))
  const outcome = await deps.log.append(aggregate.stream(id), current, events)
  if (outcome.kind === 'conflict') return 'conflict'
  if (personsIn(input).length > 0) await forgetErased(deps, events)
  return {
    ok: true,
    id,
    revision: outcome.revision,
    state: next,
    position: outcome.position,
    repeated: false,
  }
}

/** An answer to a request that stands in the stream already, or a refusal where its key came with another body. */
async function repeated<
  Input,
  State,
  Event extends DomainEvent,
  Refusal extends { readonly kind: string },
>(found: {
  attempt: Attempt<Input, State, Event, Refusal>
  slice: StreamSlice
  state: State
  before: readonly RecordedEvent[]
  digest: string
}): Promise<Outcome<State, Refusal>> {
  const { attempt, slice, state, before, digest } = found
  const same =
    before.every(({ metadata }) => metadata.requestDigest === digest) &&
    (await samePersons(
      attempt.deps.personal,
      attempt.input,
      before.map(({ data }) => data),
    ))
  if (!same) return { ok: false, refusal: { kind: 'idempotency-key-reused' } }
  const revision = slice.revision === 'no-stream' ? -1n : slice.revision
  const position = before.at(-1)?.position
  return { ok: true, id: attempt.id, revision, state, repeated: true, ...(position && { position }) }
}

/** The state that a stream's events add up to. Throws `UnreadableEventError` on one that can't be read. */
export function foldSlice<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  slice: StreamSlice,
): State {
  return slice.events.reduce(
    (state, recorded) => aggregate.evolve(state, readEvent(recorded).event as unknown as Event),
    aggregate.initial,
  )
}
