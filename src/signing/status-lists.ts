import { LISTED } from '../credentials/listed.ts'
import { type StatusIndexes, statusIndexes } from '../credentials/status-index.ts'
import { LIST_SIZE, type StatusPurpose } from '../credentials/status-list.ts'
import { verdictAt, verdicts } from '../domain/verdict.ts'
import { foldHistory } from '../projections/certificate.ts'
import { readHistory } from '../projections/history.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { currentIssuer } from '../queries/accreditation.ts'

/** Where a certificate stands in its issuer's lists. */
export type ListPlace = { readonly list: number; readonly index: number }

/**
 * A certificate's place: certificates are counted in the order of the log, so every node agrees, and within a list the
 * index is a permutation under the issuer's seed. `undefined` for an unknown certificate.
 */
export function listPlace(model: ReadModel, issuerId: string, id: string): ListPlace | undefined {
  const row = model.prepare('SELECT number FROM certificate WHERE id = ? AND issuer = ?').get(id, issuerId)
  const issuer = currentIssuer(model, issuerId)
  if (!row || issuer.status !== 'registered') return undefined
  const place = Number(row['number']) - 1
  const list = Math.floor(place / LIST_SIZE)
  return { list, index: indexesOf(issuer.idSeed, list).indexOf(place % LIST_SIZE) }
}

/**
 * The set entries of a list, as the registry knew them at an instant; `undefined` where there is no such list. Only
 * certificates to which something of the kind ever happened are read.
 */
export function setEntries(
  model: ReadModel,
  {
    issuerId,
    list,
    purpose,
  }: { readonly issuerId: string; readonly list: number; readonly purpose: StatusPurpose },
  instant: string,
): readonly number[] | undefined {
  model.snapshot()
  const issuer = currentIssuer(model, issuerId)
  const last = model.prepare('SELECT max(number) AS last FROM certificate').get()?.['last']
  if (issuer.status !== 'registered' || list * LIST_SIZE >= Math.max(1, Number(last ?? 0))) return undefined
  const rows = model
    .prepare(
      `SELECT number, history FROM certificate WHERE issuer = ? AND number > ? AND number <= ?
       AND (instr(history, '"AwardRevoked"') OR instr(history, '"AwardSuspended"') OR instr(history, '"AwardSuperseded"'))`,
    )
    .all(issuerId, list * LIST_SIZE, (list + 1) * LIST_SIZE)
  const indexes = indexesOf(issuer.idSeed, list)
  const day = instant.slice(0, 10)
  return rows.flatMap(({ number, history }) => {
    const award = foldHistory(readHistory(String(history)).filter(({ recordedAt }) => recordedAt <= instant))
    const isSet =
      award.status === 'issued' && LISTED[purpose].includes(verdictAt(verdicts(award), day).status)
    return isSet ? [indexes.indexOf((Number(number) - 1) % LIST_SIZE)] : []
  })
}

const MOST_KEPT = 64
const kept = new Map<string, StatusIndexes>()

function indexesOf(seed: string, list: number): StatusIndexes {
  const key = `${seed} ${list}`
  const known = kept.get(key)
  if (known) return known
  if (kept.size >= MOST_KEPT) kept.clear()
  const made = statusIndexes(seed, list)
  kept.set(key, made)
  return made
}
