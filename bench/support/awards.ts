import { createHash } from 'node:crypto'
import { awardStream } from '../../src/domain/award.ts'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import { issuerStream } from '../../src/domain/issuer.ts'
import { organizationStream } from '../../src/domain/organization.ts'
import { serialStream } from '../../src/domain/serial.ts'
import type { EventLog, JsonObject, NewEvent } from '../../src/log/event-log.ts'

/** One append of a made-up registry's life; the plan's order is the streams' order. */
export type Planned = { readonly stream: string; readonly event: NewEvent }

const ORGANIZATIONS = 2_000
const TITLES = [
  'Certificate of merit',
  'Certificate of status',
  'Diploma of participation',
  'Letter of thanks',
  'Prize of the year',
]
const WORDS = [
  'Илим',
  'Технология',
  'Инновация',
  'Билим',
  'Борбор',
  'Институт',
  'Академия',
  'Фонд',
  'Кеңеш',
  'Университет',
]

/** The ID of the n-th made-up certificate. */
export const certificateId = (n: number) => certificateIdFrom(digest('certificate', n).subarray(0, 10))

/**
 * A registry's life as appends, the same for the same numbers: 2,000 organisations, one issuer, then awards of which
 * `share` go through what awards go through (serial number, acceptance, correction, revocation, suspension).
 * Without `life` each award is one event.
 */
export function* plan(events: number, life: boolean): Generator<Planned> {
  let made = 0
  for (const planned of stage()) {
    yield planned
    made++
  }
  for (let n = 0; made < events; n++)
    for (const planned of award(n, life)) {
      if (made++ >= events) return
      yield planned
    }
}

function* stage(): Generator<Planned> {
  for (let n = 0; n < ORGANIZATIONS; n++)
    yield planned(
      organizationStream(`org-${n}`),
      'OrganizationRegistered',
      { name: nameOf(n), country: 'KG' },
      n,
    )
  const issuer = {
    name: { en: 'Interstate Council' },
    body: 'org-0',
    idSeed: digest('seed', 0).toString('base64url'),
  }
  yield planned(issuerStream('council'), 'IssuerRegistered', issuer, 0)
  const accreditation = { accreditationId: 'a1', kinds: ['excellence'], from: '2000-01-01' }
  yield planned(issuerStream('council'), 'IssuerAccredited', accreditation, 0)
}

function* award(n: number, life: boolean): Generator<Planned> {
  const id = certificateId(n)
  const stream = awardStream(id)
  const serialNumber = `KG-${2000 + (n % 25)}/${n}`
  const numbered = life && n % 10 < 6
  if (numbered) {
    const reservation = { issuerId: 'council', serialNumber, certificateId: id }
    yield planned(serialStream('council', serialNumber), 'SerialReserved', reservation, n)
  }
  yield planned(stream, 'AwardIssued', contentOf(n, numbered ? serialNumber : undefined), n)
  if (!life) return
  if (n % 2 === 0)
    yield planned(stream, 'AwardAccepted', { person: personOf(n), acceptedOn: '2024-11-07' }, n)
  if (n > 1_000) yield* later(n)
}

/** What happens long after issue, to an award that lies far back in the log. */
function* later(n: number): Generator<Planned> {
  const stream = awardStream(certificateId(Math.floor(n * 0.7)))
  const reason = 'as the bench has it'
  if (n % 10 === 3) {
    const changes = [{ field: 'citation', before: { en: 'For work' }, after: { en: `For work, ${n}` } }]
    yield planned(stream, 'AwardCorrected', { changes, reason }, n)
  }
  if (n % 25 === 1) yield planned(stream, 'AwardRevoked', { from: '2025-01-01', reason }, n)
  if (n % 33 === 2)
    yield planned(stream, 'AwardSuspended', { from: '2025-02-01', until: '2025-03-01', reason }, n)
}

function contentOf(n: number, serialNumber: string | undefined): JsonObject {
  const organization = (n * 7_919) % ORGANIZATIONS
  return {
    issuerId: 'council',
    awardingBody: 'org-0',
    kind: 'excellence',
    title: { en: TITLES[n % TITLES.length] ?? '', ky: 'Мыкты иштеген уюмдарга сертификат' },
    citation: { en: 'For work' },
    recipient: {
      type: 'organization',
      organizationId: `org-${organization}`,
      nameAsWritten: nameOf(organization),
    },
    basis: {},
    functions: [],
    ...(serialNumber === undefined ? {} : { serialNumber }),
    issuedOn: `20${String(10 + (n % 14)).padStart(2, '0')}-0${1 + (n % 9)}-1${n % 10}`,
    ...(n % 3 === 0 ? { validUntil: `2030-0${1 + (n % 9)}-01` } : {}),
  }
}

const nameOf = (n: number) => {
  const word = WORDS[n % WORDS.length] ?? ''
  return { ky: `${word} ${WORDS[(n >> 3) % WORDS.length] ?? ''} №${n}`, en: `Organisation ${n}` }
}

const personOf = (n: number) => ({
  personId: uuidOf('person', n),
  commitment: digest('commitment', n).toString('hex'),
})

function planned(stream: string, type: string, data: JsonObject, n: number): Planned {
  const recordedAt = new Date(Date.UTC(2024, 0, 1) + n * 50).toISOString()
  const id = uuidOf(type, n)
  const metadata = {
    recordedAt,
    actor: 'council/bench',
    correlationId: id,
    causationId: id,
    schemaVersion: '1',
  }
  return { stream, event: { id, type, data, metadata } }
}

function digest(kind: string, n: number): Buffer {
  return createHash('sha256').update(`${kind} ${n}`).digest()
}

function uuidOf(kind: string, n: number): string {
  const hex = digest(kind, n).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Writes a plan into a log, many appends in flight. Answers how many events were written. */
export async function write(log: EventLog, appends: Iterable<Planned>, inFlight = 512): Promise<number> {
  const heads = new Map<string, bigint>()
  const pending = new Set<Promise<unknown>>()
  let written = 0
  for (const { stream, event } of appends) {
    const head = heads.get(stream)
    heads.set(stream, (head ?? -1n) + 1n)
    const append = log.append(stream, head ?? 'no-stream', [event]).then((outcome) => {
      if (outcome.kind === 'conflict')
        throw new Error(`a planned append to ${stream} met ${String(outcome.actual)}`)
      pending.delete(append)
    })
    pending.add(append)
    written++
    if (pending.size >= inFlight) await Promise.race(pending)
  }
  await Promise.all(pending)
  return written
}
