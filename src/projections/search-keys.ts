import { hash } from 'node:crypto'
import type { Recipient } from '../domain/award-content.ts'
import type { LocalizedText } from '../domain/text.ts'

/** Names a title by what it says: awards of one title share the key, and search indexes the title once. */
export const titleKey = (title: LocalizedText): string => keyOf('title', title)

/** Names an organisation's name as written on the paper; a person's name is not in the log and has none. */
export const writtenKey = (recipient: Recipient): string | undefined =>
  recipient.type === 'organization' ? keyOf('written', recipient.nameAsWritten) : undefined

/** Titles and names recur: their keys are remembered, up to a bound. */
const MEMORY = 20_000
const remembered = new Map<string, string>()

function keyOf(kind: string, text: LocalizedText): string {
  let written = kind
  for (const tag of Object.keys(text).sort()) written += `\n${tag}\t${text[tag]}`
  let key = remembered.get(written)
  if (key === undefined) {
    if (remembered.size >= MEMORY) remembered.clear()
    key = hash('sha256', written, 'hex').slice(0, 24)
    remembered.set(written, key)
  }
  return key
}
