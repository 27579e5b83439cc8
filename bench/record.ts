import { parseArgs } from 'node:util'
import { awards, CONCURRENT, portRate } from './support/append-rates.ts'
import { inNewFolder } from './support/folders.ts'
import { load } from './support/load.ts'
import { issueRequest, prepareIssuer } from './support/registry-calls.ts'
import { median, report } from './support/report.ts'
import { serve } from './support/server.ts'

/** How fast awards are recorded over HTTP, against what the log alone takes in the same run. */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '150000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'string' },
    json: { type: 'boolean' },
  },
  strict: false,
})
const seconds = Number(values.seconds)
const profile = typeof values.profile === 'string' ? values.profile : undefined
const planned = awards(Number(values.events))
const appends: number[] = []
const posts: { rate: number; p99: number; cpu: number }[] = []
for (let round = 0; round < Number(values.rounds); round++) {
  appends.push(await portRate(planned, Math.min(seconds, 3)))
  posts.push(await inNewFolder(postRate))
}
const middle = (of: 'rate' | 'p99' | 'cpu') => median(posts.map((one) => one[of]))
report(`record: POST certificates, ${CONCURRENT} connections`, [
  {
    measure: 'record: awards over HTTP',
    value: middle('rate'),
    unit: 'awards/s',
    against: `append: log port, ${Math.round(median(appends))} events/s`,
    ratio: middle('rate') / median(appends),
    wanted: '>= 0.25',
  },
  { measure: 'record: p99', value: middle('p99'), unit: 'ms' },
  { measure: 'record: server CPU', value: middle('cpu'), unit: 'µs/award' },
])

async function postRate(folder: string) {
  const server = await serve('registry', folder, { profile })
  try {
    const key = await prepareIssuer(server.url, server.key)
    const request = issueRequest(key)
    const options = { url: server.url, connections: CONCURRENT, next: () => request }
    await load({ ...options, seconds: 2 })
    const before = server.cpu()
    const { perSecond, p99, answered } = await load({ ...options, seconds })
    return { rate: perSecond, p99, cpu: ((server.cpu() - before) * 1_000) / answered }
  } finally {
    await server.stop()
  }
}
