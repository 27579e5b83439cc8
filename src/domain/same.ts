import { isDeepStrictEqual } from 'node:util'

/**
 * Whether two values say the same once stored: a field that holds `undefined` says as little as one left out, since
 * JSON drops it. Deciders compare with it, so that a retry is known again after its event was read back.
 */
export const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(stored(a), stored(b))

/** The value without the fields that hold `undefined`, as it will be read back. */
export const defined = <Value>(value: Value): Value => stored(value) as Value

function stored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stored)
  if (value === null || typeof value !== 'object') return value
  const given = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(given.map(([key, field]) => [key, stored(field)]))
}
