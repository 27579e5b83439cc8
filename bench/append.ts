import { parseArgs } from 'node:util'
import { awards, CONCURRENT, fileRate, portRate, rawRate } from './support/append-rates.ts'
import { emmettRate } from './support/emmett.ts'
import { median, report, type Measure } from './support/report.ts'

/** How fast the log takes events: `CONCURRENT` one-event appends at a time, each to a stream that is not there yet. */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '150000' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    emmett: { type: 'string' },
    json: { type: 'boolean' },
  },
  strict: false,
})
const seconds = Number(values.seconds)
const planned = awards(Number(values.events))
const emmett = typeof values.emmett === 'string' ? values.emmett : undefined
const rates = { port: [] as number[], raw: [] as number[], file: [] as number[], emmett: [] as number[] }
for (let round = 0; round < Number(values.rounds); round++) {
  rates.port.push(await portRate(planned, seconds))
  rates.raw.push(await rawRate(planned, seconds))
  rates.file.push(await fileRate(planned, Math.min(seconds, 1)))
  if (emmett) rates.emmett.push(await emmettRate(emmett, planned, seconds))
}
const port = median(rates.port)
const against = (name: string, other: number, wanted: string): Measure => ({
  measure: name,
  value: other,
  unit: 'events/s',
  against: 'append: log port (port / this)',
  ratio: port / other,
  wanted,
})
report(`append, ${CONCURRENT} at a time, durable`, [
  { measure: 'append: log port', value: port, unit: 'events/s' },
  against('append: raw node:sqlite, same rows', median(rates.raw), '>= 0.7'),
  against('append: plain file, fdatasync', median(rates.file), ''),
  ...(emmett ? [against('append: Emmett SQLite store, one at a time', median(rates.emmett), '>= 3')] : []),
])
