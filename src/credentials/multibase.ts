const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** Longer texts than a signature's or a key's are refused: decoding takes time that grows with the square of the length. */
const MAX_BASE58 = 128

/** Bytes as base58btc multibase: `z` and the digits of the bytes read as one number, a `1` for each leading zero byte. */
export function toBase58(bytes: Uint8Array): string {
  const zeros = leading(bytes, (byte) => byte === 0)
  let number = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let digits = ''
  for (; number > 0n; number /= 58n) digits = ALPHABET.charAt(Number(number % 58n)) + digits
  return `z${'1'.repeat(zeros)}${digits}`
}

/** The bytes of a base58btc multibase text; `undefined` where it is none. Strict: each value has one text. */
export function fromBase58(text: string): Buffer | undefined {
  if (!text.startsWith('z') || text.length > MAX_BASE58) return undefined
  const digits = Array.from(text.slice(1), (letter) => ALPHABET.indexOf(letter))
  if (digits.includes(-1)) return undefined
  const number = digits.reduce((sum, digit) => sum * 58n + BigInt(digit), 0n)
  const hex = number === 0n ? '' : number.toString(16)
  const zeros = Buffer.alloc(leading(digits, (digit) => digit === 0))
  return Buffer.concat([zeros, Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')])
}

function leading<Item>(items: ArrayLike<Item>, is: (item: Item) => boolean): number {
  const first = Array.from(items).findIndex((item) => !is(item))
  return first === -1 ? items.length : first
}

/** Bytes as base64url multibase without padding: `u` and the text. */
export const toBase64url = (bytes: Uint8Array): string => `u${Buffer.from(bytes).toString('base64url')}`

/** The bytes of a base64url multibase text; `undefined` where it is none, padded, or has bits to spare that are not zero. */
export function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text.slice(1), 'base64url')
  return text.length > 1 && toBase64url(bytes) === text ? bytes : undefined
}
