import { z } from 'zod'
import { readIfThere, replaceFile } from '../tlog/durable-file.ts'

const schema = z.strictObject({
  /** Where the registry is: a state is of one registry. */
  url: z.string(),
  /** The log's key, as it was given or first seen. */
  vkey: z.string(),
  /** The last checkpoint whose tree was verified, as a signed note: what every later one must follow from. */
  checkpoint: z.string().optional(),
  /** How many leaves were held against their events, and the position of the last of those. */
  compared: z.int().min(0),
  after: z.string(),
})

/** What an audit knows of a registry from before. A format: newer programs read it. */
export type AuditState = z.infer<typeof schema>

/** Reads a state file; `undefined` where there is none. Throws where it can't be read: its memory is the point of it. */
export function readState(file: string): AuditState | undefined {
  const text = readIfThere(file)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new Error(`${file} is no state of an audit; move it away to begin anew`)
  }
}

/** Replaces the state file, whole. */
export function writeState(file: string, state: AuditState): void {
  replaceFile(file, `${JSON.stringify(state, undefined, 2)}\n`)
}
