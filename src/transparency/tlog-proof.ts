import { readBase64, readDecimal } from './base64.ts'
import { formatHash, type Hash, readHash } from './hash.ts'

/** A proof that stands alone (C2SP tlog-proof): what is proved is the leaf's data, which is not in it. */
export type TlogProof = {
  readonly index: number
  readonly hashes: readonly Hash[]
  /** Anything; nobody vouches for it. */
  readonly extra?: Buffer
  /** The signed note, letter for letter. */
  readonly checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'
const MAX_HASHES = 63
const MAX_EXTRA_LINE = 65_536

/** The text of a `.tlog-proof` file. */
export function formatTlogProof({ index, hashes, extra, checkpoint }: TlogProof): string {
  const extraLine = extra === undefined ? [] : [`extra ${extra.toString('base64')}`]
  return `${[HEADER, ...extraLine, `index ${index}`, ...hashes.map(formatHash)].join('\n')}\n\n${checkpoint}`
}

/** Reads a proof, from whomever. `undefined` for anything that `formatTlogProof` would not print. Nothing is verified yet. */
export function parseTlogProof(text: string): TlogProof | undefined {
  const end = text.indexOf('\n\n')
  if (end < 0) return undefined
  const [header, ...lines] = text.slice(0, end).split('\n')
  const extraLine = lines[0]?.startsWith('extra ') ? lines.shift() : undefined
  const extra = extraLine === undefined ? undefined : readBase64(extraLine.slice('extra '.length))
  const indexLine = lines.shift() ?? ''
  const index = indexLine.startsWith('index ') ? readDecimal(indexLine.slice('index '.length)) : undefined
  const hashes = lines.map(readHash)
  const checkpoint = text.slice(end + 2)
  if (header !== HEADER || index === undefined || hashes.length > MAX_HASHES || checkpoint === '')
    return undefined
  if (extraLine !== undefined && (extra === undefined || extraLine.length > MAX_EXTRA_LINE)) return undefined
  if (!hashes.every((hash) => hash !== undefined)) return undefined
  return { index, hashes, checkpoint, ...(extra && { extra }) }
}
