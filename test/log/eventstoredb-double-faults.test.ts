import { setTimeout as pause } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { BareClient, proposals } from '../support/eventstoredb/bare-client.ts'
import { startDouble } from '../support/eventstoredb/double.ts'
import type { DoubleOptions } from '../support/eventstoredb/double.ts'
import type { Fault } from '../support/eventstoredb/faults.ts'
import { WRITE_FAULTS } from '../support/eventstoredb/fault-mix.ts'
import { startDoubleProcess } from '../support/eventstoredb/double-process.ts'
import { testSeed } from '../support/random.ts'
import { eventually, settle, withDouble } from '../support/eventstoredb/with-double.ts'
import { exitAtEnd } from '../support/exit-at-end.ts'

exitAtEnd()

const SHORT = 250
const LONG = 10_000
const AWARDS = { prefixes: ['award-'] }
type Body = Parameters<typeof withDouble>[3]
const it = (sentence: string, options: DoubleOptions, body: Body) =>
  void withDouble(t, sentence, options, body)

type Met = { readonly fault: Fault; readonly type: string | RegExp }
const CONNECTION = /^(?:unavailable|cancelled)$/
const LOST: readonly Met[] = [
  { fault: { kind: 'no-answer' }, type: 'deadline-exceeded' },
  { fault: { kind: 'slow', ms: 500 }, type: 'deadline-exceeded' },
  { fault: { kind: 'clean-end' }, type: 'unknown' },
  { fault: { kind: 'status', code: status.CANCELLED }, type: 'cancelled' },
  { fault: { kind: 'status', code: status.UNAVAILABLE }, type: 'unavailable' },
  { fault: { kind: 'status', code: status.ABORTED }, type: 'timeout' },
  { fault: { kind: 'rst-stream' }, type: 'cancelled' },
  { fault: { kind: 'reset' }, type: 'unavailable' },
  { fault: { kind: 'restart', ms: 30 }, type: CONNECTION },
  { fault: { kind: 'freeze' }, type: 'deadline-exceeded' },
]

for (const { fault, type } of LOST)
  for (const stored of [true, false]) {
    const name = fault.kind === 'status' ? `status ${status[fault.code]}` : fault.kind
    it(`append: ${name}, ${stored ? 'stored' : 'not stored'}`, {}, async (t, double, client) => {
      await client.append('award-before', 'no_stream', proposals(1))
      double.faults.plan('append', { ...fault, stored })
      const events = proposals(2)
      const deadline = type === 'deadline-exceeded' ? SHORT : LONG
      const outcome = await client.append('award-a', 'no_stream', events, { deadline })
      t.match(outcome, { kind: 'error', type })
      await pause(fault.kind === 'slow' ? 2 * fault.ms : 0)
      t.equal(double.events().length, stored ? 3 : 1)
      t.equal(double.faults.applied.length, 1)
      double.thaw()
      t.match(await settle(client, 'award-a', events), { kind: 'appended', revision: 1n })
      t.equal(double.events().length, 3, 'neither lost nor doubled')
    })
  }

for (const stored of [true, false])
  it(
    `append: a slow answer within the deadline, ${stored ? 'stored at once' : 'stored late'}`,
    {},
    async (t, double, client) => {
      double.faults.plan('append', { kind: 'slow', ms: 800, stored })
      let answered = false
      const answer = client.append('award-a', 'no_stream', proposals(1), { deadline: LONG })
      void answer.finally(() => {
        answered = true
      })
      await eventually(() => double.faults.applied.length === 1)
      if (stored) await eventually(() => double.events().length === 1)
      else t.same(double.events(), [])
      t.notOk(answered)
      t.match(await answer, { kind: 'appended', revision: 0n })
      t.equal(double.events().length, 1)
    },
  )

it(
  'append: written after its caller has left, and after the retry that settled it',
  {},
  async (t, double, client) => {
    double.faults.plan('append', { kind: 'late-write', ms: 900 })
    const events = proposals(1)
    t.same(await client.append('award-a', 'no_stream', events, { deadline: 300 }), {
      kind: 'error',
      type: 'deadline-exceeded',
    })
    t.same(double.events(), [])
    t.match(await settle(client, 'award-a', events), { revision: 0n })
    double.faults.plan('append', { kind: 'late-write', ms: 600 })
    await client.append('award-b', 'no_stream', proposals(1), { deadline: 300 })
    await eventually(() => double.events().length === 2)
    await pause(400)
    t.same(
      double.events().map(({ stream }) => stream),
      ['award-a', 'award-b'],
      'once each, the second without a retry',
    )
  },
)

it('append: not ready is refused and nothing is stored', {}, async (t, double, client) => {
  double.faults.plan('append', { kind: 'not-ready', stored: true }, { times: 2 })
  const events = proposals(1)
  for (let call = 0; call < 2; call += 1)
    t.same(await client.append('award-a', 'no_stream', events), { kind: 'error', type: 'unavailable' })
  t.same(double.events(), [])
  t.match(await client.append('award-a', 'no_stream', events), { revision: 0n })
})

