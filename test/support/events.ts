import { randomUUID } from 'node:crypto'
import type { EventMetadata, JsonObject, NewEvent, RecordedEvent } from '../../src/log/event-log.ts'

/** A fresh event id. */
export function eventId(): string {
  return randomUUID()
}

/** An event that means nothing, for tests of the log; what matters to the test is given. */
export function newEvent(
  given: { id?: string; type?: string; data?: JsonObject; metadata?: Partial<EventMetadata> } = {},
): NewEvent {
  return {
    id: given.id ?? eventId(),
    type: given.type ?? 'AwardTested',
    data: given.data ?? { note: 'Мыкты кызматы үчүн' },
    metadata: {
      recordedAt: '2024-11-06T10:00:00.000Z',
      actor: 'council/key-1',
      correlationId: '0192f0c0-0000-7000-8000-000000000001',
      causationId: '0192f0c0-0000-7000-8000-000000000002',
      schemaVersion: '1',
      ...given.metadata,
    },
  }
}

export function newEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, () => newEvent())
}

/** Everything of a read, in one array. */
export async function collect(batches: AsyncIterable<readonly RecordedEvent[]>): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const batch of batches) events.push(...batch)
  return events
}
