import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** What a leaf covers of an event: nothing that a store adds, so that another store gives the same tree. */
export type LeafEvent = {
  readonly id: string
  readonly stream: string
  readonly revision: bigint
  readonly type: string
  readonly data: unknown
  readonly recordedAt: string
}

export type Leaf = { readonly event: string; readonly sha256: string }

/** What is hashed of an event: its canonical JSON (RFC 8785). Throws for data that is not JSON. */
export function canonicalEvent({ id, stream, revision, type, data, recordedAt }: LeafEvent): string {
  const text = canonicalize({ id, stream, revision: String(revision), type, data, recordedAt })
  if (text === undefined) throw new TypeError('an event that is not JSON')
  return text
}

/**
 * The data of an event's leaf: canonical JSON (RFC 8785) of its id and of the SHA-256 of its own canonical JSON, the
 * revision in decimal as everywhere outside. A format: auditors compute the same. Throws for data that is not JSON.
 */
export function leafData(event: LeafEvent): Buffer {
  const digest = hash('sha256', canonicalEvent(event), 'hex')
  return Buffer.from(`{"event":${JSON.stringify(event.id)},"sha256":"${digest}"}`)
}

const LEAF = /^\{"event":"([0-9a-zA-Z-]{1,100})","sha256":"([0-9a-f]{64})"\}$/

/** Reads a leaf's data. `undefined` for what no event of a registry gives. */
export function readLeaf(data: Uint8Array): Leaf | undefined {
  const [, event, sha256] = LEAF.exec(Buffer.from(data).toString('latin1')) ?? []
  return event === undefined || sha256 === undefined ? undefined : { event, sha256 }
}
