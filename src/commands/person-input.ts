import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type PersonFields, type PersonRef, personFields } from '../domain/person.ts'
import type { LocalizedText } from '../domain/text.ts'

/**
 * A person as a request names one. A class, so that sealing finds every person wherever a command's input holds one,
 * and none can slip into the log unsealed: `Sealed` has no place for it.
 */
export class PersonInput {
  readonly personId: string | undefined
  readonly fields: PersonFields
  constructor(personId: string | undefined, name: LocalizedText, position: LocalizedText | undefined) {
    this.personId = personId
    this.fields = position === undefined ? { name } : { name, position }
  }
  /** What a log line, an error or a digest may show of it. */
  toJSON(): { personId: string | null } {
    return { personId: this.personId ?? null }
  }
}

/** `personId` links to a person already recorded; without one the person is new. */
export const personInput = personFields
  .extend({
    personId: z
      .uuid('is not a UUID; leave it out for a new person')
      .meta({ description: 'A person already recorded; left out for a new one.' })
      .optional(),
  })
  .meta({
    description:
      'A person: the name and position as written. They are kept apart from the log and can be erased.',
    examples: [{ name: { ky: 'Мухтаров Т.К.' }, position: { en: 'Deputy Director' } }],
  })
  .transform(({ personId, name, position }) => new PersonInput(personId, name, position))

/** An input with every person replaced by what the log may hold. */
export type Sealed<T> = T extends PersonInput
  ? PersonRef
  : T extends readonly (infer Item)[]
    ? Sealed<Item>[]
    : T extends object
      ? { [Key in keyof T]: Sealed<T[Key]> }
      : T

/** All persons of an input, in order. */
export function personsIn(value: unknown): readonly PersonInput[] {
  if (value instanceof PersonInput) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(personsIn)
}

/** Replaces each person by its reference. Throws where one has none: a person must never reach the log. */
export function sealed<T>(value: T, refs: ReadonlyMap<PersonInput, PersonRef>): Sealed<T> {
  if (value instanceof PersonInput) {
    const ref = refs.get(value)
    if (!ref) throw new Error('a person was not sealed')
    return ref as Sealed<T>
  }
  if (Array.isArray(value)) return value.map((item: unknown) => sealed(item, refs)) as Sealed<T>
  if (typeof value !== 'object' || value === null) return value as Sealed<T>
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, sealed(item, refs)]),
  ) as Sealed<T>
}

/** Whether an opening's fields are those that a request names again. */
export const sameFields = (a: PersonFields, b: PersonFields) => isDeepStrictEqual(plain(a), plain(b))
const plain = ({ name, position }: PersonFields) => ({
  name: { ...name },
  position: position && { ...position },
})
