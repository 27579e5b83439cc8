import { hash, randomUUID } from 'node:crypto'
import canonicalize from 'canonicalize'
import { v5 as uuidv5 } from 'uuid'
import { refsIn } from '../domain/person.ts'
import type { EventMetadata, JsonObject, NewEvent, RecordedEvent } from '../log/event-log.ts'
import type { DomainEvent } from './command.ts'
import type { Request } from './executor.ts'

/** Namespace of the ids made from idempotency keys (UUIDv5, RFC 9562). */
const NAMESPACE = '4b1d2f0e-3a58-5c7e-9f6a-6d0f1c2b3a49'

/** Names the command as its events' cause: the same under the same key, else a new one. */
export function commandIdOf(name: string, id: string, { actor, keyHolder, idempotencyKey }: Request): string {
  return idempotencyKey === undefined
    ? randomUUID()
    : uuidv5(JSON.stringify([keyHolder ?? actor.name, name, id, idempotencyKey]), NAMESPACE)
}

/** SHA-256 over the request without its persons' fields: a digest of a name could be guessed open. */
export function digestOf(name: string, id: string, input: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(input))
  return hash('sha256', canonicalize({ name, id, input: plain }) ?? '', 'hex')
}

/** The later of two instants: a stream's time never goes back, whichever node's clock wrote last. */
export function laterOf(now: string, last: RecordedEvent | undefined): string {
  return last && last.metadata.recordedAt > now ? last.metadata.recordedAt : now
}

/** What all events of one command know about themselves. */
export function metadataOf(
  request: Request,
  commandId: string,
  requestDigest: string,
  recordedAt: string,
): EventMetadata {
  const { actor, correlationId } = request
  return {
    recordedAt,
    actor: actor.name,
    correlationId,
    causationId: commandId,
    schemaVersion: '1',
    requestDigest,
  }
}

/**
 * The id comes from the key, the body and the persons' commitments: of two requests that race under one key, the one
 * with another body or another person loses to the first, instead of passing for its repeat.
 */
export function newEvent(event: DomainEvent, index: number, metadata: EventMetadata): NewEvent {
  const data = JSON.parse(JSON.stringify(event.data)) as JsonObject
  const commitments = refsIn(data).map(({ commitment }) => commitment)
  const said = [index, metadata.requestDigest, ...commitments].join(' ')
  return { id: uuidv5(said, metadata.causationId), type: event.type, data, metadata }
}
