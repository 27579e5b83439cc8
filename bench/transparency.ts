import { hash } from 'node:crypto'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openSqliteEventLog } from '../src/log/sqlite-event-log.ts'
import { START } from '../src/log/position.ts'
import { rebuildReadModel } from '../src/projections/rebuild.ts'
import { leafOf } from '../src/tlog/event-leaf.ts'
import { type NewLeaf, TileStore } from '../src/tlog/tile-store.ts'
import { type Edge, growTree } from '../src/transparency/grow.ts'
import { leafHash } from '../src/transparency/hash.ts'
import { formatTilePath, TILE_WIDTH } from '../src/transparency/tile.ts'
import { certificateId } from './support/awards.ts'
import { generatedLog, inNewFolder } from './support/folders.ts'
import { load } from './support/load.ts'
import { median, report, type Measure } from './support/report.ts'
import { pin, serve, type Served } from './support/server.ts'

/**
 * What proving costs: leaves put into the tree against bare SHA-256 of the same leaves, inclusion proofs over HTTP
 * against the certificates that they are of, tiles against a bare Fastify that sends the same bytes from memory. The
 * server keeps core 0, the client core 1.
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
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
const BATCH = 200

const folder = await generatedLog(STAGE + certificates, false)
const leaves = await leavesOf(folder)
const FULL_TILES = Math.floor(leaves.length / TILE_WIDTH)
const added = await addLeaves()
await pin(process.pid, 1)
await inNewFolder(async (served) => {
  cpSync(folder, served, { recursive: true })
  const log = await openSqliteEventLog(served, { readonly: true })
  await rebuildReadModel(log, join(served, 'read-model.sqlite'))
  await log.close()
  const registry = await serve('registry', served, { profile, core: 0 })
  const bare = await serve('bytes', served, { core: 0 })
  try {
    await whole(registry)
    await keepTiles(registry, served)
    report(`transparency: ${leaves.length} leaves, ${connections} connections`, [
      ...added,
      ...(await overHttp(registry, bare)),
    ])
  } finally {
    await bare.stop()
    await registry.stop()
  }
})

async function leavesOf(data: string): Promise<readonly NewLeaf[]> {
  const log = await openSqliteEventLog(data, { readonly: true })
  const made: NewLeaf[] = []
  for await (const batch of log.readAll(START)) made.push(...batch.map(leafOf))
  await log.close()
  return made
}

/** Into the tree, in the batches that a node takes from its log; and into the node's file as well. */
async function addLeaves(): Promise<Measure[]> {
  const [bare, tree, stored]: [number[], number[], number[]] = [[], [], []]
  const batches = Array.from({ length: Math.ceil(leaves.length / BATCH) }, (_, at) =>
    leaves.slice(at * BATCH, (at + 1) * BATCH),
  )
  for (let round = -1; round < rounds; round++) {
    const floor = rateOf(() => leaves.forEach(({ data }) => hash('sha256', data, 'latin1')))
    const grown = rateOf(() => hashUp(batches))
    if (round < 0) continue
    bare.push(floor)
    tree.push(grown)
    await inNewFolder(async (empty) => {
      const tiles = new TileStore(join(empty, 'tlog.sqlite'))
      stored.push(rateOf(() => batches.forEach((batch) => tiles.add(batch))))
      tiles.close()
    })
  }
  const floor = median(bare)
  const against = `bare SHA-256, ${Math.round(floor)} leaves/s`
  const measure = (name: string, rates: readonly number[]) => ({
    measure: name,
    value: median(rates),
    unit: 'leaves/s',
    against,
    ratio: median(rates) / floor,
  })
  return [
    { ...measure(`add leaves to the tree, ${BATCH} a batch`, tree), wanted: '>= 0.3' },
    measure(`add leaves and store them, ${BATCH} a transaction`, stored),
  ]
}

function hashUp(batches: readonly (readonly NewLeaf[])[]): void {
  let [size, edge]: [number, Edge] = [0, []]
  for (const batch of batches) {
    const hashes = batch.map(({ data }) => leafHash(data))
    ;({ size, edge } = growTree(size, edge, hashes))
  }
}

