import { setTimeout as sleep } from 'node:timers/promises'
import { type Checkpoint, parseCheckpoint } from '../transparency/checkpoint.ts'
import { openNote } from '../transparency/open-note.ts'
import type { Policy } from '../transparency/policy.ts'
import type { Verifier } from '../transparency/vkey.ts'
import type { AuditState } from './audit-state.ts'
import { auditEvents } from './event-audit.ts'
import type { Finding, Progress } from './finding.ts'
import type { LeavesFile } from './leaves-file.ts'
import type { RegistryClient } from './registry-client.ts'
import { auditTree } from './tree-audit.ts'

/** A node behind a proxy may show an older checkpoint than another did a moment ago. */
const LAGGING_ATTEMPTS = 4
const LAGGING_MS = 500

export type AuditOptions = {
  readonly client: RegistryClient
  readonly verifier: Verifier
  readonly policy?: Policy | undefined
  /** From the last audit, or as it begins. */
  readonly state: AuditState
  readonly leaves: LeavesFile
  /** Whether there is a key to read the events with. */
  readonly withEvents: boolean
  /** Told each time that more is verified; once it returns, a crash loses nothing of that. */
  readonly onState: (state: AuditState) => void
  readonly onProgress: Progress
}

/** How an audit ended: up to where all is well, or the first thing that is not. */
export type Audited = {
  readonly finding?: Finding
  readonly size: number
  readonly compared: number
}

/**
 * Follows a registry's transparency log from outside: its checkpoint's signatures, that its tree begins with the one of
 * the last audit, that its leaves add up to the root that was signed, and that the events it answers are those leaves.
 * Throws `RegistryAwayError` where it can't be finished now.
 */
export async function audit(options: AuditOptions): Promise<Audited> {
  const { client, leaves, onState, onProgress } = options
  let { state } = options
  const keep = (more: Partial<AuditState>) => {
    state = { ...state, ...more }
    leaves.flush()
    onState(state)
  }
  const ended = (finding?: Finding): Audited => ({
    ...(finding && { finding }),
    size: keptIn(state)?.size ?? 0,
    compared: state.compared,
  })
  const shown = await latest(options)
  if (!shown.ok) return ended(shown.finding)
  const { checkpoint: now, note } = shown
  const inTree = await auditTree({ client, leaves, kept: keptIn(state), now, onProgress })
  if (inTree) return ended(inTree)
  keep({ checkpoint: note })
  if (!options.withEvents) return ended()
  const from = { compared: state.compared, after: state.after }
  return ended(await auditEvents({ client, leaves, size: now.size, from, onReached: keep, onProgress }))
}

type Shown =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly note: string }
  | { readonly ok: false; readonly finding: Finding }

/** The checkpoint now, asked for again while it is one from before the last audit. */
async function latest({ client, verifier, policy, state }: AuditOptions): Promise<Shown> {
  for (let attempt = 1; ; attempt++) {
    const shown = judge(await client.checkpoint(), verifier, policy)
    const isOlder = shown.ok && shown.checkpoint.size < (keptIn(state)?.size ?? 0)
    if (!isOlder || attempt === LAGGING_ATTEMPTS) return shown
    await sleep(LAGGING_MS)
  }
}

/** Our own record, which was verified before it was kept. */
function keptIn({ checkpoint: note }: AuditState): Checkpoint | undefined {
  return note === undefined ? undefined : parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
}

function judge(bytes: Buffer, verifier: Verifier, policy: Policy | undefined): Shown {
  const refuse = (kind: Finding['kind'], detail: string): Shown => ({ ok: false, finding: { kind, detail } })
  const witnesses = policy?.witnesses.map((one) => one.verifier) ?? []
  const opened = openNote(bytes, [verifier, ...witnesses])
  if (!opened.ok) return refuse('unsigned', `the checkpoint does not open: ${opened.problem}`)
  const by = new Set(opened.verified.map((one) => one.verifier))
  const checkpoint = parseCheckpoint(opened.note.text)
  if (!by.has(verifier) || checkpoint?.origin !== verifier.name)
    return refuse('unsigned', `the checkpoint is not one of ${verifier.name}, signed with its key`)
  if (policy && !policy.isMet(by))
    return refuse(
      'unwitnessed',
      `the checkpoint of ${checkpoint.size} leaves has ${by.size - 1} known cosignatures`,
    )
  return { ok: true, checkpoint, note: bytes.toString() }
}
