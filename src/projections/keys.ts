import type { Change, Projection, Table } from './projection.ts'

const accessKey: Table = {
  name: 'access_key',
  columns: ['key_id', 'issuer', 'role', 'sha256', 'until', 'revoked'],
  create: `CREATE TABLE access_key(key_id TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL, role TEXT NOT NULL, sha256 TEXT NOT NULL,
    until TEXT, revoked INTEGER NOT NULL)`,
  index: [],
}

/** Access keys by their ID, for every request that carries one. */
export const keys: Projection = {
  name: 'keys',
  tables: [accessKey],
  project({ kind, subject, event }): readonly Change[] {
    if (kind !== 'issuer') return []
    if (event.type === 'AccessKeyGranted') {
      const { keyId, role, sha256, until } = event.data
      const row = { key_id: keyId, issuer: subject, role, sha256, until: until ?? null, revoked: 0 }
      return [{ table: accessKey, key: keyId, insert: () => row }]
    }
    if (event.type === 'AccessKeyRevoked')
      return [{ table: accessKey, key: event.data.keyId, evolve: (known) => ({ ...known, revoked: 1 }) }]
    return []
  },
}
