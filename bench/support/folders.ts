import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash } from 'node:crypto'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { plan, write } from './awards.ts'

/** Runs `use` with a new folder that is gone afterwards. */
export async function inNewFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A log of so many made-up events, kept between runs under the system's temporary folder. Answers its data folder. */
export async function generatedLog(events: number, life: boolean): Promise<string> {
  const version = hash('sha256', readFileSync(new URL('./awards.ts', import.meta.url), 'utf8')).slice(0, 8)
  const cache = join(tmpdir(), 'registry-bench-cache')
  const folder = join(cache, `${events}-${life ? 'life' : 'issued'}-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const making = mkdtempSync(join(cache, 'making-'))
  console.error(`making a log of ${events} events in ${folder}`)
  const log = await openSqliteEventLog(making)
  await write(log, plan(events, life))
  await log.close()
  renameSync(making, folder)
  return folder
}
