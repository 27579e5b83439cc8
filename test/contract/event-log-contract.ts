import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { EventTooLargeError, MAX_APPEND_EVENTS, MAX_EVENT_BYTES } from '../../src/log/event-log.ts'
import type { AppendOutcome, EventLog, RecordedEvent } from '../../src/log/event-log.ts'
import { comparePositions, START } from '../../src/log/position.ts'
import type { Position } from '../../src/log/position.ts'
import { collect, eventId, newEvent, newEvents } from '../support/events.ts'

/** Gives an empty log of its own to each call; `cleanup` is called after the log was closed. */
export type MakeEventLog = () => Promise<{ log: EventLog; cleanup: () => Promise<void> | void }>

/** What every adapter of the `EventLog` port does. No expectation here knows which adapter it meets. */
export async function eventLogContract(t: Test, name: string, make: MakeEventLog): Promise<void> {
  const it = (sentence: string, body: (t: Test, log: EventLog) => Promise<void>) =>
    t.test(`${name}: ${sentence}`, async (t) => {
      const { log, cleanup } = await make()
      try {
        await body(t, log)
      } finally {
        await log.close()
        await cleanup()
      }
    })
  await appends(it)
  await repeats(it)
  await races(it)
  await readsAll(it)
  await follows(it)
  await limits(it)
}

type It = (sentence: string, body: (t: Test, log: EventLog) => Promise<void>) => Promise<unknown>

async function appends(it: It): Promise<void> {
  await it('an absent stream is no-stream and has no events', async (t, log) => {
    t.same(await log.readStream('award-absent'), { revision: 'no-stream', events: [] })
    t.same(await log.readStream('award-absent', 7n), { revision: 'no-stream', events: [] })
    t.same(await log.head(), START)
    t.same(await collect(log.readAll(START)), [])
  })

  await it('a wrong revision on an absent stream is a conflict', async (t, log) => {
    t.same(await log.append('award-a', 0n, newEvents(1)), { kind: 'conflict', actual: 'no-stream' })
    t.same(await log.append('award-a', 5n, newEvents(1)), { kind: 'conflict', actual: 'no-stream' })
    t.equal((await log.readStream('award-a')).revision, 'no-stream')
  })

  await it('a wrong revision on a present stream is a conflict that names the actual one', async (t, log) => {
    await log.append('award-a', 'no-stream', newEvents(2))
    for (const wrong of ['no-stream', 0n, 2n, 9n] as const) {
      t.same(await log.append('award-a', wrong, newEvents(1)), { kind: 'conflict', actual: 1n })
    }
    t.equal((await log.readStream('award-a')).events.length, 2)
  })

  await it('an append answers with the revision and the position of its last event', async (t, log) => {
    const first = appended(t, await log.append('award-a', 'no-stream', newEvents(3)))
    t.equal(first.revision, 2n)
    const second = appended(t, await log.append('award-a', 2n, newEvents(1)))
    t.equal(second.revision, 3n)
    const { events } = await log.readStream('award-a')
    t.same(events[2]?.position, first.position)
    t.same(events[3]?.position, second.position)
    t.same(await log.head(), second.position)
  })

  await it('the events of an append are all there in their order, or none is', async (t, log) => {
    const events = newEvents(MAX_APPEND_EVENTS)
    await log.append('award-a', 'no-stream', events)
    t.same(ids((await log.readStream('award-a')).events), ids(events))
    await log.append('award-a', 3n, newEvents(5))
    t.equal((await log.readStream('award-a')).events.length, events.length)
    t.equal((await collect(log.readAll(START))).length, events.length)
  })

  await it('a stream is read from a revision, inclusive', async (t, log) => {
    const events = newEvents(5)
    await log.append('award-a', 'no-stream', events)
    const tail = await log.readStream('award-a', 3n)
    t.equal(tail.revision, 4n)
    t.same(ids(tail.events), ids(events.slice(3)))
    t.same(await log.readStream('award-a', 5n), { revision: 4n, events: [] })
  })

  await it('what was recorded is what is read', async (t, log) => {
    const data = {
      'ң ө ү Ң Ө Ү': 'Мамлекеттик камсыздандыруу',
      text: '«quotes» "\\ \u0000 \u001f \u2028 🏅 ä ä עברית',
      nested: { list: [1, -2.5, 1e21, true, false, null, [], {}, [[['']]]], '': '' },
      big: 'я'.repeat(20_000),
      '10': 'a key like a number',
      '9': 0,
    }
    const event = newEvent({ data, type: 'Award Tested', metadata: { requestDigest: 'ab'.repeat(32) } })
    await log.append('award-Ключ.1', 'no-stream', [event])
    const recorded = (await log.readStream('award-Ключ.1')).events[0]
    t.same(recorded?.data, data)
    t.same(recorded?.metadata, event.metadata)
    t.match(recorded, { id: event.id, type: 'Award Tested', stream: 'award-Ключ.1', revision: 0n })
    t.same(await collect(log.readAll(START)), [recorded])
  })
}

