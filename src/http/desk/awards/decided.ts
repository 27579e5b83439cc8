import type { ReadModel } from '../../../projections/read-model.ts'
import type { Typed } from '../forms.ts'
import { filled } from '../typed.ts'
import { decidedAt, sessionOf } from './choices.ts'

/** What was typed, with the numbers that the chosen session's record has for the chosen item, where none were typed. */
export function withDecided(model: ReadModel, typed: Typed): Typed {
  const { sessionId, agendaItem, decisionNumber, protocolNumber } = filled(typed)
  if (sessionId === undefined || agendaItem === undefined) return typed
  const decided = decidedAt(sessionOf(model, sessionId), Number(agendaItem))
  return {
    ...typed,
    decisionNumber: decisionNumber ?? decided.decisionNumber ?? '',
    protocolNumber: protocolNumber ?? decided.protocolNumber ?? '',
  }
}
