import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openSqliteEventLog } from '../src/log/sqlite-event-log.ts'
import { ALL } from '../src/projections/all.ts'
import { ReadModel } from '../src/projections/read-model.ts'
import { backupReadModel, restoreReadModel } from '../src/projections/read-model-backup.ts'
import { buildReadModel } from '../src/projections/rebuild.ts'
import { generatedLog, inNewFolder } from './support/folders.ts'
import { type Measure, report } from './support/report.ts'

/** What a registry of so many awards weighs, and how long a new node takes to its first answer: by replay, and from a backup. */
const { values } = parseArgs({
  options: { awards: { type: 'string', default: '1000000' }, json: { type: 'boolean' } },
  strict: false,
})
const most = Number(values.awards)
/** Events beside the awards: those of 2,000 organisations and one issuer. */
const STAGE = 2_002

async function measureSize(awards: number): Promise<Measure[]> {
  const folder = await generatedLog(STAGE + awards, false)
  const log = await openSqliteEventLog(folder, { readonly: true })
  try {
    return await inNewFolder(async (aside) => {
      const path = join(aside, 'read-model.sqlite')
      const backup = join(aside, 'backup')
      const replayed = await timed(() => buildReadModel(log, path))
      const opened = await timed(async () => new ReadModel(path, ALL).close())
      const saved = await timed(() => backupReadModel(path, backup))
      const restored = await timed(() => restoreReadModel(log, backup, join(aside, 'restored.sqlite')))
      const bytes = (file: string, what: string) => sizeOf(awards, what, file)
      return [
        bytes(join(folder, 'log.sqlite'), 'log'),
        bytes(path, 'read model'),
        { measure: `${awards} awards: new node, replay`, value: replayed, unit: 's' },
        seconds(awards, 'new node, restore of a backup', restored, replayed),
        seconds(awards, 'making that backup', saved, replayed),
        seconds(awards, 'opening the read model again', opened, replayed),
      ]
    })
  } finally {
    await log.close()
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return (performance.now() - start) / 1_000
}

const sizeOf = (awards: number, what: string, file: string): Measure => ({
  measure: `${awards} awards: ${what}`,
  value: existsSync(file) ? statSync(file).size / awards : 0,
  unit: 'bytes/award',
})

const seconds = (awards: number, what: string, value: number, replay: number): Measure => ({
  measure: `${awards} awards: ${what}`,
  value,
  unit: 's',
  against: `replay, ${replay.toFixed(1)} s`,
  ratio: replay / value,
})

const measures: Measure[] = []
for (const awards of [10_000, 100_000, 1_000_000].filter((size) => size <= most))
  measures.push(...(await measureSize(awards)))
report('scale: one event an award', measures)
