/** An event as a caller proposes it. */
export type ProposedEvent = {
  readonly id: string
  readonly type: string
  readonly contentType: string
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

/** An event as it lies in the log. `position` is the offset of its record, commit and prepare at once. */
export type StoredEvent = ProposedEvent & {
  readonly stream: string
  readonly revision: number
  readonly position: number
  /** Offset behind the record. */
  readonly end: number
  /** Milliseconds since the epoch. */
  readonly created: number
}

/** What became of an append or a deletion; `actual` is -1 for an absent stream. */
export type AppendResult =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: number }
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'conflict'; readonly actual: number }
  | { readonly kind: 'deleted' }

const NO_BYTES = new Uint8Array()

/** An event that the server writes for itself. */
export function systemEvent(type: string, json: string): ProposedEvent {
  return {
    id: crypto.randomUUID(),
    type,
    contentType: 'application/json',
    data: Buffer.from(json),
    metadata: NO_BYTES,
  }
}
