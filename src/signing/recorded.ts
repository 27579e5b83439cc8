import type { Recorded } from '../credentials/record.ts'
import { foldHistory } from '../projections/certificate.ts'
import { readHistory } from '../projections/history.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { currentIssuer } from '../queries/accreditation.ts'

/**
 * What this node's read model records of a certificate and its issuer, as a verdict takes it; `undefined` where it knows
 * none. `until`: as it was recorded by that instant, with the issuer as it is now.
 */
export function recordedOf(model: ReadModel, id: string, now: string, until?: string): Recorded | undefined {
  model.snapshot()
  const row = model.prepare('SELECT history FROM certificate WHERE id = ?').get(id)
  const award =
    row &&
    foldHistory(
      readHistory(String(row['history'])).filter(
        ({ recordedAt }) => until === undefined || recordedAt <= until,
      ),
    )
  if (award?.status !== 'issued') return undefined
  const issuer = currentIssuer(model, award.content.issuerId)
  if (issuer.status !== 'registered') return undefined
  const { accreditations, signingKeys = [] } = issuer
  return { id, award, issuer: { accreditations, signingKeys }, asOf: now }
}
