import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * How many events lie in a folder's embedded log; none while it is being made. Read from the file itself: on a busy
 * machine a command takes as long to start as a whole import.
 */
export function eventsIn(data: string): number {
  try {
    const log = new DatabaseSync(join(data, 'log.sqlite'), { readOnly: true })
    try {
      return Number(log.prepare('SELECT count(*) AS n FROM event').get()?.['n'])
    } finally {
      log.close()
    }
  } catch {
    return 0
  }
}
