import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { START } from '../src/log/position.ts'
import { openSqliteEventLog } from '../src/log/sqlite-event-log.ts'
import { buildReadModel } from '../src/projections/rebuild.ts'
import { generatedLog, inNewFolder } from './support/folders.ts'
import { median, report, type Measure } from './support/report.ts'

/**
 * How long all read models take from nothing, against reading and parsing the same log. Every figure comes from a
 * child process of its own, which also knows the most memory it ever held.
 */
type Figures = { readonly ms: number; readonly mb: number }

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '1' },
    child: { type: 'string' },
    folder: { type: 'string', default: '' },
    json: { type: 'boolean' },
  },
  strict: false,
})

if (values.child) await child(String(values.child), String(values.folder))
else await measure(Number(values.events), Number(values.rounds))

async function child(what: string, folder: string): Promise<void> {
  const log = await openSqliteEventLog(folder, { readonly: true })
  const start = performance.now()
  if (what === 'scan') for await (const batch of log.readAll(START)) void batch.length
  else await inNewFolder((aside) => buildReadModel(log, join(aside, 'read-model.sqlite')))
  const figures: Figures = { ms: performance.now() - start, mb: process.resourceUsage().maxRSS / 1_024 }
  await log.close()
  process.send?.(figures)
}

async function figuresOf(what: 'scan' | 'rebuild', folder: string): Promise<Figures> {
  const process = fork(import.meta.filename, ['--child', what, '--folder', folder])
  const [figures] = (await once(process, 'message')) as [Figures]
  await once(process, 'exit')
  return figures
}

async function measure(most: number, rounds: number): Promise<void> {
  const sizes = [10_000, 100_000, 1_000_000].filter((size) => size < most)
  const measures: Measure[] = []
  for (const events of [...sizes, most]) measures.push(...(await measureSize(events, rounds)))
  report('rebuild of all read models', measures)
}

async function measureSize(events: number, rounds: number): Promise<Measure[]> {
  const folder = await generatedLog(events, true)
  const scans: Figures[] = []
  const rebuilds: Figures[] = []
  for (let round = 0; round < rounds; round++) {
    scans.push(await figuresOf('scan', folder))
    rebuilds.push(await figuresOf('rebuild', folder))
  }
  const middle = (of: readonly Figures[]) => median(of.map(({ ms }) => ms))
  const name = `rebuild: ${events} events`
  const mb = Math.max(...rebuilds.map((one) => one.mb))
  return [
    {
      measure: name,
      value: (middle(rebuilds) * 1_000) / events,
      unit: 'µs/event',
      against: `JSON.parse scan, ${((middle(scans) * 1_000) / events).toFixed(2)} µs/event`,
      ratio: middle(scans) / middle(rebuilds),
      wanted: '>= 0.2, linear',
    },
    {
      measure: `${name}, most memory`,
      value: mb,
      unit: 'MiB',
      against: '400 MB',
      ratio: 400 / (mb * 1.048576),
      wanted: '>= 1',
    },
  ]
}
