import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'certificate-registry-'
const OURS = new RegExp(`^${PREFIX}(?<pid>\\d+)-`)

/**
 * A folder for this process alone, readable by its owner alone; whoever asks for it removes it. A process that was killed
 * could not: what it left is removed by the next one that asks.
 */
export function temporaryFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = OURS.exec(name)?.groups?.['pid']
    if (pid !== undefined && hasEnded(Number(pid))) removeIfOurs(join(tmpdir(), name))
  }
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
}

/** Asks without sending a signal. A process of another user answers EPERM: it runs. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

function removeIfOurs(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // What another user left is theirs to remove, and no reason to fail.
  }
}
