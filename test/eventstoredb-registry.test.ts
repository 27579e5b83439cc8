import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { buildServer } from '../src/http/server.ts'
import { READ_FAULTS, WRITE_FAULTS } from './support/eventstoredb/fault-mix.ts'
import type { Fault, Method } from './support/eventstoredb/faults.ts'
import { type OnDouble, openOnDouble } from './support/eventstoredb-registry.ts'
import { faultRounds } from './support/eventstoredb-rounds.ts'
import { testSeed } from './support/random.ts'
import { exitAtEnd } from './support/exit-at-end.ts'

exitAtEnd()

async function withRegistry(t: Test, body: (on: OnDouble) => Promise<void>): Promise<void> {
  const on = await openOnDouble({ writeTimeoutMs: 60 })
  try {
    await body(on)
    on.double.faults.clear()
    t.same(await on.judge(), [], 'nothing is lost, doubled or projected otherwise than a replay does')
  } finally {
    await on.close()
  }
}

const named = ({ kind, stored, after, ...more }: Fault) =>
  [kind, 'code' in more && more.code, stored && 'stored', after && `after ${after}`].filter(Boolean).join(' ')

void t.test('each fault of a write, stored and not stored', async (t) => {
  await withRegistry(t, async (on) => {
    for (const fault of WRITE_FAULTS) {
      const met = on.double.faults.applied.length
      on.double.faults.plan('append', fault, { nth: 2 })
      await on.issue(`write ${named(fault)}`)
      t.equal(on.double.faults.applied.length, met + 1, `${named(fault)} was met`)
    }
  })
})

void t.test('each fault of a read or a subscription', async (t) => {
  await withRegistry(t, async (on) => {
    for (const method of ['read', 'subscribe'] satisfies Method[])
      for (const fault of READ_FAULTS) {
        on.double.faults.plan(method, fault)
        if (method === 'subscribe') on.double.faults.plan('append', { kind: 'reset', stored: true })
        await on.issue(`${method} ${named(fault)}`)
      }
    t.ok(on.double.faults.applied.length >= READ_FAULTS.length, 'faults were met')
  })
})

void t.test('rounds of faults by chance', async (t) => {
  const seed = testSeed()
  t.comment(`seed ${seed}`)
  const { acknowledged, faults, problems } = await faultRounds(10, seed)
  t.same(problems, [])
  t.equal(acknowledged, 40)
  t.ok(faults > 5, `${faults} faults`)
})

void t.test('while the store is away nothing is written, reads go on and say how old they are', async (t) => {
  await withRegistry(t, async (on) => {
    await on.issue('before')
    const app = await buildServer(on.house.registry, { logger: false, version: '0' })
    t.teardown(() => app.close())
    const granted = await on.house.run('issuer.grant-key', 'council', { role: 'issuer' })
    const key = granted.ok ? granted.extra?.key : undefined
    t.ok(key)
    const post = (serialNumber: string) =>
      app.inject({
        method: 'POST',
        url: '/api/v1/certificates',
        headers: { authorization: `Bearer ${key}`, 'idempotency-key': serialNumber },
        payload: {
          issuerId: 'council',
          kind: 'status',
          title: { en: 'Status' },
          recipient: { type: 'organization', organizationId: 'fund', nameAsWritten: { en: 'Fund' } },
          issuedOn: '2024-11-07',
          serialNumber,
        },
      })
    const read = () => app.inject(`/api/v1/certificates/${on.acknowledged.get('before')}`)
    t.equal((await read()).headers['registry-read-model'], undefined, 'up to date: nothing is said')
    t.equal((await app.inject('/health/ready')).statusCode, 200)
    const stored = on.double.events().length
    const down = on.double.restart(4_000)
    const refused = await post('while away')
    t.match(refused, { statusCode: 503, headers: { 'retry-after': /^\d+$/ } })
    t.match(refused.json(), { type: /log-unavailable/ })
    t.equal(on.double.events().length, stored, 'nothing half done')
    const answer = await read()
    t.match(answer, { statusCode: 200 })
    t.match(answer.headers['registry-read-model'], /^status=retrying, age=\d+, position="\d+"$/)
    t.equal((await app.inject('/health/ready/reads')).statusCode, 200)
    t.match(await app.inject('/health/ready/writes'), { statusCode: 503 })
    t.match((await app.inject('/health/ready')).json(), { reads: { ready: true }, writes: { ready: false } })
    await down
    for (let tries = 0; (await post('while away')).statusCode !== 201 && tries < 50; tries++) await pause(100)
    t.equal((await post('while away')).json().repeated, true)
    on.acknowledged.set('while away', (await post('while away')).json().id)
  })
})
