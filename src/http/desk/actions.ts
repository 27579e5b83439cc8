import { filled } from './award-form.ts'
import type { Field, Typed } from './forms.ts'
import type { DeskWords } from './words.ts'

/** What can be recorded of a certificate at the desk. */
export const ACTIONS = ['accept', 'suspend', 'reinstate', 'prolong', 'supersede', 'revoke'] as const
export type Action = (typeof ACTIONS)[number]

export const isAction = (name: string): name is Action => (ACTIONS as readonly string[]).includes(name)

/** The fields of an action. */
export function actionFields(action: Action, words: DeskWords): readonly Field[] {
  const from: Field = { name: 'from', label: words.from, type: 'date', required: true }
  const reason: Field = { name: 'reason', label: words.reason, required: true }
  switch (action) {
    case 'accept':
      return [
        { name: 'person', label: words.person, required: true },
        { name: 'acceptedOn', label: words.acceptedOn, type: 'date', required: true },
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

/** What was typed as the command's input. A name is kept in the language of the page, whose letters it is written in. */
export function actionInput(action: Action, typed: Typed, language: string): object {
  const { person, acceptedOn, from, until, reason, by } = filled(typed)
  if (action === 'accept') return { person: { name: { [language]: person ?? '' } }, acceptedOn }
  if (action === 'prolong') return { until }
  if (action === 'supersede') return { by, from, reason }
  return { from, ...(until !== undefined && action === 'suspend' && { until }), reason }
}
