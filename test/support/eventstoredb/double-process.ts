import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { DoubleOptions } from './double.ts'

const CHILD = new URL('./double-child.ts', import.meta.url).pathname

/** A double in a process of its own. */
export type DoubleProcess = {
  readonly url: string
  /** SIGSTOP freezes it as a whole, SIGCONT wakes it, SIGKILL loses what it held. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void
  stop(): Promise<void>
}

type Plain = Omit<DoubleOptions, 'store' | 'leader' | 'members'>

/**
 * Starts a double in a process of its own: for measurements, where client and server must not share an event loop,
 * and for a freeze that nothing in the test can soften. It has no fault switches and no oracle.
 */
export async function startDoubleProcess(options: Plain = {}): Promise<DoubleProcess> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), exited])
  if (typeof first[0] !== 'string') throw new Error('the double did not start')
  return {
    url: first[0],
    signal: (name) => child.kill(name),
    stop: async () => {
      child.kill('SIGCONT')
      child.stdin.end()
      await exited
    },
  }
}
