import { MAX_EVIDENCE, parseEvidence } from './evidence.ts'
import { parsePlainJson } from './plain-json.ts'
import type { Presented } from './verdict.ts'

/** What a file's text presents: an evidence file, a VC-JWT or a credential as JSON; `undefined` for anything else. */
export function presentedIn(text: string): Presented | undefined {
  if (text.length > MAX_EVIDENCE) return undefined
  const trimmed = text.trim()
  const evidence = parseEvidence(trimmed)
  if (evidence) return { kind: 'evidence', evidence }
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(trimmed)) return { kind: 'jwt', jwt: trimmed }
  try {
    const credential = parsePlainJson(trimmed)
    if (typeof credential === 'object' && credential !== null && 'proof' in credential)
      return { kind: 'credential', credential: { ...credential } }
  } catch {
    // No JSON, or such as says two things: nothing that is known here.
  }
  return undefined
}
