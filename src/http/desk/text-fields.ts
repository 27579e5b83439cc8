import type { Field } from './forms.ts'
import type { DeskWords } from './words.ts'

/** A text in three languages, of which at least one is to be filled in. */
export const textFields = (
  words: DeskWords,
  name: string,
  label: string,
  more: Pick<Field, 'type'> = {},
): readonly Field[] => [
  { name: `${name}.ky`, label: `${label}, ${words.inKy}`, ...more },
  { name: `${name}.ru`, label: `${label}, ${words.inRu}`, ...more },
  { name: `${name}.en`, label: `${label}, ${words.inEn}`, ...more },
]
