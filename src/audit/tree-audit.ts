import type { Checkpoint } from '../transparency/checkpoint.ts'
import { CompactRange } from '../transparency/compact-range.ts'
import { leafHash } from '../transparency/hash.ts'
import { readLeaf } from '../transparency/leaf.ts'
import { TILE_WIDTH } from '../transparency/tile.ts'
import type { Finding, Progress } from './finding.ts'
import type { LeavesFile } from './leaves-file.ts'
import type { RegistryClient } from './registry-client.ts'

/** Bundles that are asked for at once. */
const AT_ONCE = 8

type Seen = Pick<Checkpoint, 'size' | 'root'>

/** What is audited against what: the tree now, and the one of the last audit, if there was one. */
export type TreeAudit = {
  readonly client: RegistryClient
  readonly leaves: LeavesFile
  readonly kept: Seen | undefined
  readonly now: Seen
  readonly onProgress: Progress
}

/**
 * Hashes every leaf up to the root that was signed: those of the last audit from the file, the others as they are
 * fetched. That the root comes out the same is the consistency proof, leaf by leaf: the kept leaves are the beginning
 * of the tree. Answers the first leaf that differs. Broken off (`RegistryAwayError`), the file keeps what was fetched.
 */
export async function auditTree(audit: TreeAudit): Promise<Finding | undefined> {
  const { leaves, kept, now } = audit
  mendFile(leaves, kept)
  if (kept && now.size < kept.size) return shrunk(audit, kept)
  leaves.truncate(Math.min(leaves.size, now.size))
  // What a run that broke off left behind was never verified, and may not be whole after a crash: fetched again then.
  const hadLeftOver = leaves.size > (kept?.size ?? 0)
  const found = await hashUp(audit)
  if (found) leaves.truncate(Math.min(leaves.size, kept?.size ?? 0))
  return found && hadLeftOver ? hashUp(audit) : found
}

async function hashUp(audit: TreeAudit): Promise<Finding | undefined> {
  const range = rangeOf(audit.leaves, audit.leaves.size)
  const spoilt = await fetchLeaves(audit, range)
  return spoilt ?? (range.root() === audit.now.root ? undefined : firstDifference(audit))
}

/** A file that does not lead to what was verified is spoilt on this side: all is fetched again. */
function mendFile(leaves: LeavesFile, kept: Seen | undefined): void {
  if (kept && (leaves.size < kept.size || rangeOf(leaves, kept.size).root() !== kept.root)) leaves.truncate(0)
}

function rangeOf(leaves: LeavesFile, size: number): CompactRange {
  const range = new CompactRange()
  for (let index = 0; index < size; index++) range.push(leaves.at(index))
  return range
}

async function shrunk(audit: TreeAudit, kept: Seen): Promise<Finding> {
  const { leaves, now } = audit
  const isBeginning = leaves.size >= now.size && rangeOf(leaves, now.size).root() === now.root
  if (!isBeginning) return firstDifference(audit)
  const detail = `the tree has ${now.size} leaves, and had ${kept.size}`
  return { kind: 'rolled-back', index: now.size, detail }
}

async function fetchLeaves(audit: TreeAudit, range: CompactRange): Promise<Finding | undefined> {
  const { client, leaves, now, onProgress } = audit
  const last = range.size < now.size ? Math.ceil(now.size / TILE_WIDTH) : 0
  for (let first = Math.floor(range.size / TILE_WIDTH); first < last; first += AT_ONCE) {
    const indexes = Array.from({ length: Math.min(AT_ONCE, last - first) }, (_, at) => first + at)
    const bundles = await Promise.all(indexes.map((index) => client.entries(index, widthOf(index, now.size))))
    for (const [at, bundle] of bundles.entries()) {
      const begin = (first + at) * TILE_WIDTH
      const fresh = bundle?.slice(range.size - begin)
      if (!fresh) return { kind: 'leaf-differs', index: range.size, detail: 'its bundle can not be read' }
      const strange = fresh.findIndex((entry) => readLeaf(entry) === undefined)
      if (strange >= 0)
        return { kind: 'leaf-differs', index: range.size + strange, detail: 'no leaf of a registry' }
      const hashes = fresh.map(leafHash)
      hashes.forEach((hash) => range.push(hash))
      leaves.append(hashes)
    }
    onProgress('leaves', range.size, now.size)
  }
  return undefined
}

const widthOf = (index: number, size: number) => Math.min(TILE_WIDTH, size - index * TILE_WIDTH)

/** The roots differ: the hashes in the tiles show where, since the tree was made of those. */
async function firstDifference({ client, leaves, kept, now }: TreeAudit): Promise<Finding> {
  const size = Math.min(now.size, leaves.size)
  for (let tile = 0; tile * TILE_WIDTH < size; tile++) {
    const hashes = await client.hashes(tile, widthOf(tile, now.size))
    for (let at = 0; at < TILE_WIDTH && tile * TILE_WIDTH + at < size; at++) {
      const index = tile * TILE_WIDTH + at
      if (hashes[at] === leaves.at(index)) continue
      return index < (kept?.size ?? 0)
        ? { kind: 'forked', index, detail: 'the tree holds another leaf than the one that was seen' }
        : { kind: 'leaf-differs', index, detail: 'its hash in the tree is another' }
    }
  }
  const detail = `the leaves do not add up to the root that was signed for ${now.size}`
  return { kind: 'root-differs', detail }
}
