import { lineOf } from '../queries/event-line.ts'
import type { RecordedEvent } from '../log/event-log.ts'
import { comparePositions, parsePosition, START } from '../log/position.ts'
import type { Stores } from './config.ts'
import { EXIT } from './exit-codes.ts'
import { openHouse } from './house.ts'
import { type Io, write } from './io.ts'
import { instantOf } from './times.ts'

/** `replay`: the history as NDJSON, as fast as its reader takes it. A reader that goes away ends it quietly. */
export async function replay(
  io: Io,
  config: Stores,
  options: { until?: string; stream?: string },
): Promise<number> {
  const within = boundOf(options.until)
  const house = await openHouse(config, io.now)
  io.out.on('error', () => undefined)
  try {
    for await (const batch of house.log.readAll(START)) {
      const wanted = batch.filter(within)
      const lines = wanted
        .filter(({ stream }) => options.stream === undefined || stream === options.stream)
        .map(lineOf)
      if (lines.length > 0 && !(await write(io.out, `${lines.join('\n')}\n`))) break
      if (wanted.length < batch.length) break
    }
    return EXIT.ok
  } finally {
    await house.close()
  }
}

function boundOf(until: string | undefined): (event: RecordedEvent) => boolean {
  if (until === undefined) return () => true
  const position = parsePosition(until)
  if (position) return (event) => comparePositions(event.position, position) <= 0
  const instant = instantOf('--until, which is no position such as 42,', until)
  return ({ metadata }) => metadata.recordedAt <= instant
}
