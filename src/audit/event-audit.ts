import { setTimeout as sleep } from 'node:timers/promises'
import { leafHash } from '../transparency/hash.ts'
import type { Finding, Progress } from './finding.ts'
import type { LeavesFile } from './leaves-file.ts'
import { type AnsweredEvent, type RegistryClient, RegistryAwayError } from './registry-client.ts'

const ATTEMPTS = 5
const FIRST_PAUSE_MS = 250
/** How many events are compared between two looks at what was reached. */
const STEP = 1_000

/** How many leaves were held against their events, and the position of the last of those. */
export type Compared = { readonly compared: number; readonly after: string }

export type EventAudit = {
  readonly client: RegistryClient
  /** Verified up to `size`. */
  readonly leaves: LeavesFile
  readonly size: number
  readonly from: Compared
  /** Told what was reached, so that it can be kept. */
  readonly onReached: (reached: Compared) => void
  readonly onProgress: Progress
}

/**
 * Replays the events that the registry answers and makes each one's leaf anew, which must be the one in the tree.
 * Answers the first that is not. A connection that breaks off is taken up where it was, so long as it gets on; then
 * `RegistryAwayError`.
 */
export async function auditEvents(audit: EventAudit): Promise<Finding | undefined> {
  let reached = audit.from
  for (let attempt = 1; reached.compared < audit.size; attempt++) {
    const before = reached.compared
    try {
      return await compare({ ...audit, from: reached }, (now) => {
        reached = now
      })
    } catch (error) {
      audit.onReached(reached)
      if (reached.compared > before) attempt = 1
      if (!(error instanceof RegistryAwayError) || error.lasting || attempt >= ATTEMPTS) throw error
      await sleep(FIRST_PAUSE_MS * 2 ** attempt)
    }
  }
  return undefined
}

async function compare(
  { client, leaves, size, from, onReached, onProgress }: EventAudit,
  keep: (reached: Compared) => void,
): Promise<Finding | undefined> {
  let { compared, after } = from
  for await (const event of client.events(after, size - compared)) {
    const found = differs(event, leaves, compared)
    if (found) {
      onReached({ compared, after })
      return found
    }
    compared += 1
    after = event.position
    keep({ compared, after })
    if (compared % STEP === 0) {
      onReached({ compared, after })
      onProgress('events', compared, size)
    }
    if (compared === size) break
  }
  onReached({ compared, after })
  return compared < size
    ? { kind: 'event-missing', index: compared, detail: `the registry answers no event behind ${after}` }
    : undefined
}

function differs(event: AnsweredEvent, leaves: LeavesFile, index: number): Finding | undefined {
  if (event.leaf && leafHash(event.leaf) === leaves.at(index)) return undefined
  const what = `event ${event.id}, revision ${event.revision} of ${event.stream}`
  return {
    kind: 'event-differs',
    index,
    detail: `the registry answers ${what}, which is not what its leaf holds`,
  }
}
