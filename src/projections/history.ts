import type { RecordedEvent } from '../log/event-log.ts'

/** One recorded change of an aggregate as a read model keeps it: enough to fold, to date and to show. */
export type HistoryEntry = {
  readonly revision: number
  readonly type: string
  readonly data: object
  readonly recordedAt: string
  readonly actor: string
}

/** `event` is the recorded one as its schema reads it, so that folding it later gives the same text, key by key. */
export const entryOf = (
  event: { readonly type: string; readonly data: object },
  { revision, metadata }: RecordedEvent,
): HistoryEntry => ({
  revision: Number(revision),
  type: event.type,
  data: event.data,
  recordedAt: metadata.recordedAt,
  actor: metadata.actor,
})

/** Adds an entry to a history's JSON text without reading it. */
export function appended(history: string | undefined, entry: HistoryEntry): string {
  const text = JSON.stringify(entry)
  return history === undefined ? `[${text}]` : `${history.slice(0, -1)},${text}]`
}

export const readHistory = (history: string) => JSON.parse(history) as readonly HistoryEntry[]
