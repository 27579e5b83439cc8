import { type AwardEvent, type AwardState, awardStream, evolveAward, initialAward } from '../domain/award.ts'
import type { CertificateId } from '../domain/certificate-id.ts'
import type { EventLog, RecordedEvent } from '../log/event-log.ts'
import { readEvent } from '../projections/registry-event.ts'

/** A certificate as the log held it at an instant, with the events until then and those after. */
export type ReplayedCertificate = {
  readonly state: AwardState
  readonly until: readonly RecordedEvent[]
  readonly later: readonly RecordedEvent[]
}

/**
 * Replays a certificate's stream up to an instant (in the form of `recordedAt`) through the domain; the read model is
 * not asked. Throws `UnreadableEventError`.
 */
export async function replayedCertificate(
  log: EventLog,
  id: CertificateId,
  known: string,
): Promise<ReplayedCertificate> {
  const { events } = await log.readStream(awardStream(id))
  const until = events.filter(({ metadata }) => metadata.recordedAt <= known)
  const state = until.reduce<AwardState>(
    (before, recorded) => evolveAward(before, readEvent(recorded).event as AwardEvent),
    initialAward,
  )
  return { state, until, later: events.slice(until.length) }
}
