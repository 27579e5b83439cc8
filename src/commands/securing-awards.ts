import type { AwardEvent, AwardState } from '../domain/award.ts'
import type { AwardContent, Basis } from '../domain/award-content.ts'
import { invalid } from '../domain/decision.ts'
import { accreditationOn } from '../domain/issuer.ts'
import { issuers, sessions } from './aggregates.ts'
import type { CommandDeps } from './catalogue-entry.ts'
import type { CommonRefusal } from './command.ts'
import type { Request } from './executor.ts'
import { readState } from './folded-streams.ts'
import type { Refusal } from './refusal.ts'
import { holdSerial } from './serial-numbers.ts'

type Problem = Extract<
  Refusal,
  {
    kind:
      | 'not-accredited'
      | 'unknown-agenda-item'
      | 'unknown-alongside-event'
      | 'duplicate-serial'
      | 'invalid'
  }
>

/**
 * Checks an award as it would be against the other streams that it rests on, then holds its serial number: last, so
 * that nothing is reserved for what is refused anyway.
 */
export const secureAward =
  (deps: CommandDeps, id: string, request: Request) =>
  async (next: AwardState, events: readonly AwardEvent[]): Promise<Problem | CommonRefusal | undefined> => {
    if (next.status !== 'issued') return undefined
    const touched = touchedBy(events)
    const problem = await restingProblem(deps, next.content, touched)
    if (problem) return problem
    const { issuerId, serialNumber } = next.content
    if (serialNumber === undefined || !touched.has('serialNumber')) return undefined
    return holdSerial(deps, { issuerId, serialNumber, certificateId: id }, request)
  }

/** What other streams say against an award's content: its issuer's accreditation, the session that it rests on. */
export const restingProblem = async (
  deps: CommandDeps,
  content: AwardContent,
  touched: ReadonlySet<string> = new Set(['issuedOn', 'basis']),
): Promise<Problem | undefined> =>
  (touched.has('issuedOn') ? await accreditationProblem(deps, content) : undefined) ??
  (touched.has('basis') ? await basisProblem(deps, content.basis) : undefined)

/** The fields that events set, as far as other streams have a say in them. */
function touchedBy(events: readonly AwardEvent[]): ReadonlySet<string> {
  return new Set(
    events.flatMap(({ type, data }) => {
      if (type === 'AwardCorrected') return data.changes.map(({ field }) => field)
      return type === 'AwardIssued' || type === 'AwardSupplemented' ? Object.keys(data) : []
    }),
  )
}

async function accreditationProblem(deps: CommandDeps, content: AwardContent): Promise<Problem | undefined> {
  const { issuerId, kind, issuedOn } = content
  const issuer = await readState(deps, issuers, issuerId)
  if (accreditationOn(issuer, kind, issuedOn)) return undefined
  return { kind: 'not-accredited', issuerId, awardKind: kind, on: issuedOn }
}

async function basisProblem(deps: CommandDeps, basis: Basis): Promise<Problem | undefined> {
  const { sessionId, agendaItem, alongsideId } = basis
  if (agendaItem === undefined && alongsideId === undefined) return undefined
  if (sessionId === undefined)
    return invalid('/basis/sessionId', 'empty', 'name the session of the agenda item or event')
  const session = await readState(deps, sessions, sessionId)
  if (session.status === 'unconvened') return undefined
  if (agendaItem !== undefined && !session.agenda?.some(({ number }) => number === agendaItem))
    return { kind: 'unknown-agenda-item', sessionId, item: agendaItem }
  if (alongsideId !== undefined && !session.alongside.some((one) => one.alongsideId === alongsideId))
    return { kind: 'unknown-alongside-event', sessionId, alongsideId }
  return undefined
}