async function repeats(it: It): Promise<void> {
  await it('a repeat answers as the first time and writes nothing', async (t, log) => {
    const events = newEvents(3)
    const first = await log.append('award-a', 'no-stream', events)
    t.same(await log.append('award-a', 'no-stream', events), first)
    t.equal((await log.readStream('award-a')).revision, 2n)
  })

  await it('a repeat is known after later appends, at any revision', async (t, log) => {
    await log.append('award-a', 'no-stream', newEvents(2))
    const events = newEvents(2)
    const first = await log.append('award-a', 1n, events)
    await log.append('award-b', 'no-stream', newEvents(1))
    await log.append('award-a', 3n, newEvents(2))
    t.same(await log.append('award-a', 1n, events), first)
    t.equal((await log.readStream('award-a')).revision, 5n)
  })

  await it('a repeat that asks for more than was stored is a conflict', async (t, log) => {
    const events = newEvents(3)
    await log.append('award-a', 'no-stream', events.slice(0, 2))
    t.same(await log.append('award-a', 'no-stream', events), { kind: 'conflict', actual: 1n })
    t.equal((await log.readStream('award-a')).revision, 1n)
  })

  await it('a repeat with an id that differs, or in another order, is a conflict', async (t, log) => {
    const [a, b] = newEvents(2)
    if (a === undefined || b === undefined) throw new Error('two events were asked for')
    await log.append('award-a', 'no-stream', [a, b])
    for (const other of [[a, newEvent()], [newEvent(), b], [b, a], [newEvent()]]) {
      t.same(await log.append('award-a', 'no-stream', other), { kind: 'conflict', actual: 1n })
    }
  })

  await it('the same ids at another past revision are a conflict', async (t, log) => {
    const events = newEvents(1)
    await log.append('award-a', 'no-stream', newEvents(1))
    await log.append('award-a', 0n, events)
    t.same(await log.append('award-a', 'no-stream', events), { kind: 'conflict', actual: 1n })
  })

  await it('a repeat in flight at the same time is written once', async (t, log) => {
    const events = newEvents(2)
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => log.append('award-a', 'no-stream', events)),
    )
    for (const outcome of outcomes) t.same(outcome, outcomes[0])
    t.equal(appended(t, outcomes[0]).revision, 1n)
    t.equal((await collect(log.readAll(START))).length, 2)
  })
}

async function races(it: It): Promise<void> {
  await it('of 20 racing appends to a new stream one wins', async (t, log) => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => log.append('award-a', 'no-stream', newEvents(2))),
    )
    t.equal(outcomes.filter(({ kind }) => kind === 'appended').length, 1)
    for (const lost of outcomes.filter(({ kind }) => kind === 'conflict'))
      t.same(lost, { kind: 'conflict', actual: 1n })
    t.equal((await log.readStream('award-a')).revision, 1n)
  })

  await it('concurrent appends to many streams all arrive, each in its stream', async (t, log) => {
    const streams = Array.from({ length: 40 }, (_, index) => `award-${index}`)
    await Promise.all(
      streams.map(async (stream) => {
        appended(t, await log.append(stream, 'no-stream', newEvents(1)))
        appended(t, await log.append(stream, 0n, newEvents(2)))
      }),
    )
    const all = await collect(log.readAll(START))
    t.equal(all.length, 120)
    t.equal(new Set(ids(all)).size, 120)
    for (const stream of streams) t.equal((await log.readStream(stream)).revision, 2n)
  })

  await it('positions grow strictly, in the order of writing', async (t, log) => {
    const answered: Position[] = []
    for (let index = 0; index < 10; index += 1) {
      answered.push(
        appended(t, await log.append(`award-${index % 3}-${index}`, 'no-stream', newEvents(2))).position,
      )
    }
    t.ok(grow(answered))
    t.ok(grow((await collect(log.readAll(START))).map(({ position }) => position)))
  })
}

