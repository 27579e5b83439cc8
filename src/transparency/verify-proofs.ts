import { type Hash, HASH_BYTES, nodeHash } from './hash.ts'

/** No honest proof over fewer than 2^63 leaves is longer. */
const MAX_PROOF = 63

const isHash = (value: Hash) => value.length === HASH_BYTES
const isSize = (value: number) => Number.isSafeInteger(value) && value >= 0
const isOdd = (value: number) => value % 2 === 1
const half = (value: number) => Math.floor(value / 2)

/** Whether `proof` shows that `leaf` is leaf `index` of the tree of `size` with `root` (RFC 9162, section 2.1.3.2). All arguments may be hostile. */
export function verifyInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || proof.length > MAX_PROOF) return false
  if (![leaf, root, ...proof].every(isHash)) return false
  let [node, last] = [index, size - 1]
  let hash = leaf
  for (const beside of proof) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      hash = nodeHash(beside, hash)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else hash = nodeHash(hash, beside)
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && hash === root
}

/**
 * Whether `proof` shows that the tree of `size` begins with that of `oldSize` (RFC 9162, section 2.1.4.2). Size 0 is
 * refused: nothing is proved there, and a caller who has seen nothing has to say so. All arguments may be hostile.
 */
export function verifyConsistency(
  oldSize: number,
  size: number,
  proof: readonly Hash[],
  oldRoot: Hash,
  root: Hash,
): boolean {
  if (!isSize(oldSize) || !isSize(size) || oldSize === 0 || oldSize > size) return false
  if (oldSize === size) return proof.length === 0 && oldRoot === root
  if (![oldRoot, root, ...proof].every(isHash)) return false
  let [node, last] = [oldSize - 1, size - 1]
  while (isOdd(node)) [node, last] = [half(node), half(last)]
  // Where the old tree is one complete node, its root is the proof's first hash, and left out.
  const [first, ...rest] = node === 0 ? [oldRoot, ...proof] : proof
  if (first === undefined || proof.length === 0 || proof.length > MAX_PROOF) return false
  let [oldHash, hash] = [first, first]
  for (const beside of rest) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      oldHash = nodeHash(beside, oldHash)
      hash = nodeHash(beside, hash)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else hash = nodeHash(hash, beside)
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && oldHash === oldRoot && hash === root
}
