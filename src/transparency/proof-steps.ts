import { type Hash, nodeHash } from './hash.ts'

/** One step up the tree: what stands beside the hash in hand, on which side, and what both give. */
export type ProofStep = { readonly beside: Hash; readonly side: 'left' | 'right'; readonly gives: Hash }

/**
 * An inclusion proof step by step, from the leaf to the root, for who wants to follow it with their own eyes
 * (RFC 9162, section 2.1.3.2). Judges nothing: whether it proves is said by `verifyInclusion`.
 */
export function proofSteps(leaf: Hash, index: number, size: number, proof: readonly Hash[]): ProofStep[] {
  let [node, last] = [index, size - 1]
  let hash = leaf
  return proof.map((beside) => {
    const isRight = node % 2 === 1 || node === last
    hash = isRight ? nodeHash(beside, hash) : nodeHash(hash, beside)
    while (isRight && node % 2 === 0 && node !== 0)
      [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    return { beside, side: isRight ? 'left' : 'right', gives: hash }
  })
}
