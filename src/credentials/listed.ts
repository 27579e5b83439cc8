import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Status } from '../domain/verdict.ts'
import { verdictAt, verdicts } from '../domain/verdict.ts'
import { fromMultikey } from './multikey.ts'
import { checkProofs } from './data-integrity.ts'
import { didDocument } from './did.ts'
import type { Evidence } from './evidence.ts'
import type { ReadCredential } from './presented.ts'
import type { Recorded } from './record.ts'
import { decodeBits, isSet, statusListCredential, type StatusPurpose } from './status-list.ts'
import { no, type StepResult, yes } from './steps.ts'

const listShape = z.looseObject({
  id: z.string(),
  validFrom: z.string(),
  credentialSubject: z.looseObject({
    statusPurpose: z.enum(['revocation', 'suspension']),
    encodedList: z.string(),
  }),
})

/** What a set bit of each list means, in the words of a verdict. */
export const LISTED: Readonly<Record<StatusPurpose, readonly Status[]>> = {
  revocation: ['revoked', 'superseded'],
  suspension: ['suspended'],
}

/**
 * Whether the status lists of an evidence file are the issuer's own, were made with it, and say of this certificate
 * what its events add up to; and whether the DID document is what the key history makes of it.
 */
export async function checkLists(
  { issuer, status, madeAt }: Evidence,
  credential: ReadCredential,
  recorded: Recorded,
): Promise<StepResult> {
  const { signingKeys = [] } = recorded.issuer
  if (!isDeepStrictEqual(issuer.did, didDocument(credential.issuer.id, signingKeys)))
    return no('issuer-key', 'did-document-differs')
  if (status.length !== credential.status.length) return no('status', 'lists-missing')
  const day = madeAt.slice(0, 10)
  const now = verdictAt(verdicts(recorded.award), day).status
  for (const [at, entry] of credential.status.entries()) {
    const document = status[at] ?? {}
    const read = listShape.safeParse(document)
    if (!read.success || read.data.id !== entry.statusListCredential || read.data.validFrom !== madeAt)
      return no('status', 'lists-missing')
    const { encodedList, statusPurpose: purpose } = read.data.credentialSubject
    const bits = purpose === entry.statusPurpose ? decodeBits(encodedList) : undefined
    const bit = bits && isSet(bits, Number(entry.statusListIndex))
    if (!bits || bit === undefined) return no('status', 'lists-unreadable')
    const { proof: _, ...said } = document
    const list = { url: read.data.id, issuer: credential.issuer.id, purpose, encodedList, validFrom: madeAt }
    if (!isDeepStrictEqual(said, statusListCredential(list))) return no('status', 'lists-unreadable')
    const signed = await checkProofs(document, (method) => {
      const key = signingKeys.find(({ keyId }) => method === `${credential.issuer.id}#${keyId}`)
      return key && !key.compromised ? fromMultikey(key.publicKeyMultibase) : undefined
    })
    if (signed.length === 0 || !signed.every(({ ok }) => ok)) return no('status', 'lists-not-signed')
    if (bit !== LISTED[purpose].includes(now)) return no('status', 'lists-disagree', { purpose, bit })
  }
  return yes('status', { lists: status.length })
}
