import { z } from 'zod'
import { accepted, type Decision, type Invalid, invalid, refused } from './decision.ts'
import { same } from './same.ts'

/** An instant as it is stored: RFC 3339, UTC, milliseconds, so that instants compare as texts. */
const storedInstant = z.string()

/** A key that signs credentials in the issuer's name. Only its public half is recorded. */
export const signingKey = z.strictObject({
  keyId: z.string(),
  /** Multikey, Ed25519: `z6Mk…`. */
  publicKeyMultibase: z.string(),
  from: storedInstant,
})
export const signingKeyRetirement = z.strictObject({ keyId: z.string(), until: storedInstant })
/** `since`: from when on the key may have been in other hands. */
export const signingKeyCompromise = z.strictObject({
  keyId: z.string(),
  since: storedInstant,
  reason: z.string(),
})
export type SigningKey = z.infer<typeof signingKey>
export type SigningKeyRetirement = z.infer<typeof signingKeyRetirement>
export type SigningKeyCompromise = z.infer<typeof signingKeyCompromise>

export type SigningKeyEvent =
  | { readonly type: 'IssuerSigningKeyAdded'; readonly data: SigningKey }
  | { readonly type: 'IssuerSigningKeyRetired'; readonly data: SigningKeyRetirement }
  | { readonly type: 'IssuerSigningKeyCompromised'; readonly data: SigningKeyCompromise }

/** A key with what became of it. */
export type RecordedSigningKey = SigningKey & {
  readonly retired?: { readonly until: string }
  readonly compromised?: { readonly since: string; readonly reason: string }
}
type Keys = readonly RecordedSigningKey[]

/** Total: an event that no decision could have made changes nothing. */
export function evolveSigningKeys(keys: Keys, event: SigningKeyEvent): Keys {
  if (event.type === 'IssuerSigningKeyAdded')
    return keys.some(({ keyId }) => keyId === event.data.keyId) ? keys : [...keys, event.data]
  return keys.map((key) => (key.keyId === event.data.keyId ? evolveKey(key, event) : key))
}

type LaterEvent = Exclude<SigningKeyEvent, { type: 'IssuerSigningKeyAdded' }>

function evolveKey(key: RecordedSigningKey, { type, data }: LaterEvent): RecordedSigningKey {
  if (type === 'IssuerSigningKeyRetired') return { ...key, retired: key.retired ?? { until: data.until } }
  const { since, reason } = data
  return { ...key, compromised: key.compromised ?? { since, reason } }
}

/** Whether a key may sign at an instant: within its window, and before it was compromised. */
export const maySignAt = ({ from, retired, compromised }: RecordedSigningKey, instant: string): boolean =>
  from <= instant && !(retired && retired.until <= instant) && !(compromised && compromised.since <= instant)

/** The key that signs at an instant: of several the latest. `undefined` where there is none. */
export const signingKeyAt = (keys: Keys, instant: string): RecordedSigningKey | undefined =>
  keys.findLast((key) => maySignAt(key, instant))

export type SigningKeyRefusal =
  | Invalid
  | { readonly kind: 'signing-key-exists'; readonly keyId: string }
  | { readonly kind: 'signing-key-not-found'; readonly keyId: string }
  | { readonly kind: 'signing-key-retired'; readonly keyId: string }
  | { readonly kind: 'signing-key-compromised'; readonly keyId: string }
type SigningKeyDecision = Decision<SigningKeyEvent, SigningKeyRefusal>

/** Adds a key. Neither an ID nor a key is ever used twice: what became of it counts for every signature under it. */
export function addSigningKey(keys: Keys, intent: SigningKey): SigningKeyDecision {
  const known = keys.find(
    ({ keyId, publicKeyMultibase }) =>
      keyId === intent.keyId || publicKeyMultibase === intent.publicKeyMultibase,
  )
  if (!known) return accepted({ type: 'IssuerSigningKeyAdded', data: intent })
  const { keyId, publicKeyMultibase, from } = known
  return same({ keyId, publicKeyMultibase, from }, intent)
    ? accepted()
    : refused({ kind: 'signing-key-exists', keyId })
}

/** Retires a key: it signs no more from `until` on, and what it signed before holds. */
export function retireSigningKey(keys: Keys, intent: SigningKeyRetirement): SigningKeyDecision {
  const { keyId, until } = intent
  const known = keys.find((key) => key.keyId === keyId)
  if (!known) return refused({ kind: 'signing-key-not-found', keyId })
  if (known.retired)
    return known.retired.until === until ? accepted() : refused({ kind: 'signing-key-retired', keyId })
  if (until < known.from)
    return refused(invalid('/until', 'ends-before-it-begins', `it signs from ${known.from}`))
  return accepted({ type: 'IssuerSigningKeyRetired', data: intent })
}

/**
 * Records that a key was in other hands. A retired key can be compromised too, and `since` may lie before its first
 * day: then nothing that it signed holds.
 */
export function compromiseSigningKey(keys: Keys, intent: SigningKeyCompromise): SigningKeyDecision {
  const { keyId, since, reason } = intent
  const known = keys.find((key) => key.keyId === keyId)
  if (!known) return refused({ kind: 'signing-key-not-found', keyId })
  if (!known.compromised) return accepted({ type: 'IssuerSigningKeyCompromised', data: intent })
  return same(known.compromised, { since, reason })
    ? accepted()
    : refused({ kind: 'signing-key-compromised', keyId })
}
