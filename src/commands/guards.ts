import { personStream, refsIn } from '../domain/person.ts'
import type { NewEvent } from '../log/event-log.ts'
import type { Actor, Command, CommonRefusal, DomainEvent, Lookup, Reference } from './command.ts'
import type { ExecutorDeps } from './executor.ts'
import { personsIn } from './person-input.ts'

/** Refusals that need no look at the aggregate: the role, what the input refers to, persons already erased. */
export async function refusedBeforehand<
  Input,
  State,
  Event extends DomainEvent,
  Refusal extends { readonly kind: string },
>(
  deps: ExecutorDeps,
  command: Command<Input, State, Event, Refusal>,
  input: Input,
  actor: Actor,
): Promise<CommonRefusal | undefined> {
  if (!command.roles.includes(actor.role)) return { kind: 'forbidden', why: 'role' }
  for (const reference of command.references?.(input) ?? []) {
    if (await isKnown(deps, reference)) continue
    const { kind, field, id } = reference
    return kind === 'organization'
      ? { kind: 'unknown-organization', field, id }
      : { kind: 'unknown-session', field, id }
  }
  return erasedPerson(deps.lookup, input)
}

/**
 * An erasure that ran between this command's check and its append found nothing of what the command had put into the
 * store a moment later. The log knows the erasure by now: whichever of the two comes last forgets. A person who is new
 * can't have been erased; that one is passed over at the cost of a read.
 */
export async function forgetErased(
  { log, personal }: ExecutorDeps,
  events: readonly NewEvent[],
): Promise<void> {
  const ids = new Set(refsIn(events.map(({ data }) => data)).map(({ personId }) => personId))
  for (const personId of ids)
    if ((await log.readStream(personStream(personId))).revision !== 'no-stream')
      await personal.forgetPerson(personId)
}

/** What the read model does not hold yet may stand in the log already: the log has the last word. */
async function isKnown({ lookup, log }: ExecutorDeps, { kind, id }: Reference): Promise<boolean> {
  const isSeen = kind === 'organization' ? lookup.organizationExists(id) : lookup.sessionExists(id)
  return isSeen || (await log.readStream(`${kind}-${id}`)).revision !== 'no-stream'
}

/** A person of the input whose data were erased, as a refusal. */
export function erasedPerson(lookup: Lookup, input: unknown): CommonRefusal | undefined {
  for (const { personId } of personsIn(input))
    if (personId !== undefined && lookup.personErased(personId)) return { kind: 'person-erased', personId }
  return undefined
}
