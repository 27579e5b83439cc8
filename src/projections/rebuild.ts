import { rmSync } from 'node:fs'
import type { EventLog } from '../log/event-log.ts'
import { comparePositions, type Position, START } from '../log/position.ts'
import { ALL } from './all.ts'
import { ReadModel } from './read-model.ts'
import { readEvent, type RegistryEvent } from './registry-event.ts'

export type RebuildProgress = {
  readonly events: number
  readonly position: Position
  readonly head: Position
}

export type RebuildOptions = {
  /** Ends behind this position instead of at the head. */
  readonly until?: Position
  readonly onProgress?: (progress: RebuildProgress) => void
}

const BATCH = 1_000

/**
 * Builds a read model from nothing into a file of its own and closes it, ready to be opened or moved into the place
 * of another. A crash leaves a file that no one takes for a read model. Throws `UnreadableEventError`.
 */
export async function buildReadModel(
  log: EventLog,
  path: string,
  options: RebuildOptions = {},
): Promise<ReadModel> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
  const head = options.until ?? (await log.head())
  const model = new ReadModel(path, { ...ALL, bulk: true })
  let events = 0
  for await (const batch of log.readAll(START, { batchSize: BATCH })) {
    const wanted: RegistryEvent[] = []
    for (const recorded of batch)
      if (comparePositions(recorded.position, head) <= 0) wanted.push(readEvent(recorded))
    const last = wanted.at(-1)
    if (!last) break
    model.apply(wanted, last.recorded.position)
    events += wanted.length
    options.onProgress?.({ events, position: last.recorded.position, head })
    if (comparePositions(last.recorded.position, head) >= 0) break
  }
  model.finish()
  return model
}

/** Rebuilds aside and swaps in. A server that has the old file open goes over to the new one by itself. */
export async function rebuildReadModel(
  log: EventLog,
  path: string,
  options: RebuildOptions = {},
): Promise<void> {
  const model = await buildReadModel(log, `${path}.next`, options)
  model.moveTo(path)
}
