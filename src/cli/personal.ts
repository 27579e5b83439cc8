import { existsSync } from 'node:fs'
import { cleanTable } from '../personal/postgres-clean.ts'
import { PostgresConnection, PostgresUnavailableError } from '../personal/postgres-connection.ts'
import { cleanWal, type WalCleaned } from '../personal/postgres-wal.ts'
import { personalFile } from '../personal/sqlite-openings.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { type Io, line } from './io.ts'
import { openPersonal } from './stores.ts'

const LACKS_PRIVILEGE = '42501'

/**
 * `personal clean`: ends the life of erased bytes in the personal store's files: of the tables, and with PostgreSQL of
 * the write-ahead log. Says what it can't reach, and ends with `unsound` where something keeps old segments.
 */
export async function cleanPersonal(io: Io, config: Stores, { json }: { json?: boolean }): Promise<number> {
  if (config.PERSONAL_URL === undefined) return cleanFile(io, config, json)
  const connection = new PostgresConnection(config.PERSONAL_URL)
  try {
    await cleanTable(connection)
    const done = await connection.session(cleanWal)
    const left = leftOver(done)
    if (json) line(io.out, JSON.stringify({ ...done, left }))
    else
      for (const text of [`clean: the tables, and ${done.overwritten} segments of the log`, ...left])
        line(io.out, text)
    return done.kept.length === 0 ? EXIT.ok : EXIT.unsound
  } catch (error) {
    if (error instanceof PostgresUnavailableError && error.code === LACKS_PRIVILEGE)
      throw new ExitError(
        EXIT.usage,
        'the tables are clean, the write-ahead log is not: that takes a superuser in PERSONAL_URL, or the grants that docs/operators.md names',
      )
    throw error
  } finally {
    await connection.close()
  }
}

/** The file cleans itself with each removal; what a crash left is made good here. */
async function cleanFile(io: Io, config: Stores, json: boolean | undefined): Promise<number> {
  const file = personalFile(config.DATA_DIR)
  if (!existsSync(file)) throw new ExitError(EXIT.usage, `there is no personal store in ${config.DATA_DIR}`)
  const store = await openPersonal(config)
  try {
    await store.remove([])
  } finally {
    await store.close()
  }
  line(io.out, json ? JSON.stringify({ left: [] }) : `clean: ${file}`)
  return EXIT.ok
}

function leftOver({ kept, archived, standbys }: WalCleaned): readonly string[] {
  return [
    ...(kept.length > 0
      ? [
          `not clean: ${kept.length} old segments are kept (${kept.join(', ')}): see pg_replication_slots, wal_keep_size and pg_stat_archiver, then repeat`,
        ]
      : []),
    ...(archived ? ['beyond reach: the archive of the log (archive_mode is on), and every base backup'] : []),
    ...(standbys > 0 ? [`beyond reach: ${standbys} standbys; run CHECKPOINT on each, then repeat this`] : []),
  ]
}
