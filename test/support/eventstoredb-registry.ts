import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { EventStoreDbEventLog } from '../../src/log/eventstoredb-event-log.ts'
import { LogUnavailableError } from '../../src/log/event-log.ts'
import { buildReadModel } from '../../src/projections/rebuild.ts'
import { ReadModel } from '../../src/projections/read-model.ts'
import { ALL } from '../../src/projections/all.ts'
import { STREAM_PREFIXES } from '../../src/projections/registry-event.ts'
import type { AppendLimits } from '../../src/log/eventstoredb-append.ts'
import { startDouble, type Double, type DoubleOptions } from './eventstoredb/double.ts'
import { certificate, councilKey, openTestRegistry, type TestRegistry, withCouncil } from './registry.ts'

/** Short enough that a fault that lasts is met several times within a test. */
const LIMITS: AppendLimits = { attempt: 200, total: 1_500 }

/** A registry on a wire double. `issue` asks as a client does: again with the same key until it is told an outcome. */
export type OnDouble = {
  readonly double: Double
  readonly house: TestRegistry
  readonly log: EventStoreDbEventLog
  readonly acknowledged: Map<string, string>
  issue(key: string): Promise<void>
  judge(): Promise<readonly string[]>
  close(): Promise<void>
}

export async function openOnDouble(options: DoubleOptions = {}): Promise<OnDouble> {
  const double = await startDouble(options)
  const open = () => new EventStoreDbEventLog({ url: double.url, prefixes: STREAM_PREFIXES, limits: LIMITS })
  const log = open()
  const house = await openTestRegistry(mkdtempSync(join(tmpdir(), 'on-double-')), { log })
  await withCouncil(house)
  const acknowledged = new Map<string, string>()
  return {
    double,
    house,
    log,
    acknowledged,
    issue: (key) => issue(house, key, acknowledged),
    judge: () => judge(double, house, acknowledged, open),
    close: async () => {
      await house.registry.close()
      house.remove()
      await double.stop()
    },
  }
}

async function issue({ run }: TestRegistry, key: string, acknowledged: Map<string, string>): Promise<void> {
  const late = AbortSignal.timeout(30_000)
  const input = { ...certificate, serialNumber: key }
  while (!late.aborted) {
    try {
      const ran = await run('certificate.issue', undefined, input, { actor: councilKey, key })
      if (!ran.ok && !('code' in ran.refusal && ran.refusal.code === 'too-busy'))
        throw new Error(`${key}: ${JSON.stringify(ran.refusal)}`)
      if (ran.ok) acknowledged.set(key, ran.id)
      if (ran.ok) return
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error
    }
    await pause(20)
  }
  throw new Error(`${key} was never acknowledged`)
}

/**
 * Everything that is wrong: an acknowledged award that is not stored, or is stored twice; an award that nobody asked
 * for; a stream with a hole; a read model that differs from a fresh replay. [] for a sound registry.
 */
async function judge(
  double: Double,
  { registry, folder }: TestRegistry,
  acknowledged: ReadonlyMap<string, string>,
  open: () => EventStoreDbEventLog,
): Promise<readonly string[]> {
  const problems: string[] = []
  const stored = double.events()
  const issued = stored.filter(({ type }) => type === 'AwardIssued')
  for (const [key, id] of acknowledged) {
    const times = issued.filter(
      ({ data }) => (JSON.parse(data) as { serialNumber?: string }).serialNumber === key,
    )
    if (times.length !== 1) problems.push(`${key} is stored ${times.length} times`)
    if (times[0] && times[0].stream !== `award-${id}`) problems.push(`${key} is stored in ${times[0].stream}`)
  }
  if (issued.length !== acknowledged.size)
    problems.push(`${issued.length} awards, ${acknowledged.size} acknowledged`)
  if (new Set(stored.map(({ id }) => id)).size !== stored.length) problems.push('an event id is stored twice')
  const next = new Map<string, bigint>()
  for (const { stream, revision } of stored) {
    if (revision !== (next.get(stream) ?? 0n)) problems.push(`${stream} jumps to ${revision}`)
    next.set(stream, revision + 1n)
  }
  if (!(await registry.caughtUp(20_000))) problems.push('the read model never caught up')
  const fresh = open()
  const path = join(folder, `fresh-${stored.length}.sqlite`)
  await buildReadModel(fresh, path)
  await fresh.close()
  const replayed = new ReadModel(path, ALL)
  if (replayed.digest() !== registry.readModel.digest())
    problems.push('the read model differs from a fresh replay')
  replayed.close()
  rmSync(path)
  return problems
}
