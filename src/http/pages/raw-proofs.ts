import { LISTED } from '../../credentials/listed.ts'
import { awardStream } from '../../domain/award.ts'
import type { Status } from '../../domain/verdict.ts'
import type { ReadModel } from '../../projections/read-model.ts'
import { currentIssuer } from '../../queries/accreditation.ts'
import { listPlace } from '../../signing/status-lists.ts'
import type { TransparencyLog } from '../../tlog/transparency-log.ts'
import type { RawProofs } from './steps.ts'

export type ProofsOf = {
  readonly id: string
  readonly issuerId: string
  /** What it is worth today: the status lists say no other day. */
  readonly status: Status
  /** How many changes of it are recorded. */
  readonly changes: number
}

/** Where the proofs of a certificate lie; `pending` while its last changes are not yet in the served checkpoint. */
export function rawProofs(
  model: ReadModel,
  tlog: TransparencyLog | undefined,
  { id, issuerId, status, changes }: ProofsOf,
): { readonly raw: RawProofs; readonly pending: boolean } {
  const size = tlog?.checkpoint?.size
  const leaves = tlog?.tiles.leavesOf(awardStream(id)).filter((leaf) => leaf < (size ?? 0)) ?? []
  const issuer = currentIssuer(model, issuerId)
  const signingKeys = issuer.status === 'registered' ? (issuer.signingKeys ?? []) : []
  const place = signingKeys.length > 0 ? listPlace(model, issuerId, id) : undefined
  const bits = (['revocation', 'suspension'] as const).flatMap((purpose) =>
    place ? [{ purpose, ...place, set: LISTED[purpose].includes(status) }] : [],
  )
  const keys = signingKeys
    .filter(({ compromised, retired }) => !compromised && !retired)
    .map(({ keyId }) => keyId)
  return {
    raw: { id, issuerId, leaves, checkpoint: leaves.length > 0 ? size : undefined, keys, bits },
    pending: tlog !== undefined && leaves.length < changes,
  }
}
