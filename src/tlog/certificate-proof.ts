import { awardStream } from '../domain/award.ts'
import type { CertificateId } from '../domain/certificate-id.ts'
import { formatHash } from '../transparency/hash.ts'
import type { TransparencyLog } from './transparency-log.ts'

/** Where a leaf lies in a tree, what it is made of, and the hashes that lead from it to the root, in base64. */
export type LeafProof = {
  readonly index: number
  readonly size: number
  /** The leaf's data, as text: it names the event and the digest of its canonical JSON. */
  readonly leaf: string
  readonly hashes: readonly string[]
}

/** The proof of one change of a certificate; `pending` where no published checkpoint covers it yet. */
export type ChangeProof = { readonly revision: string } & (
  | LeafProof
  | { readonly index: number; readonly pending: true }
)

/** Every change of a certificate, in order, against one published checkpoint (a signed note, with its cosignatures). */
export type CertificateProof = { readonly events: readonly ChangeProof[]; readonly checkpoint: string }

/** The inclusion proof of a leaf in the tree of `size`. Throws `RangeError` where there is no such leaf or size. */
export function leafProof(tlog: TransparencyLog, index: number, size: number): LeafProof {
  const hashes = tlog.inclusion(index, size).map(formatHash)
  return { index, size, leaf: tlog.tiles.entry(index)?.toString() ?? '', hashes }
}

/**
 * The proofs that all that is recorded of a certificate is in the log. `unpublished` while there is no checkpoint,
 * `unknown` where the tree holds nothing of such a certificate (yet).
 */
export function certificateProof(
  tlog: TransparencyLog,
  id: CertificateId,
): CertificateProof | 'unpublished' | 'unknown' {
  const { checkpoint } = tlog
  if (!checkpoint) return 'unpublished'
  const leaves = tlog.tiles.leavesOf(awardStream(id))
  if (leaves.length === 0) return 'unknown'
  const events = leaves.map((index, revision) => ({
    revision: String(revision),
    ...(index < checkpoint.size
      ? leafProof(tlog, index, checkpoint.size)
      : { index, pending: true as const }),
  }))
  return { events, checkpoint: checkpoint.note }
}
