import { type CredentialDifference, credentialDifferences } from '../../credentials/differences.ts'
import type { JsonDocument } from '../../credentials/cryptosuites.ts'
import type { Means } from '../../credentials/verdict.ts'
import type { PdfReader } from '../../documents/pdf-reader.ts'
import type { Press } from '../../documents/press.ts'
import type { ReadModel } from '../../projections/read-model.ts'
import { recordedOf } from '../../signing/recorded.ts'
import type { Policy } from '../../transparency/policy.ts'
import type { Verifier } from '../../transparency/vkey.ts'

/** What a check needs of the house. */
export type CheckHouse = {
  readonly model: ReadModel
  readonly now: () => string
  /** The registry's public address, as its papers name it. */
  readonly base: string
  readonly press: Press
  readonly reader: PdfReader
  readonly logKey?: Verifier | undefined
  readonly policy?: Policy | undefined
}

/** What this node judges with: the register, the log's own key, and the witnesses that it asks for. */
export const meansOf = ({ model, now, logKey, policy }: CheckHouse): Means => ({
  now: now(),
  register: (id) => recordedOf(model, id, now()),
  logKey,
  policy,
})

/** What a credential says otherwise than the register. */
export function differencesOf(
  { model, now }: CheckHouse,
  credential: JsonDocument | undefined,
): readonly CredentialDifference[] {
  const certificate = credential?.['certificate'] as { readonly certificateId?: unknown } | undefined
  const id = certificate?.certificateId
  const recorded = typeof id === 'string' ? recordedOf(model, id, now()) : undefined
  return credential && recorded ? credentialDifferences(credential, recorded) : []
}
