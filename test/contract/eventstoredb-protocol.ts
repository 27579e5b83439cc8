import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { BareClient, proposal, proposals } from '../support/eventstoredb/bare-client.ts'
import { appended, deletions, names, reads, subscriptions } from './eventstoredb-protocol-reads.ts'
import type { It } from './eventstoredb-protocol-reads.ts'

/** A server to ask, and how to leave it. */
export type MakeServer = () => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>

/**
 * What an EventStoreDB server does, seen from its bare client: asked of the double, and of a real server by the same
 * code. Streams have a name of this run, since a real server keeps those of others.
 */
export async function eventstoredbProtocol(t: Test, name: string, make: MakeServer): Promise<void> {
  const it: It = (sentence, body) =>
    void t.test(`${name}: ${sentence}`, async (t) => {
      const server = await make()
      const client = new BareClient(server.url)
      const run = `p${randomUUID().slice(0, 8)}`
      try {
        await body(t, client, (stream) => `${run}${stream}`)
      } finally {
        await client.close()
        await server.stop()
      }
    })
  explicitRevisions(it)
  looseRevisions(it)
  races(it)
  limits(it)
  reads(it)
  deletions(it)
  subscriptions(it)
}

/** The lines of EVENTSTORE.md 2.1 with `no_stream` or a number. */
function explicitRevisions(it: It): void {
  it('no_stream on a new stream is written, commit and prepare are one position', async (t, client, stream) => {
    const answer = appended(await client.append(stream('award-a'), 'no_stream', proposals(2)))
    t.equal(answer.revision, 1n)
    t.equal(answer.commit, answer.prepare)
    t.same(await client.readStream(stream('award-a')), [`${stream('award-a')}@0`, `${stream('award-a')}@1`])
  })

  it('a repeat of equal ids answers as the first time, whatever came after', async (t, client, stream) => {
    const events = proposals(2)
    const first = await client.append(stream('award-a'), 'no_stream', events)
    const later = proposals(2)
    const second = await client.append(stream('award-a'), 1n, later)
    await client.append(stream('award-a'), 3n, proposals(1))
    t.same(await client.append(stream('award-a'), 'no_stream', events), first)
    t.same(await client.append(stream('award-a'), 1n, later), second)
    t.equal((await names(client, stream('award-a'))).length, 5)
  })

  it('a repeat may ask for the first of the events alone', async (t, client, stream) => {
    const events = proposals(3)
    await client.append(stream('award-a'), 'no_stream', events)
    t.equal(appended(await client.append(stream('award-a'), 'no_stream', events.slice(0, 1))).revision, 0n)
    t.equal((await names(client, stream('award-a'))).length, 3)
  })

  it('an append with a first id that differs, or only a prefix equal, is a conflict', async (t, client, stream) => {
    const [a, b] = proposals(2)
    if (a === undefined || b === undefined) throw new Error('two were asked for')
    await client.append(stream('award-a'), 'no_stream', [a, b])
    const conflict = { kind: 'conflict', actual: 1n }
    for (const other of [proposals(1), [a, ...proposals(1)], [b, a], [a, b, ...proposals(1)]])
      t.same(await client.append(stream('award-a'), 'no_stream', other), conflict)
    t.same(await client.append(stream('award-a'), 0n, [a]), conflict)
    t.equal((await names(client, stream('award-a'))).length, 2)
  })

  it('a revision beyond the last is a conflict, on an absent stream with no_stream', async (t, client, stream) => {
    t.same(await client.append(stream('award-a'), 0n, proposals(1)), {
      kind: 'conflict',
      actual: 'no_stream',
    })
    await client.append(stream('award-a'), 'no_stream', proposals(2))
    t.same(await client.append(stream('award-a'), 7n, proposals(1)), { kind: 'conflict', actual: 1n })
  })

  it('the current revision compares nothing: the same id is written again', async (t, client, stream) => {
    const events = proposals(1)
    await client.append(stream('award-a'), 'no_stream', events)
    t.equal(appended(await client.append(stream('award-a'), 0n, events)).revision, 1n)
    t.equal((await names(client, stream('award-a'))).length, 2)
  })

  it('only ids are compared: other data under the same id is a success and changes nothing', async (t, client, stream) => {
    const id = randomUUID()
    const first = await client.append(stream('award-a'), 'no_stream', [proposal(id, { note: 'old' })])
    t.same(await client.append(stream('award-a'), 'no_stream', [proposal(id, { note: 'new' })]), first)
    const held = []
    for await (const { event } of client.raw.readStream(stream('award-a'))) held.push(event?.data)
    t.same(held, [{ note: 'old' }])
  })
}

