import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { EndedRun, Integrity, IntegrityProgress } from '../http/integrity.ts'
import { progressLine } from './check.ts'
import { EXIT } from './exit-codes.ts'

const MAIN = join(import.meta.dirname, '../main.ts')
/** To others. */
const LOW_PRIORITY = 10
/** Runs that are remembered, in memory alone. */
const REMEMBERED = 20
/** Findings of a run that are remembered: a log that is spoilt throughout has one for each event. */
const MOST_FINDINGS = 100

const report = z.object({
  sound: z.boolean(),
  findings: z.array(z.object({ part: z.string(), problem: z.string() })),
})

export type CheckRunsOptions = {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  /** Told of each run that ended, whoever asked for it. */
  readonly onEnded?: (run: EndedRun) => void
}

type Running = {
  readonly number: number
  readonly startedAt: string
  readonly by: string
  readonly began: number
  readonly checked: Map<string, IntegrityProgress>
  readonly abort: AbortController
  readonly ended: Promise<EndedRun>
}

/**
 * Runs of `check` beside the server, one at a time: each a process of its own at low priority, so that neither the event
 * loop nor the memory of the server notices. The last ones are remembered until the server stops.
 */
export class CheckRuns implements Integrity {
  readonly #options: CheckRunsOptions
  readonly #last: EndedRun[] = []
  #running: Running | undefined
  #number = 0

  constructor(options: CheckRunsOptions) {
    this.#options = options
  }

  start(by: string): boolean {
    if (this.#running) return false
    this.#begin(by)
    return true
  }

  /** Starts one, or joins the one that is running; resolves when it has ended. */
  async run(by: string): Promise<EndedRun> {
    return (this.#running ?? this.#begin(by)).ended
  }

  stop(): void {
    this.#running?.abort.abort()
  }

  /** Ends the one that is running and waits for its process. */
  async close(): Promise<void> {
    this.stop()
    await this.#running?.ended
  }

  state(): ReturnType<Integrity['state']> {
    const { number, startedAt, by, checked } = this.#running ?? {}
    return {
      last: this.#last,
      ...(number !== undefined &&
        startedAt !== undefined &&
        by !== undefined && { running: { number, startedAt, by, checked: [...(checked?.values() ?? [])] } }),
    }
  }

  #begin(by: string): Running {
    const { now } = this.#options
    const { promise: ended, resolve } = Promise.withResolvers<EndedRun>()
    const running: Running = {
      number: ++this.#number,
      startedAt: new Date(now()).toISOString(),
      by,
      began: performance.now(),
      checked: new Map(),
      abort: new AbortController(),
      ended,
    }
    this.#running = running
    void this.#outcome(running).then((outcome) => resolve(this.#end(running, outcome)))
    return running
  }

  #end(
    { number, startedAt, by, began, checked }: Running,
    outcome: Pick<EndedRun, 'outcome' | 'findings'>,
  ): EndedRun {
    const seconds = Math.round((performance.now() - began) / 100) / 10
    const run = { number, startedAt, by, seconds, checked: [...checked.values()], ...outcome }
    this.#running = undefined
    this.#last.unshift(run)
    this.#last.splice(REMEMBERED)
    this.#options.onEnded?.(run)
    return run
  }

  async #outcome(running: Running): Promise<Pick<EndedRun, 'outcome' | 'findings'>> {
    try {
      const { sound, findings } = await this.#check(running)
      return { outcome: sound ? 'sound' : 'unsound', findings: findings.slice(0, MOST_FINDINGS) }
    } catch (error) {
      if (running.abort.signal.aborted) return { outcome: 'stopped', findings: [] }
      const problem = error instanceof Error ? error.message : String(error)
      return { outcome: 'failed', findings: [{ part: 'log', problem }] }
    }
  }

  async #check({ abort, checked }: Running): Promise<z.infer<typeof report>> {
    const { folder, env } = this.#options
    const child = spawn(process.execPath, [MAIN, '--data', folder, 'check', '--json', '--progress'], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: abort.signal,
    })
    if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY)
    followProgress(child, checked)
    const said: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== EXIT.ok && code !== EXIT.unsound) throw new Error(`check ended with ${code}`)
    return report.parse(JSON.parse(said.join('')))
  }
}

/** What else the process says on its error output is no progress, and left alone. */
function followProgress({ stderr }: ChildProcess, checked: Map<string, IntegrityProgress>): void {
  if (!stderr) return
  createInterface({ input: stderr }).on('line', (text) => {
    if (!text.startsWith('{')) return
    try {
      const told = progressLine.parse(JSON.parse(text))
      checked.set(told.part, told)
    } catch {
      // No line of ours.
    }
  })
}
