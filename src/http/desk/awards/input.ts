import type { Basis, ConferredFunction } from '../../../domain/award-content.ts'
import type { PersonFields } from '../../../domain/person.ts'
import type { Typed } from '../forms.ts'
import { filled, textField, texts, textsIfAny } from '../typed.ts'
import { rowsOf } from './fields.ts'

/** What was typed as the input of `certificate.issue` and `proposal.propose`; what was left empty is left out. */
export function awardInput(issuerId: string, typed: Typed): object {
  const { kind, issuedOn, validFrom, validUntil, serialNumber } = filled(typed)
  const citation = textsIfAny(typed, 'citation')
  const basis = basisOf(typed)
  const functions = functionsOf(typed)
  return {
    issuerId,
    kind,
    title: texts(typed, 'title'),
    ...(citation && { citation }),
    recipient: recipientOf(typed),
    ...(Object.keys(basis).length > 0 && { basis }),
    ...(functions.length > 0 && { functions }),
    issuedOn,
    ...(validFrom !== undefined && { validFrom }),
    ...(validUntil !== undefined && { validUntil }),
    ...(serialNumber !== undefined && { serialNumber }),
  }
}

const recipientOf = (typed: Typed): object =>
  typed['recipientType'] === 'person'
    ? { type: 'person', person: personOf(typed) }
    : {
        type: 'organization',
        organizationId: typed['organizationId']?.trim() ?? '',
        nameAsWritten: texts(typed, 'name'),
      }

function personOf(typed: Typed): PersonFields {
  const position = textsIfAny(typed, 'position')
  return { name: texts(typed, 'name'), ...(position && { position }) }
}

/** What an award rests on, as it was typed. */
export function basisOf(typed: Typed): Basis {
  const { sessionId, agendaItem, decisionNumber, protocolNumber, alongsideId } = filled(typed)
  return {
    ...(sessionId !== undefined && { sessionId }),
    ...(agendaItem !== undefined && { agendaItem: Number(agendaItem) }),
    ...(decisionNumber !== undefined && { decisionNumber }),
    ...(protocolNumber !== undefined && { protocolNumber }),
    ...(alongsideId !== undefined && { alongsideId }),
  }
}

const isTyped = (typed: Typed, row: number): boolean =>
  ['ky', 'ru', 'en', 'from', 'until'].some((one) => (typed[`function.${row}.${one}`]?.trim() ?? '') !== '')
const typedRows = (typed: Typed): readonly number[] =>
  Array.from({ length: rowsOf(typed) }, (_, row) => row).filter((row) => isTyped(typed, row))

/** The functions that were typed; empty rows are passed over. */
export const functionsOf = (typed: Typed): readonly ConferredFunction[] =>
  typedRows(typed).map((row) => {
    const { [`function.${row}.from`]: from, [`function.${row}.until`]: until } = filled(typed)
    return {
      name: texts(typed, `function.${row}`),
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
    }
  })

/** The field that a part of the command's input was typed into. */
export function awardField(typed: Typed, pointer: string): string {
  const [, first = '', second = '', third, fourth] = pointer.split('/')
  if (first === 'title' || first === 'citation') return textField(first, second)
  if (first === 'recipient') {
    if (second === 'nameAsWritten') return textField('name', third)
    if (second !== 'person') return 'organizationId'
    return textField(third === 'position' ? 'position' : 'name', fourth)
  }
  if (first === 'basis') return second === '' ? 'sessionId' : second
  if (first === 'functions') return functionField(typed, second, third, fourth)
  return first
}

/** The field of a function: rows that were left empty are not counted in the input. */
export function functionField(
  typed: Typed,
  index: string,
  part: string | undefined,
  tag: string | undefined,
): string {
  const row = typedRows(typed)[Number(index)] ?? 0
  return part === 'from' || part === 'until' ? `function.${row}.${part}` : textField(`function.${row}`, tag)
}
