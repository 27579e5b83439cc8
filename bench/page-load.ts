/// <reference lib="dom" />
import type { CDPSession } from 'playwright-core'
import { openBrowser } from '../test/support/browser.ts'
import { servedCouncil } from '../test/support/evidence.ts'
import { median, type Measure, report } from './support/report.ts'

/**
 * What a reader waits for, as Lighthouse measures it on a phone: processor four times slower, 1.6 Mbit/s down, 150 ms
 * there and back. First with an empty cache, then weighed again with style and fonts cached. Takes Debian's Chromium.
 */
const ROUNDS = 3
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
}
const CPU_SLOWDOWN = 4
/** Where Lighthouse's green begins; the weight is the issue's. */
const WANTED = { fcp: 1_800, lcp: 2_500, cls: 0.1, tbt: 200, weight: 60 }

type Seen = { readonly fcp: number; readonly lcp: number; readonly cls: number; readonly tbt: number }
const OBSERVE = `
  globalThis.seen = { fcp: 0, lcp: 0, cls: 0, tbt: 0 }
  const on = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true })
  on('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime })
  on('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime })
  on('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value })
  on('longtask', (entry) => { seen.tbt += Math.max(0, entry.duration - 50) })
`

const browser = await openBrowser()
if (!browser) {
  console.log('no Chromium is here: nothing to measure')
  process.exit(0)
}
const opened = browser
const house = await servedCouncil({ PUBLIC_URL: 'http://localhost' })
try {
  const pages = { front: '/', certificate: `/c/${house.id}`, search: '/search?q=fund' }
  for (const [name, path] of Object.entries(pages)) report(`page load: ${name}`, await measured(path))
} finally {
  await browser.close()
  await house.remove()
}

async function measured(path: string): Promise<readonly Measure[]> {
  const rounds: Awaited<ReturnType<typeof visit>>[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await visit(path))
  const of = (pick: (one: (typeof rounds)[number]) => number) => median(rounds.map(pick))
  const within = (measure: string, value: number, unit: string, most: number): Measure => ({
    measure,
    value,
    unit,
    against: `${most} ${unit}`,
    ratio: most / Math.max(value, most / 1_000),
    wanted: '>= 1',
  })
  return [
    within(
      'first contentful paint',
      of(({ fcp }) => fcp),
      'ms',
      WANTED.fcp,
    ),
    within(
      'largest contentful paint',
      of(({ lcp }) => lcp),
      'ms',
      WANTED.lcp,
    ),
    within(
      'total blocking time',
      of(({ tbt }) => tbt),
      'ms',
      WANTED.tbt,
    ),
    within(
      'layout shift',
      of(({ cls }) => cls),
      '',
      WANTED.cls,
    ),
    { measure: 'weight, nothing cached', value: of(({ cold }) => cold), unit: 'kB' },
    within(
      'weight, fonts cached',
      of(({ warm }) => warm),
      'kB',
      WANTED.weight,
    ),
  ]
}

/** One visit by somebody new, and the same page again. */
async function visit(path: string) {
  const context = await opened.newContext({ locale: 'ky', viewport: { width: 390, height: 844 } })
  await context.addInitScript(OBSERVE)
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', SLOW_4G)
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
  const weight = weighing(session)
  await page.goto(`${house.server.url}${path}`, { waitUntil: 'networkidle' })
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
  const cold = weight.taken()
  await page.goto(`${house.server.url}${path}`, { waitUntil: 'networkidle' })
  const warm = weight.taken()
  await context.close()
  return { ...seen, cold, warm }
}

/** Bytes that came over the network since they were last asked for, in kB; what a cache answers weighs nothing. */
function weighing(session: CDPSession) {
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  return {
    taken: () => {
      const taken = bytes / 1_000
      bytes = 0
      return taken
    },
  }
}
