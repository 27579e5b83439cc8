/**
 * A process of its own that appends to a log: `append-child.ts FOLDER COUNT [BYTES]`. It says `ready`, and for each
 * line on standard input, or at once where there is a COUNT of more than 1, appends; a JSON line for each outcome.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { newEvent } from './events.ts'

const [folder = '.', count = '1', bytes = '10'] = process.argv.slice(2)
const log = await openSqliteEventLog(folder)
say({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  for (let index = 0; index < Number(count); index += 1) await appendOne(`award-${line}-${index}`)
}
await log.close()

async function appendOne(stream: string): Promise<void> {
  const event = newEvent({ data: { text: 'x'.repeat(Number(bytes)) } })
  try {
    const outcome = await log.append(stream, 'no-stream', [event])
    say({ stream, id: event.id, kind: outcome.kind })
  } catch (error) {
    say({ stream, id: event.id, kind: error instanceof Error ? error.name : String(error) })
  }
}

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