async function readsAll(it: It): Promise<void> {
  await it('all is read back, newest first, from the end or from a position, which is left out', async (t, log) => {
    t.same(await collect(log.readBack(undefined)), [], 'an empty log')
    await fill(log, 25)
    const events = await collect(log.readAll(START))
    const read: RecordedEvent[] = []
    for await (const batch of log.readBack(undefined, { batchSize: 4 })) {
      t.ok(batch.length > 0 && batch.length <= 4)
      read.push(...batch)
    }
    t.same(read, events.toReversed())
    const tenth = events[10]?.position
    t.same(await collect(log.readBack(tenth, { batchSize: 3 })), events.slice(0, 10).toReversed())
    t.same(await collect(log.readBack(events[0]?.position)), [])
    t.same(await collect(log.readBack(START)), [])
    const abort = new AbortController()
    for await (const batch of log.readBack(undefined, { batchSize: 4, signal: abort.signal })) {
      t.equal(batch.length, 4)
      abort.abort()
    }
  })

  await it('all is read in batches no larger than asked for, whole and in order', async (t, log) => {
    const events = await fill(log, 25)
    const read: RecordedEvent[] = []
    for await (const batch of log.readAll(START, { batchSize: 4 })) {
      t.ok(batch.length > 0 && batch.length <= 4)
      read.push(...batch)
    }
    t.same(ids(read), events)
  })

  await it('all is read from a position, exclusive', async (t, log) => {
    const events = await fill(log, 9)
    const read = await collect(log.readAll(START))
    for (const [index, { position }] of read.entries())
      t.same(ids(await collect(log.readAll(position))), events.slice(index + 1))
    t.same(await collect(log.readAll({ commit: 2n ** 63n - 1n, prepare: 2n ** 63n - 1n })), [])
  })

  await it('a reader may be slow, stop, or be aborted between batches', async (t, log) => {
    const events = await fill(log, 9)
    const abort = new AbortController()
    const read: string[] = []
    for await (const batch of log.readAll(START, { batchSize: 2, signal: abort.signal })) {
      read.push(...ids(batch))
      await pause(2)
      if (read.length >= 4) abort.abort()
    }
    t.ok(read.length >= 4 && read.length < 9)
    t.same(read, events.slice(0, read.length))
    for await (const batch of log.readAll(START, { batchSize: 2 })) {
      t.ok(batch.length > 0)
      break
    }
    t.same(await collect(log.readAll(START, { signal: AbortSignal.abort() })), [])
  })
}

async function follows(it: It): Promise<void> {
  await it('a follower catches up, is told so by an empty batch, and sees what comes later', async (t, log) => {
    const before = await fill(log, 7)
    const follower = startFollowing(log, START, 3)
    await follower.caughtUp()
    t.same(follower.ids, before)
    const later = newEvents(2)
    await log.append('award-later', 'no-stream', later)
    await follower.seen(9)
    t.same(follower.ids, [...before, ...ids(later)])
    await follower.caughtUp()
    await follower.stop()
    await log.append('award-later', 1n, newEvents(1))
    t.equal(follower.ids.length, 9)
  })

  await it('a follower of an empty log is told at once that it has caught up', async (t, log) => {
    const follower = startFollowing(log, START)
    await follower.caughtUp()
    t.same(follower.ids, [])
    await follower.stop()
  })

  await it('following again from a position leaves no gap and doubles nothing, under load', async (t, log) => {
    const writing = fill(log, 120)
    const read: string[] = []
    let position = START
    while (read.length < 120) {
      const follower = startFollowing(log, position, 5)
      await follower.seen(Math.min(20, 120 - read.length))
      await follower.stop()
      read.push(...follower.ids)
      position = follower.position
    }
    t.same(read, await writing)
  })

  await it('two followers see the same order', async (t, log) => {
    const one = startFollowing(log, START, 2)
    const two = startFollowing(log, START, 50)
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => log.append(`award-${index}`, 'no-stream', newEvents(1))),
    )
    await Promise.all([one.seen(30), two.seen(30)])
    t.same(one.ids, two.ids)
    t.same(one.ids, ids(await collect(log.readAll(START))))
    await Promise.all([one.stop(), two.stop()])
  })

  await it('a signal that is already aborted ends following before it begins', async (t, log) => {
    await fill(log, 3)
    t.same(await collect(log.follow(START, { signal: AbortSignal.abort() })), [])
  })
}

