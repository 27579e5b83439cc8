import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readModelIn } from '../src/cli/house.ts'
import { openSqliteEventLog } from '../src/log/sqlite-event-log.ts'
import { rebuildReadModel } from '../src/projections/rebuild.ts'
import { certificateId } from './support/awards.ts'
import { generatedLog, inNewFolder } from './support/folders.ts'
import { load } from './support/load.ts'
import { issueRequest, prepareIssuer } from './support/registry-calls.ts'
import { median, report, type Measure } from './support/report.ts'
import { pin, serve, type Served } from './support/server.ts'

/**
 * How fast certificates are verified, against a bare Fastify hello under the same client, and what writing does to
 * those who read. The server keeps core 0, the client core 1.
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    'read-rate': { type: 'string', default: '1000' },
    'write-rate': { type: 'string', default: '500' },
    profile: { type: 'string' },
    json: { type: 'boolean' },
  },
  strict: false,
})
const certificates = Number(values.events)
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const connections = Number(values.connections)
const profile = typeof values.profile === 'string' ? values.profile : undefined
/** Organisations and issuer, before the first award of a plan. */
const STAGE = 2_002

type Figures = { readonly rate: number; readonly cpu: number }
type Contender = 'hello' | 'drawn' | 'hot'

/** Certificates drawn evenly from all, by a linear congruential generator: the same in every run, made beforehand. */
const DRAWN = 200_000
let seed = 1
const drawn = Array.from({ length: DRAWN }, () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return `/api/v1/certificates/${certificateId(Math.floor((seed / 2 ** 32) * certificates))}`
})
let next = 0

await pin(process.pid, 1)
const ready = await registryOf(certificates)
await inNewFolder(async (folder) => {
  cpSync(ready, folder, { recursive: true })
  const registry = await serve('registry', folder, { profile, core: 0 })
  const hello = await serve('hello', folder, { core: 0 })
  try {
    const rates = await readRates(registry, hello)
    const latencies = await readLatencies(registry)
    report(`verify: GET certificate, ${certificates} certificates, ${connections} connections`, [
      ...rates,
      ...latencies,
    ])
  } finally {
    await hello.stop()
    await registry.stop()
  }
})

/** A data folder with so many certificates and their read model, kept between runs. */
async function registryOf(count: number): Promise<string> {
  const folder = await generatedLog(STAGE + count, false)
  if (existsSync(readModelIn(folder))) return folder
  console.error('building the read model')
  const log = await openSqliteEventLog(folder, { readonly: true })
  await rebuildReadModel(log, join(folder, 'read-model.sqlite'))
  await log.close()
  return folder
}

async function readRates(registry: Served, hello: Served): Promise<Measure[]> {
  const seen: Record<Contender, Figures[]> = { hello: [], drawn: [], hot: [] }
  const contenders = Object.keys(seen) as Contender[]
  const measureOne = (contender: Contender, duration: number) => {
    const server = contender === 'hello' ? hello : registry
    return loaded(server, contender, duration)
  }
  for (const contender of contenders) await measureOne(contender, Math.min(2, seconds))
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) seen[contender].push(await measureOne(contender, seconds))
  const middle = (contender: Contender, of: keyof Figures) => median(seen[contender].map((one) => one[of]))
  const against = (contender: Contender, measure: string, wanted: string): Measure[] => [
    {
      measure,
      value: middle(contender, 'rate'),
      unit: 'requests/s',
      against: `bare Fastify hello, ${Math.round(middle('hello', 'rate'))} requests/s`,
      ratio: middle(contender, 'rate') / middle('hello', 'rate'),
      wanted,
    },
    {
      measure: `${measure}, server CPU`,
      value: middle(contender, 'cpu'),
      unit: 'µs/request',
      against: `bare Fastify hello, ${middle('hello', 'cpu').toFixed(1)} µs/request`,
      ratio: middle('hello', 'cpu') / middle(contender, 'cpu'),
    },
  ]
  return [
    ...against('drawn', 'verify: ids drawn from all', '>= 0.4'),
    ...against('hot', 'verify: one hot id', '>= 0.6'),
  ]
}

async function loaded(server: Served, contender: Contender, duration: number): Promise<Figures> {
  const before = server.cpu()
  const { perSecond, answered } = await load({
    url: server.url,
    seconds: duration,
    connections,
    next: () => ({ method: 'GET', path: pathFor(contender) }),
  })
  return { rate: perSecond, cpu: ((server.cpu() - before) * 1_000) / answered }
}

function pathFor(contender: Contender): string {
  if (contender === 'hello') return '/'
  return (contender === 'hot' ? drawn[0] : drawn[next++ % drawn.length]) ?? '/'
}

/** Reads at a moderate rate, with nothing else going on and while awards are written. */
async function readLatencies(registry: Served): Promise<Measure[]> {
  const reads = {
    url: registry.url,
    seconds,
    connections: 16,
    rate: Number(values['read-rate']),
    next: () => ({ method: 'GET' as const, path: pathFor('drawn') }),
  }
  const key = registry.key === '' ? '' : await prepareIssuer(registry.url, registry.key)
  const issue = issueRequest(key)
  const writes = { ...reads, rate: Number(values['write-rate']), next: () => issue }
  const idle: number[] = []
  const busy: number[] = []
  const written: number[] = []
  for (let round = 0; round < rounds; round++) {
    idle.push((await load(reads)).p99)
    const [read, wrote] = await Promise.all([load(reads), load(writes)])
    busy.push(read.p99)
    written.push(wrote.perSecond)
  }
  return [
    {
      measure: `verify: p99 of ${reads.rate} reads/s while ${Math.round(median(written))} awards/s are written`,
      value: median(busy),
      unit: 'ms',
      against: `idle, ${median(idle)} ms`,
      ratio: median(idle) / median(busy),
      wanted: '>= 0.5',
    },
  ]
}
