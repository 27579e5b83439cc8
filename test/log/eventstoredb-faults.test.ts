import { setTimeout as pause } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import type { Test } from 'tap'
import { LogUnavailableError, type RecordedEvent } from '../../src/log/event-log.ts'
import { EventStoreDbEventLog, type EventStoreDbOptions } from '../../src/log/eventstoredb-event-log.ts'
import { START } from '../../src/log/position.ts'
import { type Double, type DoubleOptions, startDouble } from '../support/eventstoredb/double.ts'
import { READ_FAULTS, WRITE_FAULTS } from '../support/eventstoredb/fault-mix.ts'
import type { Fault } from '../support/eventstoredb/faults.ts'
import { eventually } from '../support/eventstoredb/with-double.ts'
import { collect, newEvent, newEvents } from '../support/events.ts'
import { exitAtEnd } from '../support/exit-at-end.ts'

exitAtEnd()

/** Several attempts fit in. */
const LIMITS = { attempt: 400, total: 15_000 }
/** What never comes right is given up soon. */
const SOON = { attempt: 200, total: 600 }

t.jobs = 8

/** Below those that the system gives away: a double that restarts wants its own port back while others start. */
let port = 10_000 + ((process.pid * 200) % 20_000)

type Given = DoubleOptions & Partial<Pick<EventStoreDbOptions, 'limits' | 'silence'>>
type Body = (t: Test, log: EventStoreDbEventLog, double: Double) => Promise<void>

function it(sentence: string, { limits = LIMITS, silence = 120, ...options }: Given, body: Body): void {
  void t.test(sentence, { buffered: true }, async (t) => {
    const double = await startDouble({ writeTimeoutMs: 60, port: port++, ...options })
    const log = new EventStoreDbEventLog({ url: double.url, prefixes: ['award-'], limits, silence })
    try {
      await body(t, log, double)
    } finally {
      double.thaw()
      await log.close()
      await double.stop()
    }
  })
}

const idsOf = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id)
const named = ({ kind, stored, ...rest }: Fault) =>
  [kind, 'code' in rest && status[rest.code], rest.after !== undefined && `after ${rest.after}`]
    .filter(Boolean)
    .join(' ') + (stored === undefined ? '' : stored ? ', stored' : ', not stored')

for (const fault of WRITE_FAULTS)
  it(`append: ${named(fault)}, twice: told, and there once`, {}, async (t, log, double) => {
    await log.append('award-a', 'no-stream', newEvents(1))
    double.faults.plan('append', fault, { times: 2 })
    const events = newEvents(2)
    const outcome = await log.append('award-a', 0n, events)
    t.match(outcome, { kind: 'appended', revision: 2n })
    t.ok(double.faults.applied.length > 0)
    double.faults.clear()
    t.same(await log.append('award-a', 0n, events), outcome, 'a repeat is told the same')
    await pause(fault.kind === 'late-write' ? 2 * fault.ms : 0)
    t.same(idsOf(double.events()).slice(1), idsOf(events))
    t.equal(outcome.kind === 'appended' && outcome.position.commit, double.events().at(-1)?.position)
  })

for (const fault of WRITE_FAULTS)
  it(`append: ${named(fault)}, when another was faster: a conflict`, {}, async (t, log, double) => {
    const winner = newEvents(2)
    await log.append('award-a', 'no-stream', winner)
    double.faults.plan('append', fault)
    t.same(await log.append('award-a', 'no-stream', newEvents(1)), { kind: 'conflict', actual: 1n })
    t.same(await log.append('award-a', 0n, [newEvent()]), { kind: 'conflict', actual: 1n })
    t.same(idsOf(double.events()), idsOf(winner))
  })

for (const stored of [true, false])
  for (const kind of ['no-answer', 'clean-end', 'rst-stream'] as const)
    it(
      `append: ${kind} for ever, ${stored ? 'stored' : 'not stored'}`,
      { limits: SOON },
      async (t, log, double) => {
        double.faults.plan('append', { kind, stored }, { times: 1_000 })
        const events = newEvents(2)
        const asked = log.append('award-a', 'no-stream', events)
        if (stored) t.match(await asked, { kind: 'appended', revision: 1n }, 'the stream itself tells')
        else await t.rejects(asked, LogUnavailableError)
        t.ok(double.faults.applied.length > 1, 'it was tried again')
        double.faults.clear()
        t.match(await log.append('award-a', 'no-stream', events), { kind: 'appended', revision: 1n })
        t.same(idsOf(double.events()), idsOf(events))
      },
    )

it(
  'append: frozen for ever is given up, and comes right after it',
  { limits: SOON },
  async (t, log, double) => {
    const events = newEvents(2)
    await log.append('award-before', 'no-stream', newEvents(1))
    double.freeze()
    await t.rejects(log.append('award-a', 'no-stream', events), LogUnavailableError)
    double.thaw()
    t.match(await log.append('award-a', 'no-stream', events), { kind: 'appended', revision: 1n })
    t.equal(double.events().length, 3)
  },
)