it('append: not-leader sends the client to the leader that it names', {}, async (t, follower, client) => {
  const leader = await startDouble({ store: follower.store })
  t.teardown(() => leader.stop())
  const address = { host: '127.0.0.1', port: leader.port }
  follower.faults.plan('append', { kind: 'not-leader', leader: address, stored: true })
  const events = proposals(1)
  t.same(await client.append('award-a', 'no_stream', events), { kind: 'error', type: 'not-leader' })
  t.same(follower.events(), [])
  leader.faults.plan('append', { kind: 'status', code: status.ABORTED })
  t.same(
    await client.append('award-a', 'no_stream', events),
    { kind: 'error', type: 'timeout' },
    'the leader was asked',
  )
  t.match(await client.append('award-a', 'no_stream', events), { revision: 0n })
})

void t.test(
  'a node that does not lead says so to who insists, and gossip names the one that does',
  async (t) => {
    const leader = await startDouble()
    const address = { host: '127.0.0.1', port: leader.port }
    const follower = await startDouble({
      store: leader.store,
      leader: () => address,
      members: () => [
        { ...address, leads: true, alive: true },
        { host: '127.0.0.1', port: follower.port, leads: false, alive: true },
      ],
    })
    const direct = new BareClient(follower.url)
    const cluster = new BareClient(`esdb://127.0.0.1:${follower.port},127.0.0.1:${follower.port}?tls=false`)
    t.teardown(
      async () => await Promise.all([direct.close(), cluster.close(), leader.stop(), follower.stop()]),
    )
    t.match(
      await direct.append('award-a', 'no_stream', proposals(1)),
      { revision: 0n },
      'forwarded to the leader',
    )
    const insisting = await direct.append('award-b', 'no_stream', proposals(1), { requiresLeader: true })
    t.same(insisting, { kind: 'error', type: 'not-leader' })
    leader.faults.plan('append', { kind: 'status', code: status.ABORTED })
    t.same(
      await cluster.append('award-c', 'no_stream', proposals(1)),
      { kind: 'error', type: 'timeout' },
      'went to the leader',
    )
  },
)

for (const { fault, heard } of [
  { fault: { kind: 'clean-end', after: 2 }, heard: ['award-a@0', 'award-a@1'] },
  {
    fault: { kind: 'slow', ms: 50, after: 2 },
    heard: Array.from({ length: 9 }, (_, revision) => `award-a@${revision}`),
  },
  {
    fault: { kind: 'status', code: status.UNAVAILABLE, after: 2 },
    heard: { kind: 'error', type: 'unavailable' },
  },
  { fault: { kind: 'reset', after: 2 }, heard: { kind: 'error', type: 'unavailable' } },
  { fault: { kind: 'rst-stream', after: 2 }, heard: { kind: 'error', type: 'cancelled' } },
  { fault: { kind: 'not-ready' }, heard: { kind: 'error', type: 'unavailable' } },
] satisfies { fault: Fault; heard: unknown }[])
  it(`read: ${fault.kind} after ${fault.after ?? 0} events`, {}, async (t, double, client) => {
    await client.append('award-a', 'no_stream', proposals(9))
    double.faults.plan('read', fault, { nth: 2 })
    t.equal(((await client.readStream('award-a')) as readonly string[]).length, 9, 'the first is spared')
    t.same(await client.readStream('award-a'), heard)
    t.equal(((await client.readStream('award-a')) as readonly string[]).length, 9, 'the next is whole again')
  })

for (const { fault, last } of [
  { fault: { kind: 'clean-end', after: 3 }, last: 'end' },
  { fault: { kind: 'status', code: status.UNAVAILABLE, after: 3 }, last: 'error:unavailable' },
  { fault: { kind: 'status', code: status.CANCELLED, after: 3 }, last: 'error:cancelled' },
  { fault: { kind: 'rst-stream', after: 3 }, last: 'error:cancelled' },
  { fault: { kind: 'reset', after: 3 }, last: 'error:unavailable' },
  { fault: { kind: 'restart', ms: 10, after: 3 }, last: 'error:unavailable' },
  { fault: { kind: 'no-answer', after: 3 }, last: 'award-a@1' },
  { fault: { kind: 'freeze', after: 3 }, last: undefined },
] satisfies { fault: Fault; last: string | undefined }[])
  it(`subscribe: ${fault.kind} after the second event`, {}, async (t, double, client) => {
    await client.append('award-a', 'no_stream', proposals(9))
    double.faults.plan('subscribe', fault)
    const followed = client.follow('start', AWARDS)
    if (last !== undefined) await followed.until(last)
    await pause(100)
    if (last === undefined) t.ok(followed.heard.length <= 3, 'nothing passes')
    else t.equal(followed.heard.at(-1), last)
    t.notOk(followed.heard.includes('award-a@2'))
    double.thaw()
    const again = client.follow('start', AWARDS)
    await again.until('caughtUp').catch(() => undefined)
    const third = again.heard.includes('caughtUp') ? again : client.follow('start', AWARDS)
    await third.until('award-a@8')
  })

