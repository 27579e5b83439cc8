import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { CertificateId } from './certificate-id.ts'
import { accepted, type Decision, refused } from './decision.ts'

/**
 * The stream that holds a serial number, one for each number of an issuer, since no transaction spans streams. Numbers
 * that differ only in width, case or spacing are the same number (`№ 12` and `№  12`).
 */
export const serialStream = (issuerId: string, serialNumber: string) =>
  `serial-${issuerId}.${createHash('sha256').update(foldedSerial(serialNumber)).digest('hex').slice(0, 32)}`

/** A serial number as numbers are told apart. */
export const foldedSerial = (serialNumber: string): string =>
  serialNumber.normalize('NFKC').toUpperCase().normalize('NFKC').replace(/\s+/gu, ' ').trim()

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.strictObject({ type: z.literal(type), data })

const reservation = z.strictObject({
  issuerId: z.string(),
  /** As the issuer printed it. */
  serialNumber: z.string(),
  certificateId: z.string(),
})
const release = z.strictObject({
  certificateId: z.string(),
  /** `corrected`: the certificate bears another number; `abandoned`: it was never issued. */
  reason: z.enum(['corrected', 'abandoned']),
})

/** The stored shapes of a reservation's events: a format, kept for ever. */
export const serialEvent = z.discriminatedUnion('type', [
  event('SerialReserved', reservation),
  event('SerialReleased', release),
])
export type SerialEvent = z.infer<typeof serialEvent>
export type SerialReservation = z.infer<typeof reservation>
export type SerialRelease = z.infer<typeof release>

export type SerialState =
  | { readonly status: 'free' }
  | { readonly status: 'held'; readonly by: CertificateId }

export const initialSerial: SerialState = { status: 'free' }

/** Total: an event that no decision could have made in this state changes nothing. */
export function evolveSerial(state: SerialState, event: SerialEvent): SerialState {
  const { certificateId } = event.data
  switch (event.type) {
    case 'SerialReserved':
      return state.status === 'free' ? { status: 'held', by: certificateId } : state
    case 'SerialReleased':
      return state.status === 'held' && state.by === certificateId ? { status: 'free' } : state
  }
}

export type SerialRefusal = { readonly kind: 'duplicate-serial'; readonly heldBy: CertificateId }
export type SerialDecision = Decision<SerialEvent, SerialRefusal>

/** Holds the number for a certificate, before the award is issued under it. */
export const reserveSerial =
  (intent: SerialReservation) =>
  (state: SerialState): SerialDecision => {
    if (state.status === 'free') return accepted({ type: 'SerialReserved', data: intent })
    return state.by === intent.certificateId
      ? accepted()
      : refused({ kind: 'duplicate-serial', heldBy: state.by })
  }

/** Frees the number. Nothing happens where this certificate does not hold it, so it is safe to repeat. */
export const releaseSerial =
  (intent: SerialRelease) =>
  (state: SerialState): Decision<SerialEvent, never> =>
    state.status === 'held' && state.by === intent.certificateId
      ? accepted({ type: 'SerialReleased', data: intent })
      : accepted()
