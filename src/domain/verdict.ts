import type { CertificateId } from './certificate-id.ts'
import type { IssuedAward } from './award.ts'
import { addDays, covers, type Period, type PlainDate } from './date.ts'

export const STATUSES = ['valid', 'suspended', 'revoked', 'superseded', 'expired', 'not-yet-valid'] as const
export type Status = (typeof STATUSES)[number]

/**
 * What a certificate is worth on a day: its status, the first and the last day on which it has that status as far as
 * is recorded (absent: without end), and why. Derived from what is recorded, never itself recorded.
 */
export type Verdict = {
  readonly status: Status
  readonly since?: PlainDate
  readonly until?: PlainDate
  readonly reason?: string
  readonly supersededBy?: CertificateId
}

/** The verdicts of all days in order, without a gap: the first has no `since`, the last no `until`. */
export function verdicts(award: IssuedAward): readonly Verdict[] {
  const spans: Verdict[] = []
  const starts = boundaries(award)
  for (const [index, since] of starts.entries()) {
    const next = starts[index + 1]
    const verdict = { ...verdictOnDay(award, since), since }
    const previous = spans.at(-1)
    if (previous && sameMeaning(previous, verdict)) spans.pop()
    spans.push({
      ...verdict,
      since: previous && sameMeaning(previous, verdict) ? (previous.since ?? since) : since,
      ...(next === undefined ? {} : { until: addDays(next, -1) }),
    })
  }
  return spans.map((span, index) => (index === 0 ? withoutSince(span) : span))
}

/** The verdict of one day among those of all days. */
export function verdictAt(all: readonly Verdict[], day: PlainDate): Verdict {
  const found = all.findLast(({ since }) => since === undefined || since <= day)
  if (!found) throw new RangeError('verdicts cover every day')
  return found
}

const BEGINNING = '1000-01-01'

/** The days on which something may change, in order, from the beginning of time. */
function boundaries(award: IssuedAward): readonly PlainDate[] {
  const days = [BEGINNING]
  const dayAfter = (day?: PlainDate) => day !== undefined && day < '9999-12-31' && days.push(addDays(day, 1))
  for (const { from, until } of validity(award)) {
    days.push(from)
    dayAfter(until)
  }
  for (const { from, until, reinstated } of award.suspensions) {
    days.push(from)
    dayAfter(until)
    if (reinstated) days.push(reinstated.from)
  }
  if (award.revocation) days.push(award.revocation.from)
  if (award.supersession) days.push(award.supersession.from)
  return [...new Set(days)].sort()
}

/** The days on which an award counts by what it says itself and by what prolonged it; nothing else is weighed. */
export function validity({ content, prolongations }: IssuedAward): readonly Period[] {
  const first =
    content.validFrom !== undefined && content.validFrom > content.issuedOn
      ? content.validFrom
      : content.issuedOn
  return [{ from: first, until: content.validUntil }, ...prolongations]
}

/** Revoked outweighs superseded, and both outweigh what the calendar alone says; a suspension outweighs only valid. */
function verdictOnDay(award: IssuedAward, day: PlainDate): Verdict {
  const { revocation, supersession } = award
  if (revocation && revocation.from <= day) return { status: 'revoked', reason: revocation.reason }
  if (supersession && supersession.from <= day)
    return { status: 'superseded', reason: supersession.reason, supersededBy: supersession.by }
  const periods = validity(award)
  if (periods.every(({ from }) => day < from)) return { status: 'not-yet-valid' }
  if (!periods.some((period) => covers(period, day))) return { status: 'expired' }
  const suspension = award.suspensions.find(
    (one) => covers(one, day) && !(one.reinstated && one.reinstated.from <= day),
  )
  return suspension ? { status: 'suspended', reason: suspension.reason } : { status: 'valid' }
}

const sameMeaning = (a: Verdict, b: Verdict) =>
  a.status === b.status && a.reason === b.reason && a.supersededBy === b.supersededBy

function withoutSince({ since: _since, ...span }: Verdict): Verdict {
  return span
}
