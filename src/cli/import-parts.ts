/** An object of a file whose form is not known yet. */
export type Bag = Readonly<Record<string, unknown>>

/** The value as an object; an empty one where it is none. */
export const bag = (value: unknown): Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Bag) : {}

/** The value as a list; an empty one where it is none. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The value as a text, where it is one. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The fields that say something. */
export const has = (fields: Bag) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** `person` is the name by language in the published facts; `position` stands beside it. */
export function personOf({ person, name, position }: Bag): Bag {
  return has({ name: person ?? name, position })
}
