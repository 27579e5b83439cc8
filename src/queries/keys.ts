import type { KeyRole } from '../domain/access-key.ts'
import type { ReadModel } from '../projections/read-model.ts'

export type KnownKey = {
  readonly keyId: string
  readonly issuerId: string
  readonly role: KeyRole
  /** SHA-256 of the key, hex. */
  readonly sha256: string
  /** The last day on which the key may be used. */
  readonly until?: string
  readonly revoked: boolean
}

type Remembered = { readonly version: number; readonly keys: Map<string, KnownKey> }
const remembered = new WeakMap<ReadModel, Remembered>()

/** An access key by its ID, revoked or not. Read once for as long as no key changes; unknown IDs are not remembered. */
export function findKey(readModel: ReadModel, keyId: string): KnownKey | undefined {
  const version = readModel.versionOf('access_key')
  let known = remembered.get(readModel)
  if (known?.version !== version) {
    known = { version, keys: new Map() }
    remembered.set(readModel, known)
  }
  const key = known.keys.get(keyId) ?? readKey(readModel, keyId)
  if (key) known.keys.set(keyId, key)
  return key
}

function readKey(readModel: ReadModel, keyId: string): KnownKey | undefined {
  const row = readModel.prepare('SELECT * FROM access_key WHERE key_id = ?').get(keyId)
  if (!row) return undefined
  return {
    keyId,
    issuerId: String(row['issuer']),
    role: row['role'] as KeyRole,
    sha256: String(row['sha256']),
    revoked: row['revoked'] === 1,
    ...(row['until'] === null ? {} : { until: String(row['until']) }),
  }
}

/** Whether any registrar's key is in force: without one nobody can administer the registry. */
export function hasRegistrarKey(readModel: ReadModel): boolean {
  return (
    readModel.prepare("SELECT 1 FROM access_key WHERE role = 'registrar' AND revoked = 0 LIMIT 1").get() !==
    undefined
  )
}
