import { z } from 'zod'

/** Longest texts in UTF-16 units: a name, and a title, citation or reason. */
export const MAX_NAME = 500
export const MAX_TEXT = 2_000

/**
 * Text as people wrote it. Stored in NFC; refused where it holds control characters or bidirectional overrides,
 * which could make a reader see another name than the registry holds (Unicode TR 36), or lone surrogates, which have
 * no UTF-8. Letters of every script are welcome, right-to-left ones too.
 */
const FORBIDDEN = /[\p{Cc}\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u

/** More marks on one letter than any script piles up: they would hide the lines above and below it. */
const PILE = /\p{M}{11}/u

export const writtenText = (max: number) =>
  z
    .string()
    .overwrite((text) => text.normalize('NFC').trim())
    .min(1, 'is empty; leave the field out where there is nothing to say')
    .max(max, `is longer than ${max} characters`)
    .refine((text) => text.isWellFormed() && !FORBIDDEN.test(text), {
      message: 'holds control or direction-changing characters; write it without them',
      abort: true,
    })
    .refine((text) => !PILE.test(text), { message: 'piles more than ten marks on one letter' })

/** A BCP 47 language tag in its canonical form (`ky`, `ru`, `sr-Latn`). */
export const languageTag = z.string().max(35).refine(isCanonicalTag, {
  message: 'is not a canonical BCP 47 language tag such as ky, ru, en or sr-Latn',
})

function isCanonicalTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag
  } catch {
    return false
  }
}

/** A text in one or more languages, each as it was written in that language. */
const localized = (max: number) =>
  z
    .record(languageTag, writtenText(max))
    .refine((map) => Object.keys(map).length > 0, 'names no language; give at least one, as in {"ky": "…"}')
    .refine((map) => Object.keys(map).length <= 20, 'names more than 20 languages')

export const localizedName = localized(MAX_NAME)
export const localizedText = localized(MAX_TEXT)
export type LocalizedText = Readonly<Record<string, string>>

/**
 * As stored: the shape alone. What a text may hold is checked before it is recorded; a rule that grows stricter later
 * must not make an old event unreadable.
 */
export const storedText = z.record(z.string(), z.string())

/** Whether two localised texts say the same in the same languages. */
export function sameText(a: LocalizedText | undefined, b: LocalizedText | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const tags = Object.keys(a)
  return tags.length === Object.keys(b).length && tags.every((tag) => a[tag] === b[tag])
}
