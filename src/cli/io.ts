import type { Writable } from 'node:stream'
import { SingleBar } from 'cli-progress'

/** What a command may use of the process. */
export type Io = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  readonly out: Writable & { readonly isTTY?: boolean }
  readonly err: Writable & { readonly isTTY?: boolean }
  /** Calls back once when the process is asked to stop. */
  readonly onStop: (stop: () => void) => void
}

/** Text from outside made safe for a terminal: control characters shown as escapes, direction kept to itself. */
export function safe(text: string): string {
  const shown = text.replace(
    /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(shown) ? `\u2068${shown}\u2069` : shown
}

/** A localised text on one line: each language's reading. */
export const inAll = (text: Readonly<Record<string, string>>) =>
  Object.entries(text)
    .map(([language, written]) => `${safe(written)} (${language})`)
    .join(' · ')

export const line = (stream: Writable, text = '') => void stream.write(`${text}\n`)

/** Writes with back-pressure; false once the reader has gone away. */
export function write(stream: Writable, text: string): Promise<boolean> {
  return new Promise((resolve) => stream.write(text, (error) => resolve(!error)))
}

/** A progress bar on a terminal, silent elsewhere. */
export function progress(io: Io, what: string): { update(done: number, total: number): void; stop(): void } {
  if (io.err.isTTY !== true) return { update: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    format: `${what} [{bar}] {percentage}% {value}/{total}, {eta_formatted} left`,
    stream: io.err,
    hideCursor: true,
  })
  let started = false
  return {
    update: (done, total) => {
      if (!started) bar.start(total, done)
      else {
        bar.setTotal(total)
        bar.update(done)
      }
      started = true
    },
    stop: () => bar.stop(),
  }
}
