import { z } from 'zod'
import { awardEvent } from '../domain/award.ts'
import { issuerEvent } from '../domain/issuer.ts'
import { organizationEvent } from '../domain/organization.ts'
import { personEvent } from '../domain/person.ts'
import { proposalEvent } from '../domain/proposal.ts'
import { serialEvent } from '../domain/serial.ts'
import { sessionEvent } from '../domain/session.ts'
import type { RecordedEvent } from '../log/event-log.ts'
import { formatPosition } from '../log/position.ts'

/** Every event that the registry records, by the kind of stream that holds it. */
const shapes = {
  award: awardEvent,
  issuer: issuerEvent,
  organization: organizationEvent,
  person: personEvent,
  proposal: proposalEvent,
  serial: serialEvent,
  session: sessionEvent,
} as const
export type StreamKind = keyof typeof shapes
/** What the names of the registry's streams begin with. */
export const STREAM_PREFIXES: readonly string[] = Object.keys(shapes).map((kind) => `${kind}-`)
/** The types of all events that are recorded. */
export const EVENT_TYPES: readonly string[] = Object.values(shapes).flatMap(({ options }) =>
  options.map(({ shape }) => shape.type.value),
)

/** The events of one kind of stream. */
export type EventOf<Kind extends StreamKind> = z.infer<(typeof shapes)[Kind]>
type Envelope<Kind extends StreamKind> = {
  readonly kind: Kind
  /** The stream's name behind `kind-`. */
  readonly subject: string
  readonly event: EventOf<Kind>
  readonly recorded: RecordedEvent
}
export type RegistryEvent = { [Kind in StreamKind]: Envelope<Kind> }[StreamKind]

/**
 * An event whose stream, type, schema version or data this version of the registry cannot read. Reading on would vouch
 * for what it says unread (a revocation, say), so whoever meets it stops.
 */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError'
  readonly event: Pick<RecordedEvent, 'stream' | 'revision' | 'type' | 'position'>
  constructor(event: RecordedEvent, why: string) {
    super(
      `can't read ${event.type} at ${formatPosition(event.position)} (${event.stream}, revision ${event.revision}): ${why}`,
    )
    this.event = event
  }
}

/** Reads a recorded event. Throws `UnreadableEventError`. */
export function readEvent(recorded: RecordedEvent): RegistryEvent {
  const { stream, type, data, metadata } = recorded
  const dash = stream.indexOf('-')
  const kind = stream.slice(0, dash)
  if (!isKind(kind)) throw new UnreadableEventError(recorded, 'the stream is of no known kind')
  if (metadata.schemaVersion !== '1')
    throw new UnreadableEventError(recorded, 'its schema version is not known')
  const parsed = shapes[kind].safeParse({ type, data })
  if (!parsed.success) throw new UnreadableEventError(recorded, problems(parsed.error))
  return { kind, subject: stream.slice(dash + 1), event: parsed.data, recorded } as RegistryEvent
}

const isKind = (text: string): text is StreamKind => Object.hasOwn(shapes, text)

/** Paths and codes alone: what an event holds does not belong into a log line. */
const problems = (error: z.ZodError) =>
  error.issues
    .map(({ path, code }) => `${path.join('.') || 'event'}: ${code}`)
    .slice(0, 5)
    .join('; ')
