import { EMPTY_ROOT, type Hash, nodeHash } from './hash.ts'

/**
 * The complete subtrees of a growing tree, the largest first: enough for its root, however many leaves it has had. For
 * whoever hashes a log's leaves one after another and keeps none of them in memory.
 */
export class CompactRange {
  readonly #nodes: Hash[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Puts a leaf's hash behind the others. Every bit that a size ends in is a subtree that it completes. */
  push(leaf: Hash): void {
    let node = leaf
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      node = nodeHash(this.#nodes.pop() ?? '', node)
    this.#nodes.push(node)
    this.#size += 1
  }

  root(): Hash {
    return this.#nodes.length === 0
      ? EMPTY_ROOT
      : this.#nodes.reduceRight((right, left) => nodeHash(left, right))
  }
}
