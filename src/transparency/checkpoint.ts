import { readDecimal } from './base64.ts'
import { formatHash, type Hash, readHash } from './hash.ts'

/** The signed tree head of a log (C2SP tlog-checkpoint), without its signatures. */
export type Checkpoint = {
  /** Which log: its unique name, such as `registry.example/tlog`. */
  readonly origin: string
  readonly size: number
  readonly root: Hash
  /** Lines behind the root. We write none and carry others' on unread. */
  readonly extensions?: readonly string[]
}

/** The text that is signed. */
export function formatCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  return `${[origin, size, formatHash(root), ...extensions].join('\n')}\n`
}

/** Reads a checkpoint's text. `undefined` for anything that `formatCheckpoint` would not print, and from size 2^53 on. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', sizeText = '', rootText = '', ...rest] = text.split('\n')
  const size = readDecimal(sizeText)
  const root = readHash(rootText)
  const extensions = rest.slice(0, -1)
  if (origin === '' || size === undefined || root === undefined || rest.at(-1) !== '') return undefined
  if (extensions.includes('')) return undefined
  return { origin, size, root, ...(extensions.length > 0 && { extensions }) }
}