/** The lines of the table with `any` and `stream_exists`: the memory of recent ids. */
function looseRevisions(it: It): void {
  it('any is repeatable while the ids are remembered', async (t, client, stream) => {
    const events = proposals(2)
    const first = await client.append(stream('award-a'), 'any', events)
    t.same(await client.append(stream('award-a'), 'any', events), first)
    t.same(await client.append(stream('award-a'), 'stream_exists', events), first)
    t.equal((await names(client, stream('award-a'))).length, 2)
  })

  it('any with a remembered first id and a new one behind it is a conflict', async (t, client, stream) => {
    const [known] = proposals(1)
    if (known === undefined) throw new Error('one was asked for')
    await client.append(stream('award-a'), 'any', [known])
    t.same(await client.append(stream('award-a'), 'any', [known, ...proposals(1)]), {
      kind: 'conflict',
      actual: 0n,
    })
    t.equal(appended(await client.append(stream('award-a'), 'any', [...proposals(1), known])).revision, 2n)
  })

  it('an id used in a second stream is remembered for the first alone', async (t, client, stream) => {
    const events = proposals(1)
    const first = await client.append(stream('award-a'), 'any', events)
    t.equal(appended(await client.append(stream('award-b'), 'any', events)).revision, 0n)
    t.same(await client.append(stream('award-a'), 'any', events), first)
    t.equal(appended(await client.append(stream('award-b'), 'any', events)).revision, 1n, 'written again')
  })

  it('stream_exists on an absent stream is a conflict', async (t, client, stream) => {
    const conflict = { kind: 'conflict', actual: 'no_stream' }
    t.same(await client.append(stream('award-a'), 'stream_exists', proposals(1)), conflict)
  })
}

function races(it: It): void {
  for (const batch of [false, true])
    it(`of 20 racing appends of different ids one wins (${batch ? 'batch' : 'classic'})`, async (t, client, stream) => {
      const race = Array.from({ length: 20 }, () =>
        client.append(stream('award-a'), 'no_stream', proposals(1), { batch }),
      )
      const outcomes = await Promise.all(race)
      t.equal(outcomes.filter(({ kind }) => kind === 'appended').length, 1)
      t.equal(outcomes.filter(({ kind }) => kind === 'conflict').length, 19)
    })

  it('of 20 racing appends of one id all succeed or get timeout, and one event is stored', async (t, client, stream) => {
    const events = proposals(1)
    const race = Array.from({ length: 20 }, () => client.append(stream('award-a'), 'no_stream', events))
    const outcomes = await Promise.all(race)
    const timeouts = outcomes.filter((one) => one.kind === 'error' && one.type === 'timeout').length
    t.ok(
      outcomes.filter(({ kind }) => kind === 'appended').length + timeouts === 20,
      'nothing else is answered',
    )
    t.equal((await names(client, stream('award-a'))).length, 1)
    t.equal(
      appended(await client.append(stream('award-a'), 'no_stream', events)).revision,
      0n,
      'a retry settles it',
    )
  })
}

function limits(it: It): void {
  it('a UUID that is none, and an append over 1 MiB, are refused', async (t, client, stream) => {
    const malformed = [{ ...proposal(randomUUID()), id: 'no-uuid' }]
    t.same(await client.append(stream('award-a'), 'no_stream', malformed), { kind: 'error', type: 'unknown' })
    const large = proposals(1, { note: 'x'.repeat(1024 * 1024) })
    const refused = { kind: 'error', type: 'maximum-append-size-exceeded' }
    t.same(await client.append(stream('award-a'), 'no_stream', large), refused)
    t.same(await client.append(stream('award-a'), 'no_stream', malformed, { batch: true }), {
      kind: 'error',
      type: 'unknown',
    })
    t.same(await client.append(stream('award-a'), 'no_stream', large, { batch: true }), refused)
    t.same(await client.readStream(stream('award-a')), { kind: 'error', type: 'stream-not-found' })
  })

  it('an append without events is a success, with revision 0 and a position, and writes nothing', async (t, client, stream) => {
    t.match(await client.append(stream('award-a'), 'no_stream', []), { kind: 'appended', revision: 0n })
    t.same(await client.readStream(stream('award-a')), { kind: 'error', type: 'stream-not-found' })
  })

  it('an append whose caller breaks off in the middle is written whole or not at all', async (t, client, stream) => {
    const counts = new Set<number>()
    for (let deadline = 1; deadline <= 40; deadline += 1) {
      const name = stream(`award-${deadline}`)
      await client.append(name, 'no_stream', proposals(200, { note: 'x'.repeat(1_000) }), { deadline })
      const read = await client.readStream(name)
      counts.add('kind' in read ? 0 : read.length)
    }
    t.same(
      [...counts].filter((count) => count !== 0 && count !== 200),
      [],
    )
    t.ok(counts.has(0), 'some were broken off')
  })

  it('the batch path answers as the classic one', async (t, client, stream) => {
    const events = proposals(2)
    const first = await client.append(stream('award-a'), 'no_stream', events, { batch: true })
    t.equal(appended(first).revision, 1n)
    t.same(await client.append(stream('award-a'), 'no_stream', events, { batch: true }), first)
    t.same(await client.append(stream('award-a'), 'no_stream', events), first)
    t.same(await client.append(stream('award-a'), 5n, events, { batch: true }), {
      kind: 'conflict',
      actual: 1n,
    })
  })
}
