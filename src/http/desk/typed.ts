import type { LocalizedText } from '../../domain/text.ts'
import type { Typed } from './forms.ts'

const TAGS = ['ky', 'ru', 'en'] as const

/** What a form's body says, whoever sent it. A field that was sent twice counts as its last; what is no text is none. */
export const textsOf = (body: unknown): Typed =>
  Object.fromEntries(
    Object.entries(body ?? {}).flatMap(([name, value]: [string, unknown]) => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value
      return typeof last === 'string' ? [[name, last]] : []
    }),
  )

/** Only what something was typed into. */
export const filled = (typed: Typed): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(typed)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  )

/** A text in the languages in which it was typed: fields `name.ky`, `name.ru`, `name.en`. */
export const texts = (typed: Typed, name: string): LocalizedText =>
  Object.fromEntries(
    TAGS.flatMap((tag) => {
      const said = typed[`${name}.${tag}`]?.trim() ?? ''
      return said === '' ? [] : [[tag, said]]
    }),
  )

/** As `texts`, and `undefined` where nothing was typed. */
export function textsIfAny(typed: Typed, name: string): LocalizedText | undefined {
  const said = texts(typed, name)
  return Object.keys(said).length > 0 ? said : undefined
}

/** A text as what would have been typed. */
export const typedTexts = (name: string, text: LocalizedText | undefined): Typed =>
  Object.fromEntries(TAGS.map((tag) => [`${name}.${tag}`, text?.[tag] ?? '']))

/** Where a part of a localised text was typed: its own language, else the first that is asked for. */
export const textField = (name: string, tag: string | undefined): string =>
  `${name}.${(TAGS as readonly string[]).includes(tag ?? '') ? tag : 'ky'}`
