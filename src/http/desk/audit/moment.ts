import { addDays, plainDate } from '../../../domain/date.ts'
import { asText } from './filters.ts'

/** A moment of the register: whose knowledge counts, and the day that statuses are of. */
export type Moment = {
  /** In the form of `recordedAt`. */
  readonly known: string
  readonly day: string
}

const endOf = (day: string): Moment => ({ known: `${day}T23:59:59.999Z`, day })

/** How many days lie between two, 0 for the same one. */
export const daysBetween = (first: string, last: string): number =>
  Temporal.PlainDate.from(first).until(Temporal.PlainDate.from(last)).days

/**
 * The moment that an address asks for: `recordedAt` (an instant, or a time of UTC without a zone, as browsers send
 * it), `day`, or `step` (a number of days from the first); otherwise, and where that is unreadable, the end of today.
 */
export function momentIn(query: Readonly<Record<string, unknown>>, firstDay: string, today: string): Moment {
  const instant = instantOf(asText(query['recordedAt']))
  if (instant !== undefined) return { known: instant, day: instant.slice(0, 10) }
  const day = asText(query['day'])
  if (plainDate.safeParse(day).success) return endOf(day)
  const step = asText(query['step'])
  if (!/^[0-9]{1,6}$/.test(step)) return endOf(today)
  return endOf(addDays(firstDay, Math.min(Number(step), daysBetween(firstDay, today))))
}

function instantOf(text: string): string | undefined {
  for (const form of [text, `${text}Z`])
    try {
      return Temporal.Instant.from(form).toString({ smallestUnit: 'millisecond' })
    } catch {
      // Of another form, or none: said by the moment that is shown.
    }
  return undefined
}
