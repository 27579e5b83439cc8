import type { EventLog } from '../../src/log/event-log.ts'
import { START } from '../../src/log/position.ts'

/** An append whose success somebody was told: its stream, and the ids of its events from revision 0. */
export type Acknowledged = { readonly stream: string; readonly ids: readonly string[] }

/** What was read, and everything that should not be; no problems, no loss. */
export type Verdict = { readonly events: number; readonly problems: readonly string[] }

/**
 * Reads a whole log and holds it against what was acknowledged: no append is missing or in part, no event is there
 * twice, every stream counts from 0 without a gap. Appends that nobody was told of may be there or not.
 */
export async function judge(log: EventLog, acknowledged: readonly Acknowledged[]): Promise<Verdict> {
  const problems: string[] = []
  const streams = new Map<string, string[]>()
  const seen = new Set<string>()
  for await (const batch of log.readAll(START)) {
    for (const { id, stream, revision } of batch) {
      const ids = streams.get(stream) ?? []
      if (revision !== BigInt(ids.length))
        problems.push(`${stream}: revision ${revision} where ${ids.length} is due`)
      if (seen.has(id)) problems.push(`${stream}: ${id} is there twice`)
      seen.add(id)
      ids.push(id)
      streams.set(stream, ids)
    }
  }
  for (const { stream, ids } of acknowledged) {
    const found = streams.get(stream)?.slice(0, ids.length) ?? []
    if (found.join() !== ids.join())
      problems.push(`${stream}: acknowledged ${ids.length}, found ${found.length}`)
  }
  return { events: seen.size, problems }
}
