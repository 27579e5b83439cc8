import { hash } from 'node:crypto'
import type { Recipient } from '../domain/award-content.ts'
import type { LocalizedText } from '../domain/text.ts'

/** Names a title by what it says: awards of one title share the key, and search indexes the title once. */
export const titleKey = (title: LocalizedText): string => keyOf('title', title)

/** Names an organisation's name as written on the paper; a person's name is not in the log and has none. */
export const writtenKey = (recipient: Recipient): string | undefined =>
  recipient.type === 'organization' ? keyOf('written', recipient.nameAsWritten) : undefined

const keyOf = (kind: string, text: LocalizedText) =>
  hash(
    'sha256',
    JSON.stringify([kind, ...Object.entries(text).sort(([a], [b]) => (a < b ? -1 : 1))]),
    'hex',
  ).slice(0, 24)
