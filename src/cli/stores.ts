import type { EventLog } from '../log/event-log.ts'
import { EventStoreDbEventLog } from '../log/eventstoredb-event-log.ts'
import { openSqliteEventLog, type SqliteEventLog } from '../log/sqlite-event-log.ts'
import { openPostgresPersonalStore } from '../personal/postgres-personal-store.ts'
import { PostgresUnfitError } from '../personal/postgres-schema.ts'
import type { PersonalStore } from '../personal/personal-store.ts'
import { openSqlitePersonalStore, type SqlitePersonalStore } from '../personal/sqlite-personal-store.ts'
import { STREAM_PREFIXES } from '../projections/registry-event.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'

/** A log; the integrity check and the backup only where it is a file. */
export type OpenedLog = EventLog & Partial<Pick<SqliteEventLog, 'checkIntegrity' | 'backup'>>

/**
 * The log that the settings name: EventStoreDB by `EVENTSTORE_URL`, else the file in the data folder. EventStoreDB is
 * connected to at the first call, so one that is away is not noticed here; a CA file that is missing is.
 */
export async function openLog({ DATA_DIR, EVENTSTORE_URL: url }: Stores): Promise<OpenedLog> {
  if (url === undefined) return openSqliteEventLog(DATA_DIR)
  try {
    return new EventStoreDbEventLog({ url, prefixes: STREAM_PREFIXES })
  } catch {
    throw new ExitError(
      EXIT.usage,
      'EVENTSTORE_URL can not be used: see whether the files named in it can be read',
    )
  }
}

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
