import { openPostgresPersonalStore } from '../personal/postgres-personal-store.ts'
import { PostgresUnfitError } from '../personal/postgres-schema.ts'
import type { PersonalStore } from '../personal/personal-store.ts'
import { openSqlitePersonalStore, type SqlitePersonalStore } from '../personal/sqlite-personal-store.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'

/** A personal store; `backup` only where it is a file. */
export type OpenedPersonalStore = PersonalStore & Partial<Pick<SqlitePersonalStore, 'backup'>>

/**
 * The personal store that the settings name: PostgreSQL by `PERSONAL_URL`, else the file in the data folder. A server
 * that is away does not stop the start; wrong settings do.
 */
export async function openPersonal(config: Stores): Promise<OpenedPersonalStore> {
  if (config.PERSONAL_URL === undefined) return openSqlitePersonalStore(config.DATA_DIR)
  try {
    return await openPostgresPersonalStore(config.PERSONAL_URL)
  } catch (error) {
    throw error instanceof PostgresUnfitError ? new ExitError(EXIT.unavailable, error.message) : error
  }
}
