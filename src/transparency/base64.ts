/**
 * The bytes of standard base64 (RFC 4648, section 4) with its padding. `undefined` for any text that is not exactly
 * what encoding them prints: Node's own decoder skips junk, and two texts of one hash would be two proofs.
 */
export function readBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** A decimal number as C2SP writes it: ASCII, no sign, no leading zero. `undefined` for others and from 2^53 on. */
export function readDecimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
