import type { Field, Typed } from '../forms.ts'
import { filled, textField, texts, textsIfAny } from '../typed.ts'
import { textFields } from '../text-fields.ts'
import type { DeskWords } from '../words.ts'
import type { AwardWords } from './words.ts'

/** What can be recorded of a certificate at the desk, beside corrections. */
export const ACTIONS = ['accept', 'suspend', 'reinstate', 'prolong', 'supersede', 'revoke'] as const
export type Action = (typeof ACTIONS)[number]

export const isAction = (name: string): name is Action => (ACTIONS as readonly string[]).includes(name)

/** The fields of an action. */
export function actionFields(action: Action, words: DeskWords, own: AwardWords): readonly Field[] {
  const from: Field = { name: 'from', label: words.from, type: 'date', required: true }
  const reason: Field = { name: 'reason', label: words.reason, required: true }
  switch (action) {
    case 'accept':
      return [
        ...textFields(words, 'person', words.person),
        ...textFields(words, 'position', own.position),
        { name: 'acceptedOn', label: words.acceptedOn, type: 'date', required: true },
        ...textFields(words, 'place', own.place),
      ]
    case 'suspend':
      return [from, { name: 'until', label: words.until, type: 'date' }, reason]
    case 'prolong':
      return [{ name: 'until', label: words.prolongedUntil, type: 'date', required: true }]
    case 'supersede':
      return [{ name: 'by', label: words.by, required: true }, from, reason]
    case 'reinstate':
    case 'revoke':
      return [from, reason]
  }
}

/** What was typed as the command's input. */
export function actionInput(action: Action, typed: Typed): object {
  const { acceptedOn, from, until, reason, by } = filled(typed)
  if (action === 'accept') {
    const [position, place] = [textsIfAny(typed, 'position'), textsIfAny(typed, 'place')]
    const person = { name: texts(typed, 'person'), ...(position && { position }) }
    return { person, acceptedOn, ...(place && { place }) }
  }
  if (action === 'prolong') return { until }
  if (action === 'supersede') return { by, from, reason }
  return { from, ...(until !== undefined && action === 'suspend' && { until }), reason }
}

/** The field that a part of the command's input was typed into. */
export function actionField(pointer: string): string {
  const [, first = '', second, third] = pointer.split('/')
  if (first === 'person') return textField(second === 'position' ? 'position' : 'person', third)
  return first === 'place' ? textField('place', second) : first
}
