import { z } from 'zod'
import type { JsonDocument } from './cryptosuites.ts'
import { parsePlainJson } from './plain-json.ts'

/** The largest evidence file that is read, in characters: far more than any certificate's history. */
export const MAX_EVIDENCE = 16 * 1024 * 1024

export const EVIDENCE_FORMAT = 'certificate-registry/evidence/1'

const document = z.record(z.string(), z.unknown()) as z.ZodType<JsonDocument>
const hashes = z.array(z.string().length(44)).max(63)

/** A recorded event as its leaf covers it, and the way from that leaf to the checkpoint's root. */
const provenEvent = z.strictObject({
  id: z.string().max(100),
  stream: z.string().max(200),
  revision: z.string().regex(/^(?:0|[1-9][0-9]{0,14})$/),
  type: z.string().max(100),
  data: document,
  recordedAt: z.iso.datetime(),
  leaf: z.strictObject({ index: z.int().min(0), hashes }),
})
export type ProvenEvent = z.infer<typeof provenEvent>

const opening = z.strictObject({
  personId: z.string().max(100),
  commitment: z.string().regex(/^[0-9a-f]{64}$/),
  salt: z.string().max(200),
  fields: document,
})

/**
 * Everything that is needed to check one certificate without a network and without the registry. Strict: what is not
 * understood is not vouched for.
 */
export const evidence = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  /** The certificate's ID. */
  id: z.string().max(30),
  /** When it was made: what was recorded later is not in it. */
  madeAt: z.iso.datetime(),
  credential: document,
  credentialJwt: z.string().max(1_000_000),
  issuer: z.strictObject({
    id: z.string().max(100),
    did: document,
    /** Its accreditations and signing keys, with what became of them. */
    events: z.array(provenEvent).max(10_000),
  }),
  /** The certificate's own stream, from revision 0 on. */
  events: z.array(provenEvent).min(1).max(10_000),
  /** The two status list credentials that the credential names. */
  status: z.array(document).max(4),
  /** A signed note, with its cosignatures. */
  checkpoint: z.string().max(100_000),
  /** The verifier key (C2SP signed-note) of that checkpoint. Whoever checks must have it from elsewhere. */
  logKey: z.string().max(1_000),
  /** What opens the commitments to persons, where the holder was given it. */
  openings: z.array(opening).max(1_000).optional(),
})
export type Evidence = z.infer<typeof evidence>

const PERHAPS_PROTO = /__proto__|\\u005f/i

/** A member of that name is dropped on the way to a record: it would stand in the file and be vouched for unread. */
function withoutProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('holds a member that no record can have')
  return value
}

/** Reads an evidence file's text; `undefined` for anything else. */
export function parseEvidence(text: string): Evidence | undefined {
  if (text.length > MAX_EVIDENCE) return undefined
  try {
    return evidence.parse(parsePlainJson(text, PERHAPS_PROTO.test(text) ? withoutProto : undefined))
  } catch {
    return undefined
  }
}
