import { OpeningConflictError } from './opening-conflict.ts'
import type { OpeningRow } from './opening-row.ts'
import type { Query } from './postgres-connection.ts'

const COLUMNS = 'commitment, person_id, salt, fields, stored_at'
const GIVEN = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS given (${COLUMNS})`

/**
 * In order of commitment, so that two puts of the same openings wait for each other and never in a ring. Where another
 * node is storing the same commitment, this waits for the outcome.
 */
const INSERT = `INSERT INTO opening SELECT * FROM ${GIVEN} ORDER BY commitment COLLATE "C" ON CONFLICT DO NOTHING`

const DIFFERENT = `SELECT commitment FROM ${GIVEN} JOIN opening USING (commitment)
  WHERE (given.person_id, given.salt, given.fields) IS DISTINCT FROM (opening.person_id, opening.salt, opening.fields)
  LIMIT 1`

/** Stores the rows; what is there already stays as it is. Throws `OpeningConflictError`: roll back then. */
export async function putRows(query: Query, rows: readonly OpeningRow[]): Promise<void> {
  const columns = columnsOf(unlike(rows))
  await query(INSERT, columns)
  const [different] = await query(DIFFERENT, columns)
  if (different) throw new OpeningConflictError(String(different[0]))
}

/** The rows without repeats. Throws where two of them conflict. */
function unlike(rows: readonly OpeningRow[]): readonly OpeningRow[] {
  const seen = new Map<string, OpeningRow>()
  for (const row of rows) {
    const there = seen.get(row[0])
    if (there?.slice(1, 4).some((value, index) => value !== row[index + 1]))
      throw new OpeningConflictError(row[0])
    seen.set(row[0], there ?? row)
  }
  return [...seen.values()]
}

const columnsOf = (rows: readonly OpeningRow[]) =>
  [0, 1, 2, 3, 4].map((column) => rows.map((row) => row[column]))

/** Removes a person's rows. Answers how many. */
export function removePerson(query: Query, personId: string): Promise<number> {
  return remove(query, 'person_id = $1', personId)
}

/** Removes the rows of these commitments. Answers how many. */
export function removeRows(query: Query, commitments: readonly string[]): Promise<number> {
  return remove(query, 'commitment = ANY ($1::text[])', commitments)
}

/** The count of removals moves in the same transaction: a crash before the cleaning leaves it due. */
async function remove(query: Query, where: string, value: unknown): Promise<number> {
  const [row] = await query(
    `WITH gone AS (DELETE FROM opening WHERE ${where} RETURNING 1) SELECT count(*)::integer FROM gone`,
    [value],
  )
  const count = Number(row?.[0])
  if (count > 0) await query('UPDATE erasure SET removals = removals + 1')
  return count
}

/** Keeps a secret where there is none of its name, and answers the one that is kept. */
export async function keepSecret(query: Query, name: string, proposed: string): Promise<string> {
  await query('INSERT INTO secret VALUES ($1, $2) ON CONFLICT DO NOTHING', [name, proposed])
  const [row] = await query('SELECT value FROM secret WHERE name = $1', [name])
  return String(row?.[0])
}

/** Reads of the store: text and values of one statement. */
export const selectRows = (commitments: readonly string[]) =>
  [`SELECT ${COLUMNS} FROM opening WHERE commitment = ANY ($1::text[])`, [commitments]] as const

/** A page of what was stored before an instant, in the order of the commitments' bytes. */
export const selectPage = (storedBefore: string, after: string, limit: number) =>
  [
    `SELECT ${COLUMNS} FROM opening WHERE stored_at < $1 AND commitment > $2 ORDER BY commitment LIMIT $3`,
    [storedBefore, after, limit],
  ] as const
