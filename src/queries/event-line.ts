import type { RecordedEvent } from '../log/event-log.ts'
import { formatPosition } from '../log/position.ts'

/** The event as auditors get it: what was appended, where it lies. */
export function lineOf({ position, revision, ...event }: RecordedEvent): string {
  return JSON.stringify({ position: formatPosition(position), revision: String(revision), ...event })
}
