import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setPriority } from 'node:os'
import { z } from 'zod'
import type { CheckHealth, LastCheck } from '../http/health-routes.ts'
import { readIfThere, replaceFile } from '../tlog/durable-file.ts'
import { EXIT } from './exit-codes.ts'

const MAIN = join(import.meta.dirname, '../main.ts')
/** A first check waits until a start is over. */
const FIRST_MS = 5 * 60_000
/** To others. */
const LOW_PRIORITY = 10

const report = z.object({
  sound: z.boolean(),
  findings: z.array(z.object({ part: z.string(), problem: z.string() })),
})
const kept = z.object({
  at: z.string(),
  sound: z.boolean(),
  parts: z.array(z.string()),
  seconds: z.number(),
})

export type ScheduledCheckOptions = {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly everyMs: number
  readonly now: () => number
  /** Told what a check found, or that it could not be finished: for the operator's log. */
  readonly onFinding: (part: string, problem: string) => void
  readonly onFault: (fault: string) => void
}

/**
 * `check` on a schedule, beside the server: a process of its own at low priority, so that neither the event loop nor
 * the memory of the server notices. What it found is kept in the data folder, so that a restart neither forgets nor
 * repeats it.
 */
export class ScheduledCheck {
  readonly #options: ScheduledCheckOptions
  readonly #file: string
  readonly #abort = new AbortController()
  #last: LastCheck | undefined
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: ScheduledCheckOptions) {
    this.#options = options
    this.#file = join(options.folder, 'last-check.json')
    this.#last = lastIn(this.#file)
    const { everyMs, now } = options
    const since = this.#last ? Math.max(0, now() - Date.parse(this.#last.at)) : Number.POSITIVE_INFINITY
    this.#schedule(Math.max(Math.min(FIRST_MS, everyMs), everyMs - since))
  }

  health(): CheckHealth {
    return { running: this.#running !== undefined, ...(this.#last && { last: this.#last }) }
  }

  /** Ends a check in hand, unfinished. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#abort.abort()
    await this.#running
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#check().finally(() => {
        this.#running = undefined
        if (!this.#abort.signal.aborted) this.#schedule(this.#options.everyMs)
      })
    }, ms).unref()
  }

  async #check(): Promise<void> {
    const { now, onFinding, onFault } = this.#options
    const began = performance.now()
    try {
      const { sound, findings } = await this.#run()
      const seconds = Math.round((performance.now() - began) / 1_000)
      const parts = [...new Set(findings.map(({ part }) => part))]
      this.#last = { at: new Date(now()).toISOString(), sound, parts, seconds }
      replaceFile(this.#file, `${JSON.stringify(this.#last)}\n`)
      for (const { part, problem } of findings) onFinding(part, problem)
    } catch (error) {
      if (!this.#abort.signal.aborted) onFault(error instanceof Error ? error.message : String(error))
    }
  }

  async #run(): Promise<z.infer<typeof report>> {
    const { folder, env } = this.#options
    const child = spawn(process.execPath, [MAIN, '--data', folder, 'check', '--json'], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
      signal: this.#abort.signal,
    })
    if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY)
    const said: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== EXIT.ok && code !== EXIT.unsound) throw new Error(`check ended with ${code}`)
    return report.parse(JSON.parse(said.join('')))
  }
}

/** What is kept says when a check was due, no more: a file that can't be read is as none. */
function lastIn(file: string): LastCheck | undefined {
  try {
    return kept.safeParse(JSON.parse(readIfThere(file) ?? 'null')).data
  } catch {
    return undefined
  }
}
