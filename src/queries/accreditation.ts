import {
  accreditationOn,
  evolveIssuer,
  initialIssuer,
  type IssuerEvent,
  type IssuerState,
} from '../domain/issuer.ts'
import { readHistory } from '../projections/history.ts'
import type { ReadModel } from '../projections/read-model.ts'

/** Whether the issuer stood accredited for the kind on the day of issue, and by which accreditation. */
export type AccreditationAnswer = {
  readonly issuerId: string
  readonly kind: string
  readonly on: string
  readonly accredited: boolean
  readonly accreditation?: NonNullable<ReturnType<typeof accreditationOn>>
}

/** `known` bounds what counts to what was recorded by that instant. */
export function accreditationAnswer(
  model: ReadModel,
  issue: { readonly issuerId: string; readonly kind: string; readonly issuedOn: string },
  known?: string,
): AccreditationAnswer {
  const state =
    known === undefined ? currentIssuer(model, issue.issuerId) : issuerAsKnown(model, issue.issuerId, known)
  const accreditation = accreditationOn(state, issue.kind, issue.issuedOn)
  return {
    issuerId: issue.issuerId,
    kind: issue.kind,
    on: issue.issuedOn,
    accredited: accreditation !== undefined,
    ...(accreditation && { accreditation }),
  }
}

type Remembered = { readonly version: number; readonly issuers: Map<string, IssuerState> }
const remembered = new WeakMap<ReadModel, Remembered>()

/** An issuer as the read model holds it now; unregistered where it holds none. Read anew when issuers have changed. */
export function currentIssuer(model: ReadModel, id: string): IssuerState {
  const version = model.versionOf('issuer')
  let known = remembered.get(model)
  if (known?.version !== version) {
    known = { version, issuers: new Map() }
    remembered.set(model, known)
  }
  let state = known.issuers.get(id)
  if (state === undefined) {
    const row = model.prepare('SELECT state FROM issuer WHERE id = ?').get(id)
    state = row ? (JSON.parse(String(row['state'])) as IssuerState) : initialIssuer
    known.issuers.set(id, state)
  }
  return state
}

function issuerAsKnown(model: ReadModel, id: string, known: string): IssuerState {
  const row = model.prepare('SELECT history FROM issuer WHERE id = ?').get(id)
  const entries = row ? readHistory(String(row['history'])) : []
  return entries
    .filter(({ recordedAt }) => recordedAt <= known)
    .reduce((state, { type, data }) => evolveIssuer(state, { type, data } as IssuerEvent), initialIssuer)
}
