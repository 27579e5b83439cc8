/**
 * The process that is killed: `kill9-child.ts FOLDER ROUND WRITERS`. Each writer appends to ever new streams, one
 * append of 1 to 4 events each, without a pause. Every acknowledged append is one JSON line, written before the next.
 */
import { writeSync } from 'node:fs'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { newEvents } from './events.ts'
import type { Acknowledged } from './kill9-oracle.ts'

const [folder = '.', round = '0', writers = '16'] = process.argv.slice(2)
const log = await openSqliteEventLog(folder)
await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)))

async function write(writer: number): Promise<never> {
  for (let index = 0; ; index += 1) {
    const stream = `award-${round}-${writer}-${index}`
    const events = newEvents(1 + ((writer + index) % 4))
    const outcome = await log.append(stream, 'no-stream', events)
    if (outcome.kind !== 'appended') throw new Error(`${stream} is new and was a conflict`)
    acknowledge({ stream, ids: events.map(({ id }) => id) })
  }
}

/** A pipe whose reader is slow takes a line in parts, or nothing for a while (EAGAIN). */
function acknowledge(line: Acknowledged): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  let rest = Buffer.from(`${JSON.stringify(line)}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, 1)
    }
  }
}
