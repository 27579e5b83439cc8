import { setTimeout as sleep } from 'node:timers/promises'
import { EVIDENCE_FORMAT, type Evidence, type ProvenEvent } from '../credentials/evidence.ts'
import { isPublicIssuerEvent } from '../credentials/record.ts'
import { assess } from '../credentials/verdict.ts'
import { awardStream } from '../domain/award.ts'
import type { CertificateId } from '../domain/certificate-id.ts'
import { issuerStream } from '../domain/issuer.ts'
import { refsIn } from '../domain/person.ts'
import type { EventLog, RecordedEvent } from '../log/event-log.ts'
import type { PersonalStore } from '../personal/personal-store.ts'
import { leafProof } from '../tlog/certificate-proof.ts'
import type { TransparencyLog } from '../tlog/transparency-log.ts'
import { formatVkey } from '../transparency/vkey.ts'
import type { CredentialIssuer, NotSigned } from './credential-issuer.ts'

/** How long a checkpoint over what was just recorded is waited for: one is promised within a second. */
const COVERED_MS = 3_000
const TRIES = 3

/** `not-covered`: no checkpoint covers the certificate's last event yet. */
export type NoEvidence = NotSigned | 'not-covered'

type Parts = {
  readonly log: EventLog
  readonly personal: PersonalStore
  readonly tlog: TransparencyLog
  readonly issuer: CredentialIssuer
  readonly now: () => string
}

/**
 * Makes a certificate's evidence file. `withOpenings` for the holder's own copy alone: salts and names of persons are in
 * it. What is made is checked as its reader will check it before it is handed out, and made again where a change came
 * between its parts. Throws where the log or the personal store can't be reached.
 */
export async function makeEvidence(
  parts: Parts,
  id: CertificateId,
  withOpenings: boolean,
): Promise<Evidence | NoEvidence> {
  for (let tries = 1; ; tries++) {
    const made = await makeOnce(parts, id, withOpenings)
    if (typeof made === 'string') return made
    const { steps } = await assess(
      { kind: 'evidence', evidence: made },
      { now: parts.now(), logKey: parts.tlog.verifier },
    )
    const torn = steps.find(
      ({ step, result }) => result === 'no' && step !== 'status' && step !== 'accreditation',
    )
    if (!torn) return made
    if (tries === TRIES) throw new Error(`evidence does not check: ${torn.step} ${torn.reason}`)
    await sleep(200)
  }
}

async function makeOnce(
  parts: Parts,
  id: CertificateId,
  withOpenings: boolean,
): Promise<Evidence | NoEvidence> {
  const { log, tlog, issuer, now } = parts
  const award = await log.readStream(awardStream(id))
  if (award.events.length === 0) return 'unknown'
  const issuerId = issuerIn(award.events)
  if (issuerId === undefined) return 'unknown'
  const issuing = await log.readStream(issuerStream(issuerId))
  const shown = issuing.events.filter(({ type }) => isPublicIssuerEvent(type))
  const [credential, signed] = [await issuer.credential(id), await issuer.credentialJwt(id)]
  if (typeof credential === 'string') return credential
  if (typeof signed === 'string') return signed
  const madeAt = now()
  const status = await issuer.listsOf(issuerId, id, madeAt)
  const did = issuer.didDocument(issuerId)
  if (typeof status === 'string') return status
  if (!did) return 'unknown'
  const proven = await prove(tlog, [...award.events, ...shown])
  if (!proven) return 'not-covered'
  return {
    format: EVIDENCE_FORMAT,
    id,
    madeAt,
    credential,
    credentialJwt: signed.jwt,
    issuer: { id: issuerId, did: { ...did }, events: proven.events.slice(award.events.length) },
    events: proven.events.slice(0, award.events.length),
    status: [...status],
    checkpoint: proven.checkpoint,
    logKey: formatVkey(tlog.verifier),
    ...(withOpenings && { openings: await openingsOf(parts.personal, award.events) }),
  }
}

function issuerIn(events: readonly RecordedEvent[]): string | undefined {
  const issued = events.find(({ type }) => type === 'AwardIssued')?.data
  const id = issued && 'issuerId' in issued ? issued['issuerId'] : undefined
  return typeof id === 'string' ? id : undefined
}

async function prove(tlog: TransparencyLog, events: readonly RecordedEvent[]) {
  const until = performance.now() + COVERED_MS
  for (;;) {
    const { checkpoint } = tlog
    const places = events.map(({ stream, revision }) => tlog.tiles.leafAt(stream, revision))
    if (checkpoint && places.every((leaf) => leaf !== undefined && leaf < checkpoint.size))
      return {
        checkpoint: checkpoint.note,
        events: events.map((event, at): ProvenEvent => {
          const { index, hashes } = leafProof(tlog, places[at] ?? -1, checkpoint.size)
          const { id, stream, revision, type, data, metadata } = event
          return {
            id,
            stream,
            revision: String(revision),
            type,
            data: { ...data },
            recordedAt: metadata.recordedAt,
            leaf: { index, hashes: [...hashes] },
          }
        }),
      }
    if (performance.now() > until) return undefined
    await sleep(50)
  }
}

async function openingsOf(personal: PersonalStore, events: readonly RecordedEvent[]) {
  const commitments = [...new Set(refsIn(events.map(({ data }) => data)).map(({ commitment }) => commitment))]
  const openings = await personal.get(commitments)
  return openings.map(({ personId, commitment, salt, fields }) => ({ personId, commitment, salt, fields }))
}
