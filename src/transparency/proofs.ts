import { EMPTY_ROOT, type Hash, nodeHash } from './hash.ts'
import { consistencyRanges, inclusionRanges, type Node, nodesOf, type Range } from './ranges.ts'

/** Answers the hash of a complete node. Throws where it is not at hand. */
export type ReadNode = (node: Node) => Hash

/** The root of the first `size` leaves. */
export function rootOf(size: number, read: ReadNode): Hash {
  return size === 0 ? EMPTY_ROOT : rangeHash({ begin: 0, end: size }, read)
}

/** The inclusion proof of a leaf, its neighbour first. Throws `RangeError` where there is no such leaf. */
export function inclusionProof(index: number, size: number, read: ReadNode): readonly Hash[] {
  return inclusionRanges(index, size).map((range) => rangeHash(range, read))
}

/** The proof that the tree of `size` begins with that of `oldSize`. Throws `RangeError` where sizes go down. */
export function consistencyProof(oldSize: number, size: number, read: ReadNode): readonly Hash[] {
  return consistencyRanges(oldSize, size).map((range) => rangeHash(range, read))
}

function rangeHash(range: Range, read: ReadNode): Hash {
  return nodesOf(range)
    .map(read)
    .reduceRight((right, left) => nodeHash(left, right))
}
