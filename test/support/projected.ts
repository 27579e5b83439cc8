import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/log/event-log.ts'
import { ALL } from '../../src/projections/all.ts'
import { ReadModel } from '../../src/projections/read-model.ts'
import { readEvent, type RegistryEvent } from '../../src/projections/registry-event.ts'

/** Events as a log would give them: positions and revisions grow by themselves. */
export function recorder(): (stream: string, type: string, data: JsonObject) => RegistryEvent {
  let position = 0n
  const revisions = new Map<string, bigint>()
  return (stream, type, data) => {
    const revision = (revisions.get(stream) ?? -1n) + 1n
    revisions.set(stream, revision)
    position++
    return readEvent({
      id: `00000000-0000-4000-8000-${position.toString().padStart(12, '0')}`,
      stream,
      revision,
      type,
      data,
      position: { commit: position, prepare: position },
      metadata: {
        recordedAt: '2024-11-07T09:00:00.000Z',
        actor: 'test',
        correlationId: 'c',
        causationId: 'c',
        schemaVersion: '1',
      },
    })
  }
}

/** A read model of all projections in a folder of its own, removed by `remove`. */
export function emptyReadModel(bulk = false): { readonly model: ReadModel; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'read-model-'))
  const model = new ReadModel(join(folder, 'read.sqlite'), { ...ALL, bulk })
  const remove = () => {
    model.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { model, remove }
}

/** Applies events in batches of a size. */
export function applyAll(model: ReadModel, events: readonly RegistryEvent[], size = 1_000): void {
  for (let from = 0; from < events.length; from += size) {
    const batch = events.slice(from, from + size)
    const last = batch.at(-1)
    if (last) model.apply(batch, last.recorded.position)
  }
}

/** An award's content; what matters to a test is given. */
export const award = (content: JsonObject): JsonObject => ({
  issuerId: 'council-office',
  awardingBody: 'interstate-council',
  kind: 'status',
  title: { en: 'Certificate' },
  basis: {},
  functions: [],
  issuedOn: '2024-11-07',
  recipient: {
    type: 'organization',
    organizationId: 'state-fund',
    nameAsWritten: { ky: 'Мамлекеттик фонд' },
  },
  ...content,
})
