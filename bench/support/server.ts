import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CLOCK_TICKS_A_SECOND = 100

/** A server under load, in a process of its own. */
export type Served = {
  readonly url: string
  /** The registrar's key; empty for a server that has none. */
  readonly key: string
  /** Processor time that the process has used so far, all its threads, in milliseconds. */
  cpu(): number
  stop(): Promise<void>
}

/**
 * Starts `served.ts` in a process: the real server over a data folder with production settings but for the
 * rate limit, which would refuse a benchmark; or the bare hello that it is measured against. Its request lines go to
 * a file. `profile` names a folder for a CPU profile; `core` keeps it on one core where the machine has `taskset`.
 */
export async function serve(
  what: 'registry' | 'hello' | 'bytes',
  folder: string,
  { profile, core }: { readonly profile?: string | undefined; readonly core?: number } = {},
): Promise<Served> {
  const lines = openSync(join(folder, 'requests.log'), 'a')
  const child = fork(fileURLToPath(new URL('./served.ts', import.meta.url)), [what, folder], {
    stdio: ['ignore', lines, 'inherit', 'ipc'],
    execArgv: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
  })
  closeSync(lines)
  if (core !== undefined) await pin(child.pid, core)
  const [{ url, key }] = (await once(child, 'message')) as [{ url: string; key: string }]
  return { url, key, cpu: () => cpuOf(child.pid), stop: () => stop(child) }
}

/** Keeps all threads of a process on one core. */
export async function pin(pid: number | undefined, core: number): Promise<void> {
  const taskset = spawn('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })
  await Promise.race([once(taskset, 'exit'), once(taskset, 'error')]).catch(() => {})
}

async function stop(child: ChildProcess): Promise<void> {
  child.send('stop')
  await once(child, 'exit')
}

/** User and system time from /proc, whose fields begin behind the command's name in brackets. */
function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_A_SECOND) * 1_000
}