async function limits(it: It): Promise<void> {
  await it('an event of the largest size is taken, one byte more is refused and nothing is written', async (t, log) => {
    const sized = (bytes: number) => newEvent({ data: { a: 'ы'.repeat(10) + 'x'.repeat(bytes - 20 - 8) } })
    await t.rejects(
      log.append('award-a', 'no-stream', [newEvent(), sized(MAX_EVENT_BYTES + 1)]),
      EventTooLargeError,
    )
    t.equal((await log.readStream('award-a')).revision, 'no-stream')
    appended(t, await log.append('award-a', 'no-stream', [sized(MAX_EVENT_BYTES)]))
  })

  await it('an append of no events, or of too many, is refused', async (t, log) => {
    await t.rejects(log.append('award-a', 'no-stream', []), RangeError)
    await t.rejects(log.append('award-a', 'no-stream', newEvents(MAX_APPEND_EVENTS + 1)), RangeError)
    t.same(await log.head(), START)
  })

  await it('closing answers what was accepted, and may be asked for twice', async (t, log) => {
    const accepted = Array.from({ length: 5 }, (_, index) =>
      log.append(`award-${index}`, 'no-stream', newEvents(1)),
    )
    const closed = [log.close(), log.close()]
    for (const outcome of await Promise.all(accepted)) appended(t, outcome)
    await Promise.all(closed)
    await log.close()
    await t.rejects(log.append('award-a', 0n, newEvents(1)), { name: 'LogUnavailableError' })
  })
}

function appended(t: Test, outcome: AppendOutcome | undefined): { revision: bigint; position: Position } {
  if (outcome?.kind === 'appended') return outcome
  t.fail('appended was expected', { outcome })
  return { revision: -1n, position: START }
}

function ids(events: readonly { readonly id: string }[]): string[] {
  return events.map(({ id }) => id)
}

function grow(positions: readonly Position[]): boolean {
  return positions.every((position, index) => comparePositions(position, positions[index - 1] ?? START) > 0)
}

/** One event in each of `count` appends, one after another, over three streams. The ids in order. */
async function fill(log: EventLog, count: number): Promise<string[]> {
  const written: string[] = []
  for (let index = 0; index < count; index += 1) {
    const event = newEvent({ id: eventId() })
    const revision = Math.floor(index / 3) - 1
    await log.append(`award-${index % 3}`, revision < 0 ? 'no-stream' : BigInt(revision), [event])
    written.push(event.id)
  }
  return written
}

function startFollowing(log: EventLog, after: Position, batchSize = 1_000) {
  const abort = new AbortController()
  const follower = {
    ids: [] as string[],
    position: after,
    calm: false,
    /** Waits for an empty batch behind the events seen so far. */
    caughtUp: () => until(() => follower.calm),
    seen: (count: number) => until(() => follower.ids.length >= count),
    stop: async () => {
      abort.abort()
      await ended
    },
  }
  const run = async () => {
    for await (const batch of log.follow(after, { batchSize, signal: abort.signal })) {
      follower.calm = batch.length === 0
      follower.ids.push(...ids(batch))
      follower.position = batch.at(-1)?.position ?? follower.position
    }
  }
  const ended = run()
  return follower
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited 5 seconds in vain')
    await pause(1)
  }
}
