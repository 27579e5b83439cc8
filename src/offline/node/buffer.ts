import { Buffer } from 'buffer'

/** Node's Buffer for a page. The package knows no `base64url`, which Node has: it is added here. */
const from = Buffer.from.bind(Buffer) as (value: unknown, ...rest: unknown[]) => Buffer
type ToText = (this: Buffer, encoding?: string, start?: number, end?: number) => string
const prototype = Buffer.prototype as { readonly toString: ToText }
const { toString: toText } = prototype

const URL_SAFE = /[-_]/g
const toPlain = (text: string) => text.replace(URL_SAFE, (c) => (c === '-' ? '+' : '/'))

Object.defineProperty(Buffer, 'from', {
  value: (value: unknown, ...rest: unknown[]) =>
    typeof value === 'string' && rest[0] === 'base64url'
      ? from(toPlain(value), 'base64')
      : from(value, ...rest),
})
Object.defineProperty(prototype, 'toString', {
  value(this: Buffer, encoding?: string, start?: number, end?: number): string {
    if (encoding !== 'base64url') return toText.call(this, encoding, start, end)
    return toText.call(this, 'base64').replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  },
})

export { Buffer }
