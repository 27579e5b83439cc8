/** Leaves from `begin` up to, not including, `end`. Begins at a multiple of the largest power of two within it. */
export type Range = { readonly begin: number; readonly end: number }

/** A node over `2^level` leaves, all there; the `index`-th of its level. Such a node never changes as the tree grows. */
export type Node = { readonly level: number; readonly index: number }

/** The largest power of two below `size`, for `size` of 2 or more: where RFC 6962 splits a tree. */
function split(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

/**
 * What an inclusion proof of leaf `index` in a tree of `size` names, the leaf's neighbour first (RFC 6962,
 * section 2.1.1). Only arithmetic. Throws `RangeError` where there is no such leaf.
 */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size)
    throw new RangeError(`a tree of ${size} has no leaf ${index}`)
  const downward: Range[] = []
  let [begin, end] = [0, size]
  while (end - begin > 1) {
    const middle = begin + split(end - begin)
    downward.push(index < middle ? { begin: middle, end } : { begin, end: middle })
    if (index < middle) end = middle
    else begin = middle
  }
  return downward.reverse()
}

/**
 * What a consistency proof between two sizes names (RFC 6962, section 2.1.2). Empty for equal sizes and for size 0,
 * which needs no proof. Throws `RangeError` where the old size is above the new.
 */
export function consistencyRanges(oldSize: number, size: number): readonly Range[] {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(size) || oldSize < 0 || oldSize > size)
    throw new RangeError(`no tree of ${size} follows one of ${oldSize}`)
  if (oldSize === 0 || oldSize === size) return []
  const downward: Range[] = []
  let [begin, end] = [0, size]
  let known = true
  while (end !== oldSize) {
    const middle = begin + split(end - begin)
    if (oldSize <= middle) {
      downward.push({ begin: middle, end })
      end = middle
    } else {
      downward.push({ begin, end: middle })
      begin = middle
      known = false
    }
  }
  if (!known) downward.push({ begin, end })
  return downward.reverse()
}

/** The complete nodes that a range is made of, from left to right: the largest first. */
export function nodesOf({ begin, end }: Range): readonly Node[] {
  const nodes: Node[] = []
  for (let at = begin; at < end; ) {
    let [level, span] = [0, 1]
    while (span * 2 <= end - at) [level, span] = [level + 1, span * 2]
    nodes.push({ level, index: at / span })
    at += span
  }
  return nodes
}
