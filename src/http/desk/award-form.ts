import type { LocalizedText } from '../../domain/text.ts'
import type { Field, Typed } from './forms.ts'
import type { DeskWords } from './words.ts'

type Choice = readonly (readonly [value: string, label: string])[]

/** The fields of a new award. */
export const awardFields = (
  words: DeskWords,
  {
    kinds,
    organizations,
    sessions,
  }: { readonly kinds: Choice; readonly organizations: Choice; readonly sessions: Choice },
): readonly Field[] => [
  { name: 'kind', label: words.kind, options: kinds, required: true },
  { name: 'title.ky', label: `${words.title}, ${words.inKy}` },
  { name: 'title.ru', label: `${words.title}, ${words.inRu}` },
  { name: 'title.en', label: `${words.title}, ${words.inEn}`, hint: words.oneText },
  {
    name: 'organizationId',
    label: words.organization,
    hint: words.organizationHint,
    suggestions: organizations,
    required: true,
  },
  { name: 'name.ky', label: `${words.nameAsWritten}, ${words.inKy}` },
  { name: 'name.ru', label: `${words.nameAsWritten}, ${words.inRu}` },
  { name: 'name.en', label: `${words.nameAsWritten}, ${words.inEn}`, hint: words.oneText },
  { name: 'sessionId', label: words.session, options: [['', words.noSession], ...sessions] },
  { name: 'issuedOn', label: words.issuedOn, type: 'date', required: true },
  { name: 'validUntil', label: words.validUntil, type: 'date' },
  { name: 'serialNumber', label: words.serialNumber },
]

/** What was typed as the command's input; what was left empty is left out. */
export function awardInput(issuerId: string, typed: Typed): object {
  const { kind, organizationId, sessionId, issuedOn, validUntil, serialNumber } = filled(typed)
  return {
    issuerId,
    kind,
    title: texts(typed, 'title'),
    recipient: { type: 'organization', organizationId, nameAsWritten: texts(typed, 'name') },
    ...(sessionId !== undefined && { basis: { sessionId } }),
    issuedOn,
    ...(validUntil !== undefined && { validUntil }),
    ...(serialNumber !== undefined && { serialNumber }),
  }
}

/** The field that a part of the command's input was typed into. */
export function fieldOfPointer(pointer: string): string {
  const [, first = '', second = '', third = ''] = pointer.split('/')
  if (first === 'title') return `title.${second === '' ? 'en' : second}`
  if (first === 'recipient')
    return second === 'nameAsWritten' ? `name.${third === '' ? 'en' : third}` : 'organizationId'
  if (first === 'basis') return 'sessionId'
  return first
}

/** Only what something was typed into. */
export const filled = (typed: Typed): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(typed).filter(([, value]) => value.trim() !== ''))

const texts = (typed: Typed, name: string): LocalizedText =>
  Object.fromEntries(
    ['ky', 'ru', 'en'].flatMap((tag) => {
      const said = typed[`${name}.${tag}`]?.trim() ?? ''
      return said === '' ? [] : [[tag, said]]
    }),
  )
