import { z } from 'zod'

/**
 * A date as people wrote it (`2024-11-06`): a day of the ISO calendar without a time or zone. Kept as its text, which
 * sorts as the days do; `Temporal.PlainDate` does the arithmetic.
 */
export type PlainDate = string

/** From the year 1000, so that every date has four digits and its text sorts; to 9999. */
export const plainDate = z.iso
  .date({ error: 'is not a date that exists; write it as 2024-11-06' })
  .refine((date) => date >= '1000-01-01', 'is before the year 1000')

/** As stored: checked when it was recorded. */
export const storedDate = z.string()

/**
 * `date` is one that exists; `days` may be negative. Throws `RangeError` for a text of another length. Within a month
 * the digits are enough, which is fast.
 */
export function addDays(date: PlainDate, days: number): PlainDate {
  const day = Number(date.slice(8)) + days
  if (date.length === 10 && day >= 1 && day <= 28) return date.slice(0, 8) + String(day).padStart(2, '0')
  return Temporal.PlainDate.from(date).add({ days }).toString()
}

/** The day before. Total, for folding: a text that is no date stays as it is. */
export function dayBefore(date: PlainDate): PlainDate {
  return plainDate.safeParse(date).success ? addDays(date, -1) : date
}

/** The day of an instant (RFC 3339) in UTC. */
export function dateOf(instant: string): PlainDate {
  return instant.slice(0, 10)
}

/** A span of days, both ends included; without `until` it does not end. */
export type Period = { readonly from: PlainDate; readonly until?: PlainDate | undefined }

/** Whether a span holds a day. */
export function covers(period: Period, date: PlainDate): boolean {
  return period.from <= date && (period.until === undefined || date <= period.until)
}

/** Whether two days, where both are given, stand the wrong way round. */
export function endsBeforeItBegins(from: PlainDate | undefined, until: PlainDate | undefined): boolean {
  return from !== undefined && until !== undefined && until < from
}
