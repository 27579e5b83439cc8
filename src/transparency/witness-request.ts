import { readDecimal } from './base64.ts'
import { formatHash, type Hash, readHash } from './hash.ts'

/** What a log sends a witness (C2SP tlog-witness, add-checkpoint): from which size it proves that which note follows. */
export type WitnessRequest = {
  readonly oldSize: number
  readonly proof: readonly Hash[]
  readonly checkpoint: string
}

const MAX_PROOF = 63

/** The request's body. */
export function formatWitnessRequest({ oldSize, proof, checkpoint }: WitnessRequest): string {
  return `${[`old ${oldSize}`, ...proof.map(formatHash)].join('\n')}\n\n${checkpoint}`
}

/** Reads a body, from whomever. `undefined` for anything that `formatWitnessRequest` would not print. */
export function parseWitnessRequest(body: string): WitnessRequest | undefined {
  const end = body.indexOf('\n\n')
  const [first = '', ...lines] = body.slice(0, Math.max(0, end)).split('\n')
  const oldSize = first.startsWith('old ') ? readDecimal(first.slice('old '.length)) : undefined
  const proof = lines.map(readHash)
  if (oldSize === undefined || proof.length > MAX_PROOF) return undefined
  if (!proof.every((hash) => hash !== undefined)) return undefined
  return { oldSize, proof, checkpoint: body.slice(end + 2) }
}
