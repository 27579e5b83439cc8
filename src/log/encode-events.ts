import { EventTooLargeError, MAX_APPEND_EVENTS, MAX_EVENT_BYTES } from './event-log.ts'
import type { NewEvent } from './event-log.ts'

/** An event whose data and metadata are JSON text, ready to be stored. */
export type EncodedEvent = readonly [id: string, type: string, data: string, metadata: string]

/**
 * The events of one append as text, checked against the limits every log shares before anything is written.
 * Throws `RangeError` (no events, more than `MAX_APPEND_EVENTS`, a lone surrogate) and `EventTooLargeError`.
 */
export function encodeEvents(events: readonly NewEvent[]): EncodedEvent[] {
  if (events.length === 0 || events.length > MAX_APPEND_EVENTS)
    throw new RangeError(`an append takes 1 to ${MAX_APPEND_EVENTS} events, not ${events.length}`)
  return events.map(encodeEvent)
}

function encodeEvent({ id, type, data, metadata }: NewEvent): EncodedEvent {
  const text = JSON.stringify(data)
  // A UTF-16 unit is at most 3 bytes of UTF-8: short texts need no counting.
  if (text.length * 3 > MAX_EVENT_BYTES) {
    const bytes = Buffer.byteLength(text)
    if (bytes > MAX_EVENT_BYTES) throw new EventTooLargeError(bytes)
  }
  const about = JSON.stringify(metadata)
  if (holdsLoneSurrogate(text) || holdsLoneSurrogate(about) || !type.isWellFormed())
    throw new RangeError('an event holds a lone surrogate, which no UTF-8 can hold')
  return [id, type, text, about]
}

/** JSON escapes nothing of the kind but what has no partner. A backslash that is itself escaped begins no escape. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

const holdsLoneSurrogate = (json: string) => json.includes('\\ud') && LONE_SURROGATE.test(json)
