import { formatHash, type Hash, leafHash, readHash } from '../transparency/hash.ts'
import { type Checkpoint, parseCheckpoint } from '../transparency/checkpoint.ts'
import { leafData } from '../transparency/leaf.ts'
import { openNote } from '../transparency/open-note.ts'
import { verifyInclusion } from '../transparency/verify-proofs.ts'
import { formatVkey, parseVkey, type Verifier } from '../transparency/vkey.ts'
import type { Policy } from '../transparency/policy.ts'
import type { Evidence, ProvenEvent } from './evidence.ts'
import { no, type StepResult, unchecked, yes } from './steps.ts'

type Trust = { readonly logKey?: Verifier | undefined; readonly policy?: Policy | undefined }

/** Whether every event of an evidence file is in the log, whose checkpoint that is, and who has seen it. */
export function inclusionSteps(evidence: Evidence, { logKey, policy }: Trust): readonly StepResult[] {
  const named = parseVkey(evidence.logKey)
  if (!named) return [no('checkpoint', 'malformed-log-key')]
  if (logKey && formatVkey(logKey) !== evidence.logKey) return [no('checkpoint', 'another-log')]
  const opened = openNote(evidence.checkpoint, [named])
  const checkpoint = opened.ok ? parseCheckpoint(opened.note.text) : undefined
  if (!opened.ok || !checkpoint)
    return [no('checkpoint', opened.ok ? 'malformed-checkpoint' : `checkpoint-${opened.problem}`)]
  if (checkpoint.origin !== named.name) return [no('checkpoint', 'another-origin')]
  const details = { origin: checkpoint.origin, size: checkpoint.size, root: formatHash(checkpoint.root) }
  return [
    included([...evidence.events, ...evidence.issuer.events], checkpoint),
    logKey ? yes('checkpoint', details) : unchecked('checkpoint', 'log-key-not-given', details),
    witnessed(evidence.checkpoint, policy),
  ]
}

function included(events: readonly ProvenEvent[], { size, root }: Checkpoint): StepResult {
  const seen = new Set<number>()
  for (const { leaf, revision, ...event } of events) {
    const hashes: (Hash | undefined)[] = leaf.hashes.map(readHash)
    const path = hashes.filter((one) => one !== undefined)
    const data = leafData({ ...event, revision: BigInt(revision) })
    const details = { index: leaf.index, event: event.id }
    if (path.length !== hashes.length || seen.has(leaf.index))
      return no('inclusion', 'malformed-proof-path', details)
    if (!verifyInclusion(leafHash(data), leaf.index, size, path, root))
      return no('inclusion', 'not-in-the-log', details)
    seen.add(leaf.index)
  }
  return yes('inclusion', { leaves: [...seen] })
}

function witnessed(note: string, policy: Policy | undefined): StepResult {
  if (!policy) return unchecked('witnesses', 'no-policy')
  const opened = openNote(
    note,
    policy.witnesses.map(({ verifier }) => verifier),
  )
  if (!opened.ok && opened.problem !== 'unverified') return no('witnesses', `witness-${opened.problem}`)
  const by = new Set(opened.ok ? opened.verified.map(({ verifier }) => verifier) : [])
  const details = { by: [...by].map(({ name }) => name) }
  return policy.isMet(by) ? yes('witnesses', details) : no('witnesses', 'too-few-witnesses', details)
}
