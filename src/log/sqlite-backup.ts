import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import type { Progress } from './sqlite-check.ts'
import { openForReading, syncFolderOf } from './sqlite-schema.ts'

/** Pages copied at a time, 4 MiB, between which others get their turn. */
const RATE = 1_024

/**
 * Copies the log to a file while it goes on being written, and flushes it. Named `log.sqlite` in a folder, the copy
 * opens as a log. Rejects as `copyDatabase` does.
 */
export async function backupLog(file: string, toFile: string, onProgress?: Progress): Promise<void> {
  const source = openForReading(file)
  try {
    await copyDatabase(source, 'event', toFile, onProgress)
  } finally {
    source.close()
  }
}

/**
 * Copies the database of a connection to a file, page by page, and flushes it. The copy is the database at one
 * moment: a read transaction on it (begun by reading `table`) holds it still, without which every commit would start the copy again. It
 * appears under its name only when it is whole; a crash before leaves `<file>.partial`. Rejects where the file exists
 * (a backup is never written over) or can't be written.
 */
export async function copyDatabase(
  source: DatabaseSync,
  table: string,
  toFile: string,
  onProgress: Progress = () => {},
): Promise<void> {
  const target = resolve(toFile)
  if (existsSync(target)) throw new Error(`${target} exists`)
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  try {
    source.exec('BEGIN')
    source.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get()
    const total = await backup(source, partial, {
      rate: RATE,
      progress: ({ totalPages, remainingPages }) =>
        onProgress({ done: totalPages - remainingPages, total: totalPages }),
    })
    onProgress({ done: total, total })
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
  flush(partial)
  renameSync(partial, target)
  syncFolderOf(target)
}

function flush(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
