import { plainDate } from '../domain/date.ts'
import { EXIT, ExitError } from './exit-codes.ts'

/** Reads a day from an option. Throws a usage error that names the option. */
export function dayOf(option: string, given: string): string {
  if (plainDate.safeParse(given).success) return given
  throw new ExitError(EXIT.usage, `${option} takes a date that exists, such as 2024-11-06, not ${given}`)
}

/** Reads an instant from an option, in the form of `recordedAt`. Throws a usage error that names the option. */
export function instantOf(option: string, given: string): string {
  try {
    return Temporal.Instant.from(given).toString({ smallestUnit: 'millisecond' })
  } catch {
    throw new ExitError(EXIT.usage, `${option} takes an instant such as 2024-11-07T12:00:00Z, not ${given}`)
  }
}
