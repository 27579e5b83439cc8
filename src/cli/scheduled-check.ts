import { join } from 'node:path'
import { z } from 'zod'
import type { CheckHealth, LastCheck } from '../http/health-routes.ts'
import type { EndedRun } from '../http/integrity.ts'
import { readIfThere, replaceFile } from '../tlog/durable-file.ts'
import type { CheckRuns } from './check-runs.ts'

/** A first check waits until a start is over. */
const FIRST_MS = 5 * 60_000

const kept = z.object({
  at: z.string(),
  sound: z.boolean(),
  parts: z.array(z.string()),
  seconds: z.number(),
})

export type ScheduledCheckOptions = {
  readonly folder: string
  readonly everyMs: number
  readonly now: () => number
  readonly runs: CheckRuns
}

/**
 * `check` on a schedule, beside the server. What the last one found, whoever asked for it, is kept in the data folder, so
 * that a restart neither forgets nor repeats it.
 */
export class ScheduledCheck {
  readonly #options: ScheduledCheckOptions
  readonly #file: string
  #last: LastCheck | undefined
  #stopped = false
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
    const { running } = this.#options.runs.state()
    return { running: running !== undefined, ...(this.#last && { last: this.#last }) }
  }

  /** Keeps what a run found. */
  ended({ outcome, findings, seconds }: EndedRun): void {
    if (outcome !== 'sound' && outcome !== 'unsound') return
    const parts = [...new Set(findings.map(({ part }) => part))]
    const at = new Date(this.#options.now()).toISOString()
    this.#last = { at, sound: outcome === 'sound', parts, seconds: Math.round(seconds) }
    try {
      replaceFile(this.#file, `${JSON.stringify(this.#last)}\n`)
    } catch {
      // A disk that is full costs no more than a check that comes again too early.
    }
  }

  /** Starts no more of them. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => {
      void this.#options.runs.run('schedule').then(() => {
        if (!this.#stopped) this.#schedule(this.#options.everyMs)
      })
    }, ms).unref()
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
