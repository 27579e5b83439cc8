import type { EventLog, RecordedEvent } from '../../../log/event-log.ts'
import type { Position } from '../../../log/position.ts'

/** Where a page of the history is: the newest before a position, or before the end; or the first behind a position. */
export type Place = { readonly before?: Position | undefined } | { readonly after: Position }

/** Events of one page, the newest first, and how to go on from what was looked at. */
export type HistoryPage = {
  readonly events: readonly RecordedEvent[]
  readonly lookedAt: number
  /** Whether the page ended because too much had been looked at. */
  readonly gaveUp: boolean
  /** Older ones are before this; absent where the beginning was reached. */
  readonly older?: Position
  /** Newer ones are behind this; absent where nothing was looked at. */
  readonly newer?: Position
}

const PAGE = 50
/** A filter that fits little must not read the whole log for one page. */
const MOST_LOOKED_AT = 20_000

/** The events of a place that fit, 50 at most. Looks at 20,000 at most, and says where it ended. */
export async function historyPage(
  log: EventLog,
  place: Place,
  fits: (event: RecordedEvent) => boolean,
): Promise<HistoryPage> {
  const isBack = !('after' in place)
  const batches = isBack
    ? log.readBack(place.before, { batchSize: 500 })
    : log.readAll(place.after, { batchSize: 500 })
  const found: RecordedEvent[] = []
  let [lookedAt, ended]: [number, boolean] = [0, true]
  let first: Position | undefined
  let last: Position | undefined
  reading: for await (const batch of batches)
    for (const event of batch) {
      lookedAt += 1
      first ??= event.position
      last = event.position
      if (fits(event)) found.push(event)
      ended = found.length < PAGE && lookedAt < MOST_LOOKED_AT
      if (!ended) break reading
    }
  const gaveUp = !ended && found.length < PAGE
  if (isBack)
    return {
      events: found,
      lookedAt,
      gaveUp,
      ...(!ended && last && { older: last }),
      ...(first && { newer: first }),
    }
  const newer = last ?? place.after
  return { events: found.toReversed(), lookedAt, gaveUp, newer, ...(first && { older: first }) }
}