it(
  'frozen: connections are accepted, nothing is said, and thawing lets everything pass',
  {},
  async (t, double, client) => {
    const late = new BareClient(double.url)
    t.teardown(() => late.close())
    const followed = client.follow('start', AWARDS)
    await followed.until('caughtUp')
    double.freeze()
    const events = proposals(1)
    for (const one of [client, late])
      t.same(await one.append('award-a', 'no_stream', events, { deadline: 200 }), {
        kind: 'error',
        type: 'deadline-exceeded',
      })
    t.same(double.events(), [])
    double.thaw()
    t.match(await settle(client, 'award-a', events), { revision: 0n })
    await followed.until('award-a@0')
    t.equal(double.events().length, 1)
  },
)

it('restart: the same port, the same events, and every connection is gone', {}, async (t, double, client) => {
  const { port } = double
  const events = proposals(2)
  const first = await client.append('award-a', 'no_stream', events)
  const followed = client.follow('start', AWARDS)
  await followed.until('caughtUp')
  const down = double.restart(100)
  await followed.until('error:unavailable')
  t.match(await client.append('award-b', 'no_stream', proposals(1), { deadline: 50 }), { kind: 'error' })
  await down
  t.equal(double.port, port)
  t.same(await settle(client, 'award-a', events), first)
  t.equal(double.events().length, 2)
})

it(
  'stream limit: what is beyond it waits without an error, on another client too',
  { maxConcurrentStreams: 3 },
  async (t, double, client) => {
    const other = new BareClient(double.url)
    t.teardown(() => other.close())
    const followed = Array.from({ length: 3 }, () => client.follow('start', AWARDS))
    await Promise.all(followed.map((one) => one.until('caughtUp')))
    const beyond = client.follow('start', AWARDS)
    t.same(await other.append('award-a', 'no_stream', proposals(1), { deadline: 200 }), {
      kind: 'error',
      type: 'deadline-exceeded',
    })
    t.same(beyond.heard, [], 'nothing is heard, no error either')
    t.same(double.events(), [])
    for (const one of [beyond, ...followed]) await one.stop()
    t.match(await settle(other, 'award-a', proposals(1)), { kind: 'appended' }, 'free again')
  },
)

it(
  'rounds by chance: what is asked again under the same ids is stored once, and followed once',
  { writeTimeoutMs: 100 },
  async (t, double, client) => {
    const seed = testSeed()
    t.comment(`SEED=${seed}`)
    double.faults.random({ methods: ['append'], probability: 0.4, seed, faults: WRITE_FAULTS })
    const writer = async (name: string) => {
      for (let award = 0; award < 8; award += 1) {
        const outcome = await settle(client, `award-${name}-${award}`, proposals(2))
        t.match(outcome, { kind: 'appended', revision: 1n })
      }
    }
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(writer))
    double.faults.clear()
    await pause(100)
    t.ok(double.faults.applied.length >= 5, `${double.faults.applied.length} faults`)
    const held = double.events().map(({ stream, revision }) => `${stream}@${revision}`)
    t.equal(held.length, 96)
    t.equal(new Set(held).size, 96)
    const followed = client.follow('start', AWARDS)
    await followed.until('caughtUp')
    t.same(
      followed.heard.filter((word) => word.startsWith('award-')),
      held,
    )
  },
)

it('faults by chance: the same seed, the same faults', {}, async (t, double) => {
  const run = () => {
    double.faults.random({
      methods: ['append'],
      probability: 0.5,
      seed: 7,
      faults: [{ kind: 'reset' }, { kind: 'no-answer', stored: true }],
    })
    return Array.from({ length: 40 }, () => double.faults.take('append')?.kind)
  }
  const first = run()
  t.same(run(), first)
  t.equal(new Set(first).size, 3, 'both faults and none')
  t.equal(double.faults.take('read'), undefined, 'other methods are spared')
  double.faults.clear()
  t.equal(double.faults.take('append'), undefined)
})

void t.test('a process of its own: stopped it says nothing, woken it goes on', async (t) => {
  const double = await startDoubleProcess()
  const client = new BareClient(double.url)
  try {
    const events = proposals(1)
    t.match(await client.append('award-a', 'no_stream', proposals(1)), { kind: 'appended' })
    double.signal('SIGSTOP')
    const silence = await client.append('award-b', 'no_stream', events, { deadline: SHORT })
    t.same(silence, { kind: 'error', type: 'deadline-exceeded' })
    double.signal('SIGCONT')
    t.match(await settle(client, 'award-b', events), { kind: 'appended', revision: 0n })
  } finally {
    await client.close()
    await double.stop()
  }
})