it('a conflict is told when the winner can be read, not before', { commitDelayMs: 80 }, async (t, log) => {
  const racing = Array.from({ length: 12 }, () => log.append('award-a', 'no-stream', newEvents(2)))
  const outcomes = await Promise.all(racing)
  t.equal(outcomes.filter(({ kind }) => kind === 'appended').length, 1)
  for (const lost of outcomes.filter(({ kind }) => kind === 'conflict'))
    t.same(lost, { kind: 'conflict', actual: 1n })
})

it('a repeat that races with itself is told one outcome', { commitDelayMs: 80 }, async (t, log, double) => {
  const events = newEvents(2)
  const racing = Array.from({ length: 12 }, () => log.append('award-a', 'no-stream', events))
  const outcomes = await Promise.all(racing)
  for (const outcome of outcomes) t.same(outcome, outcomes[0])
  t.same(idsOf(double.events()), idsOf(events))
})

const TRANSIENT = READ_FAULTS.filter(({ kind }) => kind !== 'no-answer' && kind !== 'clean-end')
for (const fault of TRANSIENT)
  it(`read: ${named(fault)}: read again, whole`, {}, async (t, log, double) => {
    const events = newEvents(60)
    await log.append('award-a', 'no-stream', events)
    double.faults.plan('read', fault)
    t.same(idsOf((await log.readStream('award-a')).events), idsOf(events))
    double.faults.plan('read', fault)
    t.same(await log.head(), {
      commit: double.events().at(-1)?.position,
      prepare: double.events().at(-1)?.position,
    })
    t.equal(double.faults.applied.length, 2)
  })

for (const fault of READ_FAULTS)
  it(`follow: ${named(fault)}: no gap, nothing twice`, {}, async (t, log, double) => {
    const events = newEvents(60)
    await log.append('award-a', 'no-stream', events)
    const end = new AbortController()
    const seen: RecordedEvent[] = []
    double.faults.plan('subscribe', fault, { times: 2 })
    const following = followOn(log, end.signal, seen)
    await eventually(() => double.faults.applied.length > 0)
    const later = newEvents(30)
    for (const [index, event] of later.entries()) await log.append('award-a', BigInt(59 + index), [event])
    await eventually(() => seen.length >= 90)
    end.abort()
    await following
    t.same(idsOf(seen), idsOf([...events, ...later]))
  })

/** As the projector does: again from the last event that came. */
async function followOn(
  log: EventStoreDbEventLog,
  signal: AbortSignal,
  seen: RecordedEvent[],
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const batch of log.follow(seen.at(-1)?.position ?? START, { signal, batchSize: 7 }))
        seen.push(...batch)
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error
      await pause(5)
    }
  }
}

it('a reading that falls silent while the log moves on is a fault', {}, async (t, log, double) => {
  await log.append('award-a', 'no-stream', newEvents(3))
  for (const read of [
    () => collect(log.readAll(START)),
    () => collect(log.follow(START, { signal: AbortSignal.timeout(10_000) })),
  ]) {
    double.faults.plan('subscribe', { kind: 'no-answer', after: 2 })
    await t.rejects(read(), LogUnavailableError)
  }
})

it('silence is no fault where nothing was written', { silence: 30 }, async (t, log, double) => {
  await log.append('award-a', 'no-stream', newEvents(2))
  const end = new AbortController()
  const seen: RecordedEvent[] = []
  let faults = 0
  const following = (async () => {
    for await (const batch of log.follow(START, { signal: end.signal })) seen.push(...batch)
  })().catch(() => (faults += 1))
  await double.writeSystemEvents(5)
  await pause(300)
  await log.append('award-a', 1n, newEvents(1))
  await eventually(() => seen.length === 3)
  end.abort()
  await following
  t.equal(faults, 0)
})

it('a node that no longer leads sends writers to the one that does', {}, async (t, log, double) => {
  const other = await startDouble({ store: double.store })
  const endpoint = { host: '127.0.0.1', port: other.port }
  await log.append('award-a', 'no-stream', newEvents(1))
  double.faults.plan('append', { kind: 'not-leader', leader: endpoint }, { times: 100 })
  t.match(await log.append('award-a', 0n, newEvents(1)), { kind: 'appended', revision: 1n })
  await other.stop()
  double.faults.clear()
  t.match(await log.append('award-a', 1n, newEvents(1)), { kind: 'appended', revision: 2n }, 'and back')
  t.equal(double.events().length, 3)
})

for (const how of ['frozen', 'gone'] as const)
  it(
    `closing is bounded with a server that is ${how}`,
    { limits: { attempt: 60_000, total: 600_000 } },
    async (t, log, double) => {
      await log.append('award-a', 'no-stream', newEvents(1))
      if (how === 'frozen') double.freeze()
      else await double.stop()
      const asked = log.append('award-a', 0n, newEvents(1)).catch((error: unknown) => error)
      const { signal } = new AbortController()
      const following = collect(log.follow(START, { signal })).catch((error: unknown) => error)
      await pause(50)
      const closed = await Promise.race([log.close(), pause(20_000, 'never')])
      t.equal(closed, undefined)
      t.ok((await following) instanceof LogUnavailableError)
      t.ok((await asked) instanceof LogUnavailableError)
    },
  )