function rateOf(work: () => void): number {
  const began = performance.now()
  work()
  return leaves.length / ((performance.now() - began) / 1_000)
}

/** Waits until the tree is of all events. */
async function whole({ url }: Served): Promise<void> {
  const size = async () => Number((await (await fetch(`${url}/tlog/checkpoint`)).text()).split('\n')[1])
  while (!((await size()) >= leaves.length)) await sleep(200)
}

/**
 * Every full tile and bundle as a file, for the bare server: the client decodes each answer, and one that is always the
 * same is decoded three times as fast.
 */
async function keepTiles({ url }: Served, into: string): Promise<void> {
  for (let index = 0; index < FULL_TILES; index++)
    for (const level of [0, 'entries'] as const) {
      const path = formatTilePath({ level, index, width: TILE_WIDTH })
      const bytes = await (await fetch(`${url}/tlog/tile/${path}`)).arrayBuffer()
      writeFileSync(join(into, `${level}-${index}`), Buffer.from(bytes))
    }
}

async function overHttp(registry: Served, bare: Served): Promise<Measure[]> {
  // Evenly from all, by a linear congruential generator: the same in every run.
  let seed = 1
  const drawn = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const tile = (level: 0 | 'entries') =>
    `/tlog/tile/${formatTilePath({ level, index: drawn(FULL_TILES), width: TILE_WIDTH })}`
  const paths = {
    certificate: () => `/api/v1/certificates/${certificateId(drawn(certificates))}`,
    inclusion: () => `/tlog/proof/inclusion?leaf=${drawn(leaves.length)}`,
    proof: () => `/tlog/proof/certificates/${certificateId(drawn(certificates))}`,
    tile: () => tile(0),
    entries: () => tile('entries'),
    bytes: () => `/0-${drawn(FULL_TILES)}`,
    entryBytes: () => `/entries-${drawn(FULL_TILES)}`,
  }
  type Contender = keyof typeof paths
  const contenders = Object.keys(paths) as Contender[]
  type Seen = { readonly rate: number[]; readonly cpu: number[] }
  const seen = Object.fromEntries(contenders.map((one) => [one, { rate: [], cpu: [] }])) as unknown as Record<
    Contender,
    Seen
  >
  for (let round = -1; round < rounds; round++)
    for (const one of contenders) {
      const server = one === 'bytes' || one === 'entryBytes' ? bare : registry
      const before = server.cpu()
      const next = () => ({ method: 'GET' as const, path: paths[one]() })
      const loaded = await load({ url: server.url, seconds: round < 0 ? 1 : seconds, connections, next })
      if (round < 0) continue
      seen[one].rate.push(loaded.perSecond)
      seen[one].cpu.push(((server.cpu() - before) * 1_000) / loaded.answered)
    }
  const against = (
    one: Contender,
    measure: string,
    other: Contender,
    what: string,
    wanted: string,
  ): Measure[] => {
    const [ours, theirs] = [seen[one], seen[other]]
    const rates = [median(ours.rate), median(theirs.rate)] as const
    const cpus = [median(ours.cpu), median(theirs.cpu)] as const
    return [
      {
        measure,
        value: rates[0],
        unit: 'requests/s',
        against: `${what}, ${Math.round(rates[1])} requests/s`,
        ratio: rates[0] / rates[1],
        wanted,
      },
      {
        measure: `${measure}, server CPU`,
        value: cpus[0],
        unit: 'µs/request',
        against: `${what}, ${cpus[1].toFixed(1)} µs/request`,
        ratio: cpus[1] / cpus[0],
      },
    ]
  }
  return [
    ...against('inclusion', 'inclusion proof, drawn from all', 'certificate', 'GET certificate', '>= 0.5'),
    ...against('proof', "a certificate's proof, drawn from all", 'certificate', 'GET certificate', '>= 0.5'),
    ...against('tile', 'tile, drawn from all', 'bytes', 'bare Fastify, the same bytes', '>= 0.6'),
    ...against('entries', 'bundle, drawn from all', 'entryBytes', 'bare Fastify, the same bytes', '>= 0.6'),
  ]
}
