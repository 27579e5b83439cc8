import type { EventLog, RecordedEvent } from '../../log/event-log.ts'
import type { Position } from '../../log/position.ts'

/** Events of one page, and where the next one goes on: behind the last that was looked at. */
export type HistoryPage = { readonly events: readonly RecordedEvent[]; readonly next?: Position }

const PAGE = 50
/** A filter that fits little must not read the whole log for one page. */
const MOST_LOOKED_AT = 20_000

/** The events behind a position that fit, in the log's order, 50 at most. Reads 20,000 at most, and says where it ended. */
export async function historyPage(
  log: EventLog,
  after: Position,
  fits: (event: RecordedEvent) => boolean,
): Promise<HistoryPage> {
  const events: RecordedEvent[] = []
  let lookedAt = 0
  for await (const batch of log.readAll(after, { batchSize: 500 }))
    for (const event of batch) {
      lookedAt += 1
      if (fits(event)) events.push(event)
      if (events.length === PAGE || lookedAt === MOST_LOOKED_AT) return { events, next: event.position }
    }
  return { events }
}
