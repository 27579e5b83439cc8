import { timelineOf } from '../queries/timeline.ts'
import { idOf, loadCertificate } from './certificate.ts'
import type { Stores } from './config.ts'
import { EXIT } from './exit-codes.ts'
import { openHouse } from './house.ts'
import { type Io, line, safe } from './io.ts'

/** `history ID`: every change of a certificate: who, when, why, before and after. */
export async function history(
  io: Io,
  config: Stores,
  typed: string,
  options: { json?: boolean },
): Promise<number> {
  const id = idOf(typed)
  const house = await openHouse(config, io.now)
  try {
    await loadCertificate(house, id)
    const timeline = timelineOf(house.readModel, id)
    if (!timeline) {
      line(io.err, `${id}: no such certificate`)
      return EXIT.unknown
    }
    if (options.json) line(io.out, JSON.stringify(timeline))
    else
      for (const { revision, recordedAt, type, actor, reason, changes } of timeline.entries) {
        line(
          io.out,
          `${revision.padStart(3)}  ${recordedAt}  ${type}  by ${actor}${reason ? `: ${safe(reason)}` : ''}`,
        )
        if (revision !== '0')
          for (const { field, before, after } of changes)
            line(
              io.out,
              `       ${field}: ${safe(JSON.stringify(before) ?? 'nothing')} -> ${safe(JSON.stringify(after) ?? 'nothing')}`,
            )
      }
    return EXIT.ok
  } finally {
    await house.close()
  }
}
