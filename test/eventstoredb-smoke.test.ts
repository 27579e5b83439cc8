/**
 * The whole registry over HTTP on EventStoreDB: the server that `EVENTSTORE_URL` names, in streams of this run's own,
 * or else the wire double.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { grant } from '../src/cli/keys.ts'
import { buildServer } from '../src/http/server.ts'
import { EventStoreDbEventLog } from '../src/log/eventstoredb-event-log.ts'
import { ALL } from '../src/projections/all.ts'
import { ReadModel } from '../src/projections/read-model.ts'
import { buildReadModel } from '../src/projections/rebuild.ts'
import { STREAM_PREFIXES } from '../src/projections/registry-event.ts'
import { startDouble } from './support/eventstoredb/double.ts'
import { certificate, openTestRegistry } from './support/registry.ts'

const AWARDS = 60
const named = process.env['EVENTSTORE_URL']

void t.test(
  `two nodes over HTTP on ${named === undefined ? 'the wire double' : 'a real server'}`,
  async (t) => {
    const double = named === undefined ? await startDouble() : undefined
    const url = named ?? double?.url ?? ''
    const namespace = `smoke${randomUUID().slice(0, 8)}.`
    const logOf = () => new EventStoreDbEventLog({ url, prefixes: STREAM_PREFIXES, namespace })
    const houses = [await openTestRegistry(undefined, { log: logOf() })]
    houses.push(await openTestRegistry(undefined, { log: logOf() }))
    const [a, b] = await Promise.all(
      houses.map(({ registry }) => buildServer(registry, { logger: false, version: '0' })),
    )
    if (!a || !b || !houses[0]) throw new Error('two nodes were asked for')
    const key = await grant(houses[0].registry, { role: 'registrar' })
    await Promise.all(houses.map(({ registry }) => registry.caughtUp(10_000)))
    const post = (
      node: FastifyInstance,
      path: string,
      payload: object,
      idempotencyKey: string = randomUUID(),
    ) =>
      node.inject({
        method: 'POST',
        url: `/api/v1${path}`,
        headers: { authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey },
        payload,
      })
    for (const [path, body] of [
      ['/organizations', { id: 'council', name: { en: 'Council' } }],
      ['/organizations', { id: 'fund', name: { en: 'Fund' } }],
      ['/issuers', { id: 'council', name: { en: 'Council' }, body: 'council' }],
      ['/issuers/council/accreditations', { accreditationId: 'a', kinds: ['status'], from: '2020-01-01' }],
    ] as const)
      t.match((await post(a, path, body)).statusCode, /^20[01]$/, path)
    await houses[1]?.registry.caughtUp(10_000)

    const ids = await Promise.all(
      Array.from({ length: AWARDS }, async (_, n) => {
        const node = n % 2 === 0 ? a : b
        const body = { ...certificate, serialNumber: `№ ${n}` }
        const first = await post(node, '/certificates', body, `key-${n}`)
        const again = await post(node === a ? b : a, '/certificates', body, `key-${n}`)
        t.match(
          [first.statusCode, again.json().id],
          [201, first.json().id],
          'a repeat on the other node is the same',
        )
        const seen = await node.inject(`/api/v1/certificates/${first.json().id}`)
        t.equal(seen.statusCode, 200, 'read on the node that wrote it')
        return first.json().id as string
      }),
    )
    t.equal(new Set(ids).size, AWARDS)
    const raced = await Promise.all(
      [a, b, a, b].map((node) => post(node, '/certificates', { ...certificate, serialNumber: 'raced' })),
    )
    t.same(
      raced.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
      [201, 409, 409, 409],
    )
    for (const { registry } of houses) t.ok(await registry.caughtUp(10_000))
    for (const id of ids)
      for (const node of [a, b])
        t.equal((await node.inject(`/api/v1/certificates/${id}?at=2026-01-15`)).statusCode, 200)
    for (const node of [a, b]) t.equal((await node.inject('/health/ready')).statusCode, 200)

    const replayed = join(houses[0].folder, 'replayed.sqlite')
    const log = logOf()
    await buildReadModel(log, replayed)
    await log.close()
    const fresh = new ReadModel(replayed, ALL)
    for (const { registry } of houses)
      t.equal(registry.readModel.digest(), fresh.digest(), 'what a replay adds up to')
    fresh.close()
    t.same(
      houses.flatMap(({ faults }) => faults),
      [],
    )
    await Promise.all([a.close(), b.close()])
    for (const { registry, remove } of houses) {
      await registry.close()
      remove()
    }
    await double?.stop()
  },
)
