import { createHmac } from 'node:crypto'
import { LIST_SIZE } from './status-list.ts'

const ROUNDS = 8
const HALF_BITS = 9
const HALF = 1 << HALF_BITS

/** Gives each place in a list its index. Throws `RangeError` where the list has no such place. */
export type StatusIndexes = {
  readonly indexOf: (place: number) => number
}

/**
 * A keyed permutation of a list's entries: an 18-bit Feistel network of 8 rounds whose round function is HMAC-SHA-256
 * under the issuer's secret seed, walked on until it lands inside the list (cycle walking, as format-preserving encryption
 * does it). Why this: drawn at random, indexes would have to be recorded and checked for collisions; a permutation gives
 * each certificate its own entry by arithmetic, on every node and after every rebuild alike, and whoever has not the seed
 * can tell from indexes neither the order of issue, nor how many there are, nor which belong together.
 */
export function statusIndexes(seed: string, list: number): StatusIndexes {
  const tables = Array.from({ length: ROUNDS }, (_, round) => roundTable(seed, list, round))
  const once = (value: number): number => {
    let left = value >> HALF_BITS
    let right = value & (HALF - 1)
    for (const table of tables) [left, right] = [right, left ^ (table[right] ?? 0)]
    return (left << HALF_BITS) | right
  }
  return {
    indexOf: (place) => {
      if (!Number.isInteger(place) || place < 0 || place >= LIST_SIZE) throw new RangeError('no such place')
      let index = once(place)
      while (index >= LIST_SIZE) index = once(index)
      return index
    },
  }
}

/** All outputs of one round at once: 512 of 9 bits, taken 32 bits each from HMAC blocks. */
function roundTable(seed: string, list: number, round: number): Uint16Array {
  const table = new Uint16Array(HALF)
  for (let start = 0; start < HALF; start += 8) {
    const block = createHmac('sha256', seed).update(`status-list ${list} ${round} ${start}`).digest()
    for (let i = 0; i < 8; i++) table[start + i] = block.readUInt32BE(i * 4) & (HALF - 1)
  }
  return table
}
