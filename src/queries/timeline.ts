import { isDeepStrictEqual } from 'node:util'
import { type AwardEvent, evolveAward, initialAward } from '../domain/award.ts'
import { certificateDocument } from '../projections/certificate-document.ts'
import { readHistory } from '../projections/history.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { type ShownPerson, showPersons } from './persons.ts'

/** One change of a certificate: what happened, who recorded it and when, why, and what it changed. */
export type TimelineEntry = {
  readonly revision: string
  readonly type: string
  readonly recordedAt: string
  readonly actor: string
  readonly reason?: string
  /** The fields of the certificate that read otherwise from here on. */
  readonly changes: readonly { readonly field: string; readonly before?: unknown; readonly after?: unknown }[]
}
export type Timeline = {
  readonly id: string
  readonly entries: readonly TimelineEntry[]
  readonly persons: readonly ShownPerson[]
}

/** Derived data of the document, which say nothing of their own. */
const DERIVED = new Set(['persons', 'mixedScripts', 'corrections'])

/** Every recorded change of a certificate in order; `undefined` where there is none. */
export function timelineOf(model: ReadModel, id: string): Timeline | undefined {
  const row = model.prepare('SELECT history FROM certificate WHERE id = ? AND document IS NOT NULL').get(id)
  if (!row) return undefined
  let state = initialAward
  let shown: Readonly<Record<string, unknown>> = {}
  const refs = new Map()
  const entries = readHistory(String(row['history'])).map(({ revision, type, data, recordedAt, actor }) => {
    state = evolveAward(state, { type, data } as AwardEvent)
    const next: Readonly<Record<string, unknown>> =
      state.status === 'issued' ? { ...certificateDocument(id, state) } : {}
    const changes = changedFields(shown, next)
    if (state.status === 'issued')
      for (const ref of certificateDocument(id, state).persons ?? []) refs.set(ref.commitment, ref)
    shown = next
    const reason = 'reason' in data && typeof data.reason === 'string' ? { reason: data.reason } : {}
    return { revision: String(revision), type, recordedAt, actor, ...reason, changes }
  })
  return { id, entries, persons: showPersons(model, [...refs.values()]) }
}

function changedFields(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...fields]
    .filter(
      (field) => !DERIVED.has(field) && field !== 'id' && !isDeepStrictEqual(before[field], after[field]),
    )
    .map((field) => ({
      field,
      ...(field in before && { before: before[field] }),
      ...(field in after && { after: after[field] }),
    }))
}
