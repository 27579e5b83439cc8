import { addDays } from '../domain/date.ts'
import { type Bag, bag, has, personOf, text } from './import-parts.ts'

/** Longest agenda that a bundle may count without naming its items. */
const MOST_ITEMS = 200

/** The agenda with as many items as the source counts; those that it does not name are recorded as not named. */
export function agendaOf(named: readonly unknown[], count: unknown): readonly Bag[] {
  const length = Math.max(named.length, typeof count === 'number' ? Math.min(count, MOST_ITEMS) : 0)
  return Array.from({ length }, (_, index) => {
    const { followsUpSession, ...title } = bag(named[index])
    const unnamed = { en: `Agenda item ${index + 1} (not named in the source)` }
    return has({
      number: index + 1,
      title: named[index] === undefined ? unnamed : title,
      followsUp: followsUpSession === undefined ? undefined : { sessionNumber: followsUpSession },
    })
  })
}

/** The participants as the registry takes them, numbered where the file gives no key. */
export function participantsOf(participants: readonly unknown[]): readonly Bag[] {
  return participants.map((value, index) => {
    const one = bag(value)
    const { organization, attendance, country, note } = one
    return has({
      participantId: text(one['key']) ?? `participant-${index + 1}`,
      organizationId: organization,
      person: personOf(one),
      attendance,
      country,
      note: typeof note === 'string' ? { en: note } : note,
    })
  })
}

/** An event held alongside; its day is counted from the session's first. */
export function alongsideOf(one: Bag, index: number, startsOn: string | undefined): Bag {
  const { kind, day, host, key, ...title } = one
  const date = typeof day === 'number' && startsOn !== undefined ? addDays(startsOn, day - 1) : undefined
  return has({
    alongsideId: text(key) ?? `${String(kind)}-${index + 1}`,
    kind,
    title,
    day: date,
    hostOrganizationId: host,
  })
}
