import type { IssuerState } from '../domain/issuer.ts'
import { refsIn } from '../domain/person.ts'
import { readHistory } from '../projections/history.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { type ShownPerson, showPersons } from './persons.ts'

export type DocumentKind = 'organization' | 'session' | 'issuer'

/** An aggregate as the read model holds it, with what can be shown of its persons. */
export type DocumentAnswer = {
  readonly id: string
  readonly revision: string
  readonly recordedAt: string
  readonly state: Readonly<Record<string, unknown>>
  readonly persons?: readonly ShownPerson[]
}

/** One of a kind by its ID; `undefined` where there is none. `showKeys`: an issuer's keys (without their hashes) too. */
export function documentAnswer(
  model: ReadModel,
  kind: DocumentKind,
  id: string,
  showKeys = false,
): DocumentAnswer | undefined {
  const row = model.prepare(`SELECT id, revision, state, history FROM ${kind} WHERE id = ?`).get(id)
  return row && answerOf(model, kind, row, showKeys)
}

/** What is recorded of an organization or a session, and nothing of its persons; `undefined` where there is none. */
export function documentState(
  model: ReadModel,
  kind: Exclude<DocumentKind, 'issuer'>,
  id: string,
): Readonly<Record<string, unknown>> | undefined {
  const row = model.prepare(`SELECT state FROM ${kind} WHERE id = ?`).get(id)
  return row && (JSON.parse(String(row['state'])) as Record<string, unknown>)
}

/** All of a kind in order of ID, behind `after`. */
export function listDocuments(
  model: ReadModel,
  kind: DocumentKind,
  page: { readonly limit: number; readonly after?: string | undefined },
): { readonly documents: readonly DocumentAnswer[]; readonly next?: string } {
  const rows = model
    .prepare(`SELECT id, revision, state, history FROM ${kind} WHERE id > ? ORDER BY id LIMIT ?`)
    .all(page.after ?? '', page.limit + 1)
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return {
    documents: shown.map((row) => answerOf(model, kind, row, false)),
    ...(rows.length > page.limit && last && { next: String(last['id']) }),
  }
}

/** Whether the read model holds one of that ID. */
export function exists(model: ReadModel, kind: DocumentKind, id: string): boolean {
  return model.prepare(`SELECT 1 FROM ${kind} WHERE id = ?`).get(id) !== undefined
}

function answerOf(
  model: ReadModel,
  kind: DocumentKind,
  row: Readonly<Record<string, unknown>>,
  showKeys: boolean,
): DocumentAnswer {
  const state = JSON.parse(String(row['state'])) as Record<string, unknown>
  const refs = kind === 'session' ? refsIn(state) : []
  return {
    id: String(row['id']),
    revision: String(row['revision']),
    recordedAt: readHistory(String(row['history']))[0]?.recordedAt ?? '',
    state: kind === 'issuer' ? publicIssuer(state as unknown as IssuerState, showKeys) : state,
    ...(refs.length > 0 && { persons: showPersons(model, refs) }),
  }
}

/**
 * Without the seed of its certificate IDs, which would let a stranger guess them, and without its keys' hashes; which
 * keys there are is for registrars.
 */
function publicIssuer(issuer: IssuerState, showKeys: boolean): Readonly<Record<string, unknown>> {
  if (issuer.status === 'unregistered') return issuer
  const { idSeed: _seed, keys, ...shown } = issuer
  return showKeys ? { ...shown, keys: keys.map(({ sha256: _hash, ...key }) => key) } : shown
}
