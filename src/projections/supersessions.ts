import type { Change, Projection, Table } from './projection.ts'

const supersession: Table = {
  name: 'supersession',
  columns: ['predecessor', 'successor', 'noted'],
  create: `CREATE TABLE supersession(predecessor TEXT NOT NULL UNIQUE, successor TEXT NOT NULL, noted INTEGER NOT NULL)`,
  index: ['CREATE INDEX supersession_unnoted ON supersession(noted) WHERE noted = 0'],
}

/** Which award stands in place of which, and whether the new one knows: no transaction spans the two streams. */
export const supersessions: Projection = {
  name: 'supersessions',
  tables: [supersession],
  project({ kind, subject, event }): readonly Change[] {
    if (kind !== 'award') return []
    if (event.type === 'AwardSuperseded') {
      const row = { predecessor: subject, successor: event.data.by, noted: 0 }
      return [{ table: supersession, key: subject, evolve: (known) => known ?? row }]
    }
    if (event.type !== 'AwardSupersedes') return []
    const row = { predecessor: event.data.predecessor, successor: subject, noted: 1 }
    return [{ table: supersession, key: event.data.predecessor, evolve: () => row }]
  },
}
