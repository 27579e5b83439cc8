import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const SQLITE_BUSY = 5

/** Another server works on this folder. `pid` is its process, where it could be read. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError'
  readonly folder: string
  readonly pid: number | undefined
  constructor(folder: string, pid: number | undefined) {
    super(`another server${pid === undefined ? '' : ` (process ${pid})`} is using the folder ${folder}`)
    this.folder = folder
    this.pid = pid
  }
}

export type ServerLock = {
  /** Lets the next server in. A second call does nothing. */
  release(): void
}

/**
 * Makes this process the one server of a folder. The lock is the operating system's, held through an exclusive
 * transaction on `server.lock`, so it vanishes with the process, kill -9 included; nothing is to be cleaned up.
 * `server.pid` beside it is only there to be named in the error. Commands that import or read take no lock: the log
 * itself is safe for several processes. Throws `FolderInUseError` at once where another holds it.
 */
export function acquireServerLock(folder: string): ServerLock {
  const path = resolve(folder)
  mkdirSync(path, { recursive: true })
  const pidFile = join(path, 'server.pid')
  const database = new DatabaseSync(join(path, 'server.lock'), { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw isBusy(error) ? new FolderInUseError(path, readPid(pidFile)) : error
  }
  writeFileSync(pidFile, `${process.pid}\n`)
  const release = () => {
    process.off('exit', release)
    if (!database.isOpen) return
    rmSync(pidFile, { force: true })
    database.close()
  }
  // Also keeps the connection referenced: one that is garbage collected would let go of the lock.
  process.on('exit', release)
  return { release }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
    return Number.isSafeInteger(pid) ? pid : undefined
  } catch {
    return undefined
  }
}
