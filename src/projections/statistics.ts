import type { DatabaseSync } from 'node:sqlite'
import type { AwardEvent } from '../domain/award.ts'
import type { CorrectedField } from '../domain/award-content.ts'
import type { Change, Projection, Table } from './projection.ts'
import type { RegistryEvent } from './registry-event.ts'

/** One row a number, named `what` or `what:which` (`kind:status`). */
const statisticTable: Table = {
  name: 'statistic',
  columns: ['name', 'amount'],
  create: 'CREATE TABLE statistic(name TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL)',
  index: [],
}

/** How many awards of each kind, issuer and year of issue; and how often each thing was recorded. */
export const statistics: Projection = {
  name: 'statistics',
  tables: [statisticTable],
  project: (event): readonly Change[] => countsOf(event).map(({ name, by }) => counted(name, by)),
}

type Count = { readonly name: string; readonly by: number }
const one = (name: string): Count => ({ name, by: 1 })

const counted = (name: string, by: number): Change => ({
  table: statisticTable,
  key: name,
  evolve: (row) => ({ name, amount: Number(row?.['amount'] ?? 0) + by }),
})

function countsOf({ kind, event }: RegistryEvent): readonly Count[] {
  if (kind === 'award') return countsOfAward(event)
  switch (event.type) {
    case 'OrganizationRegistered':
      return [one('organizations')]
    case 'SessionConvened':
      return [one('sessions')]
    case 'SessionClosed':
      return [one('sessionsClosed')]
    case 'IssuerRegistered':
      return [one('issuers')]
    case 'PersonErased':
      return [one('personsErased')]
    default:
      return []
  }
}

/** Accepted, revoked and superseded happen once to an award; it may be corrected or suspended more often. */
function countsOfAward(event: AwardEvent): readonly Count[] {
  switch (event.type) {
    case 'AwardIssued': {
      const { kind, issuerId, issuedOn } = event.data
      return [one('awards'), one(`kind:${kind}`), one(`issuer:${issuerId}`), one(yearOf(issuedOn))]
    }
    case 'AwardCorrected':
      return [one('corrections'), ...event.data.changes.flatMap(movedToAnotherYear)]
    case 'AwardAccepted':
      return [one('accepted')]
    case 'AwardSupplemented':
      return [one('supplements')]
    case 'AwardProlonged':
      return [one('prolongations')]
    case 'AwardSuspended':
      return [one('suspensions')]
    case 'AwardReinstated':
      return [one('reinstatements')]
    case 'AwardRevoked':
      return [one('revoked')]
    case 'AwardSuperseded':
      return [one('superseded')]
    case 'AwardSupersedes':
    case 'AwardIssueAbandoned':
      return []
  }
}

const yearOf = (date: string) => `year:${date.slice(0, 4)}`

const movedToAnotherYear = (change: CorrectedField): readonly Count[] =>
  change.field === 'issuedOn' ? [{ name: yearOf(change.before), by: -1 }, one(yearOf(change.after))] : []

const TOTALS = [
  'awards',
  'accepted',
  'corrections',
  'supplements',
  'prolongations',
  'suspensions',
  'reinstatements',
  'revoked',
  'superseded',
  'organizations',
  'sessions',
  'sessionsClosed',
  'issuers',
  'personsErased',
] as const

/** Totals, and the awards by year of issue (as corrected), by kind and by issuer ID. */
export type Statistics = Readonly<Record<(typeof TOTALS)[number], number>> & {
  readonly awardsByYear: Readonly<Record<string, number>>
  readonly awardsByKind: Readonly<Record<string, number>>
  readonly awardsByIssuer: Readonly<Record<string, number>>
}

/** Reads all numbers: one row for each year, kind and issuer. What never happened is 0 or left out. */
export function readStatistics(db: DatabaseSync): Statistics {
  const rows = db.prepare('SELECT name, amount FROM statistic WHERE amount <> 0 ORDER BY name').all()
  const amounts = new Map(rows.map(({ name, amount }) => [String(name), Number(amount)]))
  const totals = Object.fromEntries(TOTALS.map((name) => [name, amounts.get(name) ?? 0]))
  const by = (prefix: string) =>
    Object.fromEntries(
      [...amounts]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, amount]) => [name.slice(prefix.length), amount]),
    )
  return {
    ...(totals as Record<(typeof TOTALS)[number], number>),
    awardsByYear: by('year:'),
    awardsByKind: by('kind:'),
    awardsByIssuer: by('issuer:'),
  }
}
