import { initialAward, type AwardEvent, type AwardState } from '../domain/award.ts'
import { abandonIssue, type AwardRefusal } from '../domain/award-decisions.ts'
import {
  releaseSerial,
  reserveSerial,
  serialStream,
  type SerialEvent,
  serialEvent,
  type SerialRefusal,
  type SerialRelease,
  type SerialReservation,
  type SerialState,
} from '../domain/serial.ts'
import { z } from 'zod'
import { awards, serials } from './aggregates.ts'
import type { CommandDeps } from './catalogue-entry.ts'
import type { Command, CommonRefusal, Role } from './command.ts'
import { execute, foldSlice, type Request } from './executor.ts'

/**
 * Serial numbers are unique per issuer, though no transaction spans streams: a number is reserved in a stream of its
 * own before the award's event is appended. What a crash means:
 * - before the reservation: nothing happened;
 * - behind it, at issue: the number is held by a certificate that does not exist. Its own retry (same idempotency key,
 *   hence same certificate) finds the number held by itself and goes on. Anybody else is told `duplicate-serial` for
 *   `STALE_MS`, then takes the number over, having first closed the certificate's stream with `AwardIssueAbandoned`:
 *   its recorder, should it only have been slow, loses the race for that stream and issues nothing;
 * - behind it, at an addition or correction: the number stays held by a certificate that does not bear it. Nobody takes
 *   it over, since nothing could stop a slow recorder from bearing it after all; repeating the addition or correction
 *   completes it;
 * - behind a correction's event: the former number stays held. Repeating the correction, or correcting the certificate
 *   again, releases it.
 */
const STALE_MS = 60_000

/** Takeovers in a row before the number is left to whoever fights for it. */
const MAX_TAKEOVERS = 3

/** Who reserves: the request as it came, without its idempotency key, which belongs to the award's own event. */
type By = Pick<Request, 'actor' | 'correlationId'>

const roles: readonly Role[] = ['registrar', 'issuer']

const reserve: Command<SerialReservation, SerialState, SerialEvent, SerialRefusal> = {
  name: 'serial.reserve',
  summary: 'Holds a serial number for a certificate',
  aggregate: serials,
  roles,
  input: z.strictObject({ issuerId: z.string(), serialNumber: z.string(), certificateId: z.string() }),
  decide: (intent) => reserveSerial(intent),
}

const release: Command<SerialRelease, SerialState, SerialEvent, never> = {
  name: 'serial.release',
  summary: 'Frees a serial number',
  aggregate: serials,
  roles,
  input: z.strictObject({ certificateId: z.string(), reason: z.enum(['corrected', 'abandoned']) }),
  decide: (intent) => releaseSerial(intent),
}

const abandon: Command<{ serialNumber: string }, AwardState, AwardEvent, AwardRefusal> = {
  name: 'certificate.abandon',
  summary: 'Closes an issue that never came to be',
  aggregate: awards,
  roles,
  input: z.strictObject({ serialNumber: z.string() }),
  decide: ({ serialNumber }) => abandonIssue(serialNumber),
}

/** Holds a number for a certificate; says why not where another one has it. Safe to repeat. */
export async function holdSerial(
  deps: CommandDeps,
  wanted: SerialReservation,
  { actor, correlationId }: By,
): Promise<SerialRefusal | CommonRefusal | undefined> {
  const by = { actor, correlationId }
  const stream = serialStream(wanted.issuerId, wanted.serialNumber)
  for (let takeovers = 0; ; takeovers++) {
    const outcome = await execute(deps, reserve, stream, wanted, by)
    if (outcome.ok) return undefined
    if (outcome.refusal.kind !== 'duplicate-serial' || takeovers === MAX_TAKEOVERS) return outcome.refusal
    const isFreed = await freeIfAbandoned(deps, stream, outcome.refusal.heldBy, by)
    if (!isFreed) return outcome.refusal
  }
}

/** Says where a number is held by another certificate, without holding it. */
export async function heldByAnother(
  { log }: Pick<CommandDeps, 'log'>,
  { issuerId, serialNumber }: { readonly issuerId: string; readonly serialNumber?: string | undefined },
  id: string,
): Promise<SerialRefusal | undefined> {
  if (serialNumber === undefined) return undefined
  const state = foldSlice(serials, await log.readStream(serialStream(issuerId, serialNumber)))
  const decision = reserveSerial({ issuerId, serialNumber, certificateId: id })(state)
  return decision.ok ? undefined : decision.refusal
}

/** Frees a number held by a certificate that never came to be, having made sure that it never will. */
async function freeIfAbandoned(deps: CommandDeps, stream: string, heldBy: string, by: By): Promise<boolean> {
  const holder = await readAward(deps, heldBy)
  if (holder.status === 'issued') return false
  if (holder.status === 'unissued') {
    const last = (await deps.log.readStream(stream)).events.at(-1)
    const event = last && serialEvent.parse({ type: last.type, data: last.data })
    if (event?.type !== 'SerialReserved' || event.data.certificateId !== heldBy) return true
    if (Date.parse(deps.now()) - Date.parse(last?.metadata.recordedAt ?? '') < STALE_MS) return false
    const { serialNumber } = event.data
    const fenced = await execute(deps, abandon, heldBy, { serialNumber }, by, { isNew: true })
    if (!fenced.ok) return false
  }
  const freed: SerialRelease = { certificateId: heldBy, reason: 'abandoned' }
  return (await execute(deps, release, stream, freed, by)).ok
}

/**
 * Frees every number that the certificate once bore, or reserved, and does not bear now. Reads the award anew, so that a
 * correction back to a former number in the meantime keeps it.
 */
export async function releaseFormer(
  deps: CommandDeps,
  id: string,
  numbers: readonly string[],
  { actor, correlationId }: By,
): Promise<void> {
  const award = numbers.length === 0 ? initialAward : await readAward(deps, id)
  if (award.status !== 'issued') return
  const { issuerId, serialNumber } = award.content
  const kept = serialNumber === undefined ? undefined : serialStream(issuerId, serialNumber)
  const freed: SerialRelease = { certificateId: id, reason: 'corrected' }
  for (const stream of new Set(numbers.map((number) => serialStream(issuerId, number))))
    if (stream !== kept) await execute(deps, release, stream, freed, { actor, correlationId })
}

/** An award as the log holds it now. */
export async function readAward({ log }: Pick<CommandDeps, 'log'>, id: string): Promise<AwardState> {
  return foldSlice(awards, await log.readStream(awards.stream(id)))
}

/** The numbers that corrections took from the certificate. */
export const formerNumbers = (award: AwardState): readonly string[] =>
  award.status !== 'issued'
    ? []
    : award.corrections.flatMap(({ changes }) =>
        changes.flatMap((change) =>
          change.field === 'serialNumber' && change.before !== undefined ? [change.before] : [],
        ),
      )
