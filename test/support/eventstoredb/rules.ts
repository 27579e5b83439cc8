import type { RecentIds } from './recent-ids.ts'

/** What the caller expects of a stream; a number is the revision of its last event. */
export type Expected = 'any' | 'stream-exists' | 'no-stream' | number

/** What the rules look at. `lastRevision` counts what is written, `visibleRevision` only what is committed; -1 for none. */
export type StreamFacts = {
  readonly stream: string
  readonly lastRevision: number
  readonly visibleRevision: number
  readonly tombstoned: boolean
  readonly softDeleted: boolean
  readonly hasMetadata: boolean
  /** The id of a committed event: the index. */
  readonly idAt: (revision: number) => string | undefined
}

/** What the server's writer decides about an append. `not-ready` gets no answer at all, only the timeout. */
export type Verdict =
  | { readonly kind: 'write' }
  | { readonly kind: 'repeat'; readonly last: number }
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'deleted' }

const CONFLICT: Verdict = { kind: 'conflict' }
const WRITE: Verdict = { kind: 'write' }

/**
 * The commit check of EventStoreDB 24.6 (IndexWriter.CheckCommit): two mechanisms, the bounded memory of recent ids
 * for `any` and `stream-exists`, and the comparison with the stream's own events for an explicit revision. Only ids
 * are compared, never what an event says. A revision equal to the current one is never compared: it is written.
 */
export function decide(
  facts: StreamFacts,
  expected: Expected,
  ids: readonly string[],
  recent: RecentIds,
): Verdict {
  if (facts.tombstoned) return { kind: 'deleted' }
  if (expected === 'stream-exists') {
    if (facts.softDeleted) return { kind: 'deleted' }
    if (facts.lastRevision < 0 && !facts.hasMetadata) return CONFLICT
  }
  if (expected === 'any' || expected === 'stream-exists') return decideByMemory(facts, ids, recent)
  const revision = expected === 'no-stream' ? -1 : expected
  if (revision > facts.lastRevision) return CONFLICT
  if (revision === facts.lastRevision) return WRITE
  return decideByIndex(facts, revision, ids, recent)
}

function decideByMemory(facts: StreamFacts, ids: readonly string[], recent: RecentIds): Verdict {
  let last = -1
  for (const [index, id] of ids.entries()) {
    const written = recent.get(id)
    if (written?.stream !== facts.stream) return index === 0 ? WRITE : CONFLICT
    last = written.revision
  }
  return ids.length === 0 ? WRITE : repeatOf(facts, last)
}

function decideByIndex(
  facts: StreamFacts,
  after: number,
  ids: readonly string[],
  recent: RecentIds,
): Verdict {
  let revision = after
  for (const id of ids) {
    revision += 1
    const written = recent.get(id)
    if (written?.stream === facts.stream && written.revision === revision) continue
    if (facts.idAt(revision) === id) continue
    return revision === after + 1 && after === -1 && facts.softDeleted ? WRITE : CONFLICT
  }
  return ids.length === 0 ? CONFLICT : repeatOf(facts, revision)
}

/** A repeat of what is written but not yet committed is dropped by the writer: its caller waits for the timeout. */
function repeatOf(facts: StreamFacts, last: number): Verdict {
  return facts.visibleRevision >= last ? { kind: 'repeat', last } : { kind: 'not-ready' }
}
