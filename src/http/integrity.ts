/** How far a part of a run is; of the events in the log, the rows in it, or the leaves that were signed. */
export type IntegrityProgress = { readonly part: string; readonly done: number; readonly total: number }

export type IntegrityFinding = { readonly part: string; readonly problem: string }

/** A run that ended: what was looked at, and what was found. */
export type EndedRun = {
  readonly number: number
  /** RFC 3339. */
  readonly startedAt: string
  /** Who asked for it: the name of a key, or `schedule`. */
  readonly by: string
  readonly seconds: number
  readonly outcome: 'sound' | 'unsound' | 'stopped' | 'failed'
  readonly findings: readonly IntegrityFinding[]
  readonly checked: readonly IntegrityProgress[]
}

export type CurrentRun = Pick<EndedRun, 'number' | 'startedAt' | 'by' | 'checked'>

/** Runs of `check` beside the server, one at a time. */
export interface Integrity {
  /** Starts one; false where one is running. */
  start(by: string): boolean
  /** Ends the one that is running, unfinished. */
  stop(): void
  state(): { readonly running?: CurrentRun; readonly last: readonly EndedRun[] }
}
