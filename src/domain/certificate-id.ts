/**
 * A certificate ID: 16 characters of Crockford's base 32 (80 bits) and an ISO/IEC 7064 MOD 37,36 check character,
 * printed `XXXX-XXXX-XXXX-XXXX-C`. The check character tells a mistyped ID from an unknown one: it finds every single
 * wrong character and every swap of neighbours.
 */
export type CertificateId = string

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CROCKFORD_DIGITS = /^[0-9A-HJKMNP-TV-Z]+$/
/** The check character may be any of 36. Crockford's look-alikes I, L, O and U can stand only there. */
const MOD_37_36 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const VALUES = new Map(Array.from(MOD_37_36, (character, value) => [character.charCodeAt(0), value]))
const PRINTED = /^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-Z]$/

/** Prints an ID from 10 bytes that nobody can guess. */
export function certificateIdFrom(bytes: Uint8Array): CertificateId {
  if (bytes.length !== 10) throw new RangeError('a certificate ID is made of 10 bytes')
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  let digits = ''
  for (let shift = 75n; shift >= 0n; shift -= 5n) digits += CROCKFORD[Number((bits >> shift) & 31n)]
  return print(digits)
}

export type CertificateIdReading =
  | { readonly ok: true; readonly id: CertificateId }
  | { readonly ok: false; readonly problem: 'malformed' | 'check-character' }

/**
 * Reads what a person typed: any case, with or without spaces and hyphens, O for 0, I and L for 1. In the check
 * character these differ: reading them alike there would let a wrong character elsewhere pass.
 * `check-character` says that it has the form of an ID but was mistyped; `malformed` that it is no ID at all.
 */
export function readCertificateId(typed: string): CertificateIdReading {
  if (typed.length > 64) return { ok: false, problem: 'malformed' }
  if (PRINTED.test(typed) && typed.endsWith(checkCharacter(typed.slice(0, 19).replaceAll('-', ''))))
    return { ok: true, id: typed }
  const text = typed.toUpperCase().replace(/[\s\-\u2010-\u2015\u2212]/g, '')
  if (text.length !== 17) return { ok: false, problem: 'malformed' }
  const digits = text.slice(0, 16).replaceAll('O', '0').replace(/[IL]/g, '1')
  if (!CROCKFORD_DIGITS.test(digits)) return { ok: false, problem: 'malformed' }
  return text[16] === checkCharacter(digits)
    ? { ok: true, id: print(digits) }
    : { ok: false, problem: 'check-character' }
}

/** Whether a text is an ID in exactly the printed form. */
export function isCertificateId(text: string): boolean {
  const reading = readCertificateId(text)
  return reading.ok && reading.id === text
}

const print = (digits: string) =>
  `${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8, 12)}-${digits.slice(12)}-${checkCharacter(digits)}`

/** ISO/IEC 7064, hybrid system MOD 37,36. */
function checkCharacter(digits: string): string {
  let product = 36
  for (let at = 0; at < digits.length; at++) {
    const sum = (product + (VALUES.get(digits.charCodeAt(at)) ?? 0)) % 36
    product = ((sum === 0 ? 36 : sum) * 2) % 37
  }
  return MOD_37_36[(37 - product) % 36] ?? ''
}
