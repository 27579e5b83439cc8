import { readBase64 } from './base64.ts'
import { isKeyName, KEY_ID_BYTES } from './key-name.ts'

/** One signature line: who says to have signed, and the bytes behind the key id. */
export type NoteSignature = { readonly name: string; readonly id: string; readonly bytes: Buffer }

/** A signed note (C2SP signed-note): a text that ends in a newline, and signatures that nobody has checked yet. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] }

const MAX_NOTE = 1_000_000
const MAX_SIGNATURES = 100

/** The text and its signature lines. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`
}

/** A signature line with its newline. */
export function formatSignature({ name, id, bytes }: NoteSignature): string {
  return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64')}\n`
}

/**
 * Reads a note, from whomever. `undefined` where it is malformed: not UTF-8, a control character, no or more than 100
 * signature lines, one that is not canonical, over 1 MB.
 */
export function parseNote(input: Uint8Array | string): Note | undefined {
  const whole = typeof input === 'string' ? input : utf8(input)
  if (whole === undefined || whole.length > MAX_NOTE || hasControl(whole)) return undefined
  const end = whole.lastIndexOf('\n\n')
  if (end < 0) return undefined
  const signatures = parseSignatures(whole.slice(end + 2))
  return signatures === undefined || signatures.length === 0
    ? undefined
    : { text: whole.slice(0, end + 1), signatures }
}

/** Reads signature lines, each ending in a newline: of a note, or of a witness's answer. `undefined` where one is wrong. */
export function parseSignatures(block: string): readonly NoteSignature[] | undefined {
  const lines = block.split('\n')
  if (lines.pop() !== '' || lines.length > MAX_SIGNATURES) return undefined
  const signatures = lines.map(parseLine)
  return signatures.every((one) => one !== undefined) ? signatures : undefined
}

function parseLine(line: string): NoteSignature | undefined {
  const match = /^— ([^ ]+) ([^ ]+)$/.exec(line)
  const [, name = '', encoded = ''] = match ?? []
  const bytes = readBase64(encoded)
  if (!match || !isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined
  return { name, id: bytes.toString('hex', 0, KEY_ID_BYTES), bytes: bytes.subarray(KEY_ID_BYTES) }
}

/** Those below a space but newline; the others of Unicode are allowed. */
function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text.replace(/[\n\x7f-\x9f]/g, ''))
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
