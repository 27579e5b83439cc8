import type { PostgresConnection, Query } from './postgres-connection.ts'

/** The version of the tables' layout, in `personal_format`. */
const FORMAT = 2

/** Advisory locks of this program, beside which nothing else should use them in its database. */
export const LOCKS = { schema: 7_306_001, cleaning: 7_306_002 } as const

/**
 * As in the SQLite store: `fields` is canonical JSON as text, so that equal fields are equal text, and `erasure` counts
 * what was removed and how far the tables have been cleaned of it. Collation "C" is the order of bytes.
 * STATISTICS 0: ANALYZE copies values into `pg_statistic`, where a name would outlive its row.
 */
const OPENINGS = `
  CREATE TABLE opening (
    commitment text COLLATE "C" PRIMARY KEY,
    person_id text COLLATE "C" NOT NULL,
    salt text COLLATE "C" NOT NULL,
    fields text COLLATE "C" NOT NULL,
    stored_at text COLLATE "C" NOT NULL
  );
  ALTER TABLE opening
    ALTER COLUMN commitment SET STATISTICS 0, ALTER COLUMN person_id SET STATISTICS 0,
    ALTER COLUMN salt SET STATISTICS 0, ALTER COLUMN fields SET STATISTICS 0, ALTER COLUMN stored_at SET STATISTICS 0;
  CREATE INDEX opening_person ON opening (person_id);
  CREATE TABLE erasure (removals bigint NOT NULL, cleaned bigint NOT NULL);
  INSERT INTO erasure VALUES (0, 0);
  CREATE TABLE personal_format (format integer NOT NULL);
  INSERT INTO personal_format VALUES (1);
`
const SECRETS = `
  CREATE TABLE secret (name text COLLATE "C" PRIMARY KEY, value text COLLATE "C" NOT NULL);
  UPDATE personal_format SET format = 2;
`
/** What leads from each format to the next. */
const STEPS = [OPENINGS, SECRETS] as const

/** The database can't hold the store, and waiting does not cure it. */
export class PostgresUnfitError extends Error {
  override readonly name = 'PostgresUnfitError'
}

/**
 * Makes the tables where there are none, in the schema that the role finds first. Several nodes may do so at once:
 * one makes them, the others wait and find them. Throws `PostgresUnfitError` where the tables are of a later program or
 * the database is not UTF-8.
 */
export async function migrate(connection: PostgresConnection): Promise<void> {
  await connection.transaction(async (query) => {
    const [encoding] = await query('SHOW server_encoding')
    if (encoding?.[0] !== 'UTF8')
      throw new PostgresUnfitError(
        `the personal store's database has the encoding ${String(encoding?.[0])}, not UTF8`,
      )
    await query('SELECT pg_advisory_xact_lock($1)', [LOCKS.schema])
    const format = await formatOf(query)
    if (format > FORMAT)
      throw new PostgresUnfitError(
        `the personal store has format ${format}, this program reads up to ${FORMAT}`,
      )
    const statements = STEPS.slice(format).flatMap((step) => step.split(';\n'))
    for (const statement of statements) if (statement.trim() !== '') await query(statement)
  })
}

async function formatOf(query: Query): Promise<number> {
  const [there] = await query("SELECT to_regclass('personal_format') IS NOT NULL")
  if (there?.[0] !== true) return 0
  const [row] = await query('SELECT format FROM personal_format')
  return Number(row?.[0] ?? 0)
}
