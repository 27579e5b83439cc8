import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openSqliteEventLog } from '../src/log/sqlite-event-log.ts'
import { rebuildReadModel } from '../src/projections/rebuild.ts'
import { certificateId } from './support/awards.ts'
import { generatedLog, inNewFolder } from './support/folders.ts'
import { load } from './support/load.ts'
import { median, report } from './support/report.ts'
import { pin, serve, type Served } from './support/server.ts'

/**
 * The page of a certificate against a bare Fastify hello: one that many look at, and drawn from all. The server keeps
 * core 0, the client core 1.
 */
const { values } = parseArgs({
  options: {
    certificates: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    profile: { type: 'string' },
    json: { type: 'boolean' },
  },
  strict: false,
})
const certificates = Number(values.certificates)
const profile = typeof values.profile === 'string' ? values.profile : undefined
/** Organisations and issuer, before the first award of a plan. */
const STAGE = 2_002
const paths = Array.from({ length: certificates }, (_, n) => `/c/${certificateId(n)}?lang=ky`)
let next = 0

const folder = await generatedLog(STAGE + certificates, false)
await pin(process.pid, 1)
await inNewFolder(async (served) => {
  cpSync(folder, served, { recursive: true })
  const log = await openSqliteEventLog(served, { readonly: true })
  await rebuildReadModel(log, join(served, 'read-model.sqlite'))
  await log.close()
  const hello = await serve('hello', served, { core: 0 })
  const registry = await serve('registry', served, { profile, core: 0 })
  try {
    const rate = async (server: Served, path: () => string): Promise<number> => {
      const options = {
        url: server.url,
        seconds: Number(values.seconds),
        connections: Number(values.connections),
      }
      return (await load({ ...options, next: () => ({ method: 'GET', path: path() }) })).perSecond
    }
    const rates: { hello: number[]; hot: number[]; drawn: number[] } = { hello: [], hot: [], drawn: [] }
    for (let round = 0; round <= Number(values.rounds); round++) {
      const seen = {
        hello: await rate(hello, () => '/'),
        hot: await rate(registry, () => paths[0] ?? '/'),
        drawn: await rate(registry, () => paths[next++ % paths.length] ?? '/'),
      }
      // The first round warms all up.
      if (round > 0) for (const name of ['hello', 'hot', 'drawn'] as const) rates[name].push(seen[name])
    }
    const bare = median(rates.hello)
    const of = (name: 'hot' | 'drawn', measure: string) => ({
      measure,
      value: median(rates[name]),
      unit: 'pages/s',
      against: `bare Fastify hello, ${Math.round(bare)} requests/s`,
      ratio: median(rates[name]) / bare,
      wanted: '>= 0.3',
    })
    report(`pages: ${certificates} certificates`, [
      of('hot', 'the page of one certificate'),
      of('drawn', 'pages drawn from all'),
    ])
  } finally {
    await registry.stop()
    await hello.stop()
  }
})
