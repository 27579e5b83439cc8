import type { RecordedEvent } from '../log/event-log.ts'
import { leafData } from '../transparency/leaf.ts'
import type { NewLeaf } from './tile-store.ts'

/** The leaf of an event. */
export function leafOf({ id, stream, revision, type, data, metadata }: RecordedEvent): NewLeaf {
  return {
    data: leafData({ id, stream, revision, type, data, recordedAt: metadata.recordedAt }),
    stream,
    revision,
  }
}
