import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { EventStoreDBClient, jsonEvent, NO_STREAM, streamNameFilter } from '@eventstore/db-client'
import type { EventLog } from '../src/log/event-log.ts'
import { EventStoreDbEventLog } from '../src/log/eventstoredb-event-log.ts'
import { START } from '../src/log/position.ts'
import { startDoubleProcess } from '../test/support/eventstoredb/double-process.ts'
import { newEvent } from '../test/support/events.ts'
import { median, type Measure, report } from './support/report.ts'

/**
 * The adapter against the bare client on the same server: `EVENTSTORE_URL`, or the wire double in a process of its own.
 * The bare client appends by its classic path too, since the other can't be repeated safely.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    events: { type: 'string', default: '20000' },
    json: { type: 'boolean' },
  },
  strict: false,
})
const IN_FLIGHT = 64
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const events = Number(values.events)
const credentials = { username: 'admin', password: 'changeit' }
const given = process.env['EVENTSTORE_URL']
const double = given === undefined ? await startDoubleProcess() : undefined
const url = given ?? double?.url ?? ''
const namespace = `bench-${randomUUID()}.`
const log = new EventStoreDbEventLog({ url, prefixes: ['award-'], namespace })
const client = EventStoreDBClient.connectionString(url)

const appended: Record<'adapter' | 'bare', number[]> = { adapter: [], bare: [] }
const followed: Record<'adapter' | 'bare', number[]> = { adapter: [], bare: [] }
for (let round = 0; round <= rounds; round++) {
  const rates = { bare: await rate(appendBare), adapter: await rate(() => appendTo(log)) }
  if (round > 0) for (const who of ['adapter', 'bare'] as const) appended[who].push(rates[who])
}
await fill()
for (let round = 0; round <= rounds; round++) {
  const rates = { bare: await followBare(), adapter: await followAdapter() }
  if (round > 0) for (const who of ['adapter', 'bare'] as const) followed[who].push(rates[who])
}
const against = (measure: string, seen: typeof appended, wanted: string): Measure => ({
  measure,
  value: median(seen.adapter),
  unit: 'events/s',
  against: `bare client, ${Math.round(median(seen.bare))} events/s`,
  ratio: median(seen.adapter) / median(seen.bare),
  wanted,
})
report(`EventStoreDB (${given === undefined ? 'wire double' : 'the server of EVENTSTORE_URL'})`, [
  against(`eventstoredb: append, ${IN_FLIGHT} in flight`, appended, '>= 0.8'),
  against(`eventstoredb: follow ${events} events`, followed, '>= 0.7'),
])
await log.close()
await Promise.race([client.dispose(), new Promise((resolve) => setTimeout(resolve, 1_000))])
await double?.stop()
process.exit()

async function rate(append: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + seconds * 1_000
  const start = performance.now()
  let count = 0
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (; performance.now() < end; count++) await append()
    }),
  )
  return (count * 1_000) / (performance.now() - start)
}

async function appendTo(to: EventLog): Promise<void> {
  await to.append(`award-${randomUUID()}`, 'no-stream', [newEvent()])
}

async function appendBare(): Promise<void> {
  const { id, type, data, metadata } = newEvent()
  const stream = `${namespace}bare-${randomUUID()}`
  await client.appendToStream(stream, jsonEvent({ id, type, data, metadata }), {
    expectedRevision: NO_STREAM,
    credentials,
    requiresLeader: true,
  })
}

/** Brings the adapter's streams up to as many events as are to be followed. */
async function fill(): Promise<void> {
  const held = appended.adapter.length === 0 ? 0 : await countOf()
  for (let left = events - held; left > 0; left -= 100)
    await log.append(
      `award-${randomUUID()}`,
      'no-stream',
      Array.from({ length: 100 }, () => newEvent()),
    )
}

async function countOf(): Promise<number> {
  let count = 0
  for await (const batch of log.readAll(START)) count += batch.length
  return count
}

async function followAdapter(): Promise<number> {
  const abort = new AbortController()
  const start = performance.now()
  let count = 0
  for await (const batch of log.follow(START, { signal: abort.signal })) {
    count += batch.length
    if (count >= events) abort.abort()
  }
  return (count * 1_000) / (performance.now() - start)
}

async function followBare(): Promise<number> {
  const start = performance.now()
  const filter = streamNameFilter({
    prefixes: [`${namespace}award-`],
    maxSearchWindow: 500,
    checkpointInterval: 4,
    checkpointReached: () => {},
  })
  const subscription = client.subscribeToAll({ filter, credentials })
  let count = 0
  for await (const { event } of subscription) if (event && ++count >= events) break
  await subscription.unsubscribe()
  return (count * 1_000) / (performance.now() - start)
}
