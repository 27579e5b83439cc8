/** What an audit found wrong; `index` is the first leaf that differs, where one can be named. */
export type Finding = {
  readonly kind: FindingKind
  readonly index?: number
  readonly detail: string
}

/**
 * - `unsigned`: the checkpoint does not carry the log's signature, or is of another log.
 * - `unwitnessed`: it carries fewer cosignatures than the policy asks.
 * - `rolled-back`: the tree is shorter than one that was seen.
 * - `forked`: a leaf that was seen before is another now: there are two histories.
 * - `leaf-differs`: a leaf and its hash in the tree differ, or is no leaf of a registry.
 * - `root-differs`: the leaves and their hashes agree, and do not add up to the root that was signed.
 * - `event-differs`: the event that the registry answers is not the one that the leaf was made of.
 * - `event-missing`: the registry answers fewer events than the tree has leaves.
 */
export type FindingKind =
  | 'unsigned'
  | 'unwitnessed'
  | 'rolled-back'
  | 'forked'
  | 'leaf-differs'
  | 'root-differs'
  | 'event-differs'
  | 'event-missing'

/** Told how far it is; both counts in leaves. */
export type Progress = (what: 'leaves' | 'events', done: number, total: number) => void
