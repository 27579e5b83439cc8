import { setImmediate } from 'node:timers/promises'
import { currentIssuer } from '../../../queries/accreditation.ts'
import { exists } from '../../../queries/certificates.ts'
import { proposalAnswer } from '../../../queries/proposals.ts'
import type { Registry } from '../../../registry.ts'
import { actorOfKeyId } from '../../auth.ts'
import { problemIn } from '../../pages/problem-words/problem-words.ts'
import { awardField, awardInput } from '../awards/input.ts'
import { withDecided } from '../awards/decided.ts'
import type { Typed } from '../forms.ts'
import { type Asked, type Asking, record, rehearsed } from '../record.ts'
import type { Batch, BatchRow, Halt, RowFate } from './batch.ts'
import { OrganizationNames } from './organization-names.ts'
import { holderOf, RowKeys } from './row-keys.ts'
import { typedOf } from './rows.ts'
import { Twins } from './twins.ts'
import type { BatchWords } from './words.ts'

/** Rows that are recorded at the same time: they share commits. */
const AT_ONCE = 16
/** Rows after which others get a turn of the event loop. */
const TURN = 20

/** Who works on a batch, and the words of errors that only a table has. */
export type Work = { readonly registry: Registry; readonly asking: Asking; readonly words: BatchWords }

/** Checks every row as recording would, and records nothing. Resolves when all are checked, or it was stopped. */
export async function checkRows(work: Work, batch: Batch): Promise<void> {
  const issuer = currentIssuer(work.registry.readModel, batch.issuerId)
  batch.isProposed = issuer.status === 'registered' && issuer.approval?.required === true
  const names = new OrganizationNames(work.registry.readModel, work.words)
  const twins = new Twins()
  const rows: BatchRow[] = []
  batch.rows = rows
  await running(batch, 'checking', 'checked', batch.table.rows.length, async (stopped) => {
    const registered = issuer.status === 'registered' ? issuer : undefined
    const keys = await RowKeys.open(work.registry, batch.issuerId, registered)
    for (const [at, row] of batch.table.rows.entries()) {
      if (stopped()) return
      const { typed: said, error } = names.resolved(typedOf(row, batch.plan))
      const typed = withDecided(work.registry.readModel, said)
      const known = twins.of(typed, row.number)
      const doubled = known.numbered.map((number) => ({
        field: 'serialNumber',
        text: `${work.words.twiceNumber} ${number}.`,
      }))
      const errors = [...(error ? [error] : []), ...doubled]
      const fate = await fateOf(work, batch, keys.of(askedFor(batch, said).input, work), typed)
      const wrong = fate.kind === 'wrong' ? fate.errors : []
      rows.push({
        row,
        typed,
        twins: known.alike,
        fate:
          errors.length > 0 && fate.kind !== 'already'
            ? {
                kind: 'wrong',
                errors: [
                  ...errors,
                  ...wrong.filter((one) => !errors.some((other) => other.field === one.field)),
                ],
              }
            : fate,
      })
      batch.done = at + 1
      if (at % TURN === TURN - 1) await setImmediate()
    }
  })
}

/** `key` is made of what the row itself says: what a session's record adds to it may change between two uploads. */
async function fateOf(
  work: Work,
  batch: Batch,
  { key, id }: { readonly key: string; readonly id: string },
  typed: Typed,
): Promise<RowFate> {
  const asked = askedFor(batch, typed)
  const { readModel } = work.registry
  if (exists(readModel, id)) return { kind: 'already', id }
  const proposal = proposalAnswer(readModel, id)
  if (proposal?.state.status === 'declined') {
    const [title, mend] = problemIn(work.asking.language, 'proposal-declined')
    return { kind: 'wrong', errors: [{ text: `${title}. ${mend}` }] }
  }
  if (proposal) return { kind: 'already', id }
  const tried = await rehearsed(work.registry, work.asking, {
    ...asked,
    once: key,
    keyHolder: holderOf(batch.issuerId),
  })
  return 'errors' in tried ? { kind: 'wrong', errors: tried.errors } : { kind: 'fresh', key }
}

/** Records the rows that nothing speaks against. Each carries its key: whatever dies, the same table goes on from there. */
export async function recordRows(work: Work, batch: Batch): Promise<void> {
  const waiting = batch.rows.filter(({ fate }) => fate.kind === 'fresh')
  await running(batch, 'recording', 'done', waiting.length, async (stopped) => {
    const next = waiting.values()
    const faults: unknown[] = []
    const worker = async () => {
      for (const one of next) {
        if (stopped() || faults.length > 0) return
        if (!isStanding(work)) return stop(batch, 'key')
        one.fate = await recorded(work, batch, one, faults)
        batch.done += 1
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    if (faults.length > 0) throw faults[0]
  })
}

/** Ends what runs on a batch after the rows that it is at. */
export function stop(batch: Batch, halt: Halt): void {
  if (!batch.running) return
  batch.halt ??= halt
  batch.running.abort()
}

/** Whether the key of who began still counts: it may be revoked while thousands of rows are under way. */
const isStanding = ({ registry, asking: { actor } }: Work): boolean =>
  actorOfKeyId(registry, actor.name.slice(actor.name.indexOf('/') + 1)) !== undefined

async function recorded(
  work: Work,
  batch: Batch,
  { typed, fate }: BatchRow,
  faults: unknown[],
): Promise<RowFate> {
  if (fate.kind !== 'fresh') return fate
  const asked = { ...askedFor(batch, typed), once: fate.key, keyHolder: holderOf(batch.issuerId) }
  try {
    const outcome = await record(work.registry, work.asking, asked)
    return 'id' in outcome ? { kind: 'recorded', id: outcome.id } : { kind: 'failed', errors: outcome.errors }
  } catch (error) {
    faults.push(error)
    // The log or the personal store is away: whether it was recorded is told by sending the table again.
    return { kind: 'failed', errors: [{ text: work.words.unsure }] }
  }
}

/** A row as the command that records it. */
export const askedFor = (batch: Batch, typed: Typed): Asked => ({
  name: batch.isProposed ? 'proposal.propose' : 'certificate.issue',
  input: awardInput(batch.issuerId, typed),
  fieldOf: (pointer) => awardField(typed, pointer),
})

/** Runs work on a batch, and says how it ended: a check that did not get to its end leaves it as it was before. */
async function running(
  batch: Batch,
  during: 'checking' | 'recording',
  after: 'checked' | 'done',
  total: number,
  work: (stopped: () => boolean) => Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  Object.assign(batch, { running: controller, halt: undefined, state: during, done: 0, total })
  try {
    await work(() => controller.signal.aborted)
    if (controller.signal.aborted) batch.halt ??= 'asked'
  } catch (error) {
    batch.halt = 'fault'
    throw error
  } finally {
    batch.state = batch.halt === undefined ? after : during === 'checking' ? 'columns' : 'stopped'
    batch.running = undefined
  }
}
