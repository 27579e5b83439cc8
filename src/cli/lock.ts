import { acquireServerLock, FolderInUseError, type ServerLock } from '../log/server-lock.ts'
import { EXIT, ExitError } from './exit-codes.ts'

/** Makes this process the one server of a folder; ends with `unavailable` where another is. */
export function lockFolder(folder: string): ServerLock {
  try {
    return acquireServerLock(folder)
  } catch (error) {
    if (error instanceof FolderInUseError) throw new ExitError(EXIT.unavailable, error.message)
    throw error
  }
}
