import { z } from 'zod'
import { storedDate } from './date.ts'
import { accepted, type Decision, refused } from './decision.ts'
import { same } from './same.ts'

/** What a key's holder may do: record for its issuer, read everything, or keep the registry itself. */
export const keyRole = z.enum(['issuer', 'auditor', 'registrar'])
export type KeyRole = z.infer<typeof keyRole>

export const accessKey = z.strictObject({
  keyId: z.string(),
  role: keyRole,
  /** Of the key, in hex; the key itself is stored nowhere. */
  sha256: z.string(),
  label: z.string().optional(),
  until: storedDate.optional(),
})
export type AccessKey = z.infer<typeof accessKey>

export const accessKeyRevocation = z.strictObject({ keyId: z.string(), reason: z.string() })
export type AccessKeyRevocation = z.infer<typeof accessKeyRevocation>

/** A key as it was granted, and what became of it. */
export type RecordedKey = AccessKey & { readonly revoked?: { readonly reason: string } }
type Keys = readonly RecordedKey[]

export type AccessKeyEvent =
  | { readonly type: 'AccessKeyGranted'; readonly data: AccessKey }
  | { readonly type: 'AccessKeyRevoked'; readonly data: AccessKeyRevocation }
export type AccessKeyRefusal =
  | { readonly kind: 'key-exists'; readonly keyId: string }
  | { readonly kind: 'key-not-found'; readonly keyId: string }
  | { readonly kind: 'key-revoked'; readonly keyId: string }
type Decide = (keys: Keys) => Decision<AccessKeyEvent, AccessKeyRefusal>

/** Total: what concerns no key of the list changes nothing. */
export function evolveAccessKeys(keys: Keys, { type, data }: AccessKeyEvent): Keys {
  if (type === 'AccessKeyGranted') return [...keys, data]
  const { keyId, ...revoked } = data
  return keys.map((key) => (key.keyId === keyId && !key.revoked ? { ...key, revoked } : key))
}

/** Grants a key. A revoked key is never granted again, under whatever ID. */
export const grantKey =
  (intent: AccessKey): Decide =>
  (keys) => {
    const { keyId } = intent
    const known = keys.find((key) => key.keyId === keyId || key.sha256 === intent.sha256)
    if (!known) return accepted({ type: 'AccessKeyGranted', data: intent })
    const { revoked, ...granted } = known
    if (revoked) return refused({ kind: 'key-revoked', keyId: known.keyId })
    return same(granted, intent) ? accepted() : refused({ kind: 'key-exists', keyId: known.keyId })
  }

/** Revokes a key at once and for good. */
export const revokeKey =
  (intent: AccessKeyRevocation): Decide =>
  (keys) => {
    const { keyId, reason } = intent
    const known = keys.find((key) => key.keyId === keyId)
    if (!known) return refused({ kind: 'key-not-found', keyId })
    if (!known.revoked) return accepted({ type: 'AccessKeyRevoked', data: intent })
    return known.revoked.reason === reason ? accepted() : refused({ kind: 'key-revoked', keyId })
  }
