import type { Test } from 'tap'
import { proposals } from '../support/eventstoredb/bare-client.ts'
import type { BareClient, Outcome } from '../support/eventstoredb/bare-client.ts'

/** One sentence about the server, with a client of its own; `stream` names a stream of this run. */
export type It = (
  sentence: string,
  body: (t: Test, client: BareClient, stream: (name: string) => string) => Promise<void>,
) => void

/** Reads of a stream and of `$all`. */
export function reads(it: It): void {
  it('a stream is read from a revision, in both directions, and no further than asked', async (t, client, stream) => {
    const name = stream('award-a')
    await client.append(name, 'no_stream', proposals(4))
    t.same(await client.readStream(name, { fromRevision: 2n }), [`${name}@2`, `${name}@3`])
    t.same(await client.readStream(name, { fromRevision: 9n }), [])
    t.same(await client.readStream(name, { maxCount: 1 }), [`${name}@0`])
    const backwards = { direction: 'backwards', fromRevision: 'end', maxCount: 2 } as const
    t.same(await client.readStream(name, backwards), [`${name}@3`, `${name}@2`])
    t.same(await client.readStream(name, { ...backwards, fromRevision: 1n }), [`${name}@1`, `${name}@0`])
  })

  it('a stream that never was is not found', async (t, client, stream) => {
    t.same(await client.readStream(stream('award-a')), { kind: 'error', type: 'stream-not-found' })
  })

  it('positions grow and have gaps; forward includes its position, backward excludes it', async (t, client, stream) => {
    const name = stream('award-a')
    const first = appended(await client.append(name, 'no_stream', proposals(1)))
    const second = appended(await client.append(name, 0n, proposals(1)))
    const from = { commit: first.commit ?? 0n, prepare: first.prepare ?? 0n }
    const to = { commit: second.commit ?? 0n, prepare: second.prepare ?? 0n }
    t.ok(to.commit > from.commit + 1n)
    t.same(await client.readAll({ fromPosition: from, maxCount: 2 }), [`${name}@0`, `${name}@1`])
    t.same(await client.readAll({ fromPosition: to, direction: 'backwards', maxCount: 1 }), [`${name}@0`])
  })

  it('backward from the start there is nothing', async (t, client, stream) => {
    await client.append(stream('award-a'), 'no_stream', proposals(1))
    t.same(await client.readAll({ direction: 'backwards', maxCount: 5 }), [])
  })
}

/** Deleted and tombstoned streams. */
export function deletions(it: It): void {
  it('a deleted stream is not found, and goes on with its numbers', async (t, client, stream) => {
    const name = stream('award-a')
    await client.append(name, 'no_stream', proposals(2))
    t.match(await client.remove('delete', name, 1n), { kind: 'removed' })
    t.same(await client.readStream(name), { kind: 'error', type: 'stream-not-found' })
    t.equal(appended(await client.append(name, 'no_stream', proposals(1))).revision, 2n)
    t.same(await client.readStream(name), [`${name}@2`])
  })

  it('a deletion with a wrong revision is a conflict; -1 stands for an absent stream', async (t, client, stream) => {
    await client.append(stream('award-a'), 'no_stream', proposals(1))
    t.same(await client.remove('delete', stream('award-a'), 5n), { kind: 'conflict', actual: 0n })
    t.same(await client.remove('delete', stream('award-b'), 0n), { kind: 'conflict', actual: -1n })
  })

  it('a tombstoned stream refuses reads and appends for ever', async (t, client, stream) => {
    const gone = { kind: 'error', type: 'stream-deleted' }
    await client.append(stream('award-a'), 'no_stream', proposals(1))
    t.match(await client.remove('tombstone', stream('award-a'), 0n), { kind: 'removed' })
    t.same(await client.append(stream('award-a'), 'any', proposals(1)), gone)
    t.same(await client.readStream(stream('award-a')), gone)
  })
}

/** Subscriptions to `$all`, with a filter and without. */
export function subscriptions(it: It): void {
  it('a filtered subscription: confirmation, events, a checkpoint, caught up, live', async (t, client, stream) => {
    const name = stream('award-a')
    await client.append(name, 'no_stream', proposals(2))
    await client.append(stream('other-a'), 'no_stream', proposals(1))
    const followed = client.follow('start', { prefixes: [stream('award-')], checkpointInterval: 1000 })
    await followed.until('caughtUp')
    await client.append(stream('other-a'), 0n, proposals(1))
    await client.append(name, 1n, proposals(1))
    await followed.until(`${name}@2`)
    t.same(followed.heard, ['confirmation', `${name}@0`, `${name}@1`, 'checkpoint', 'caughtUp', `${name}@2`])
    t.same(followed.checkpoints[0], followed.positions[1], 'the last checkpoint is the last event sent')
    await followed.stop()
  })

  it('a subscription begins behind its position', async (t, client, stream) => {
    const name = stream('award-a')
    const first = appended(await client.append(name, 'no_stream', proposals(1)))
    await client.append(name, 0n, proposals(1))
    const position = { commit: first.commit ?? 0n, prepare: first.prepare ?? 0n }
    const followed = client.follow(position, { prefixes: [stream('award-')] })
    await followed.until('caughtUp')
    t.same(followed.heard, ['confirmation', `${name}@1`, 'checkpoint', 'caughtUp'])
    const behind = client.follow(followed.positions[0] ?? 'end', { prefixes: [stream('award-')] })
    await behind.until('caughtUp')
    t.same(behind.heard, ['confirmation', 'caughtUp'], 'nothing behind it: no checkpoint either')
    await followed.stop()
    await behind.stop()
  })

  it('checkpoints come every window of events looked at, wanted or not, in order', async (t, client, stream) => {
    const name = stream('award-a')
    const start = await here(client, stream('start'))
    await client.append(name, 'no_stream', proposals(1))
    await client.append(stream('other-a'), 'no_stream', proposals(100))
    await client.append(name, 0n, proposals(1))
    const followed = client.follow(start, { prefixes: [stream('award-')], checkpointInterval: 1 })
    await followed.until('caughtUp')
    const last = followed.positions[1]
    const between = followed.checkpoints.filter(
      ({ commit }) => commit > (followed.positions[0]?.commit ?? 0n) && commit < (last?.commit ?? 0n),
    )
    t.ok(between.length >= 2, 'some lie among the unwanted events')
    t.same(followed.checkpoints.at(-1), last)
    for (const { commit, prepare } of between) t.ok(prepare === 0n || prepare === commit)
    for (const [index, { commit }] of followed.checkpoints.entries())
      t.ok(index === 0 || commit >= (followed.checkpoints[index - 1]?.commit ?? 0n))
    await followed.stop()
  })

  it('a checkpoint among unwanted events resumes without a loss', async (t, client, stream) => {
    const name = stream('award-a')
    const start = await here(client, stream('start'))
    await client.append(stream('other-a'), 'no_stream', proposals(100))
    await client.append(name, 'no_stream', proposals(1))
    const followed = client.follow(start, { prefixes: [stream('award-')], checkpointInterval: 1 })
    await followed.until('caughtUp')
    const wanted = followed.positions[0]?.commit ?? 0n
    for (const position of followed.checkpoints.filter(({ commit }) => commit < wanted)) {
      const resumed = client.follow(position, { prefixes: [stream('award-')] })
      await resumed.until(`${name}@0`)
      await resumed.stop()
    }
    t.ok(followed.checkpoints.length > 2)
    await followed.stop()
  })

  it('without a filter there are no checkpoints, and everything is heard', async (t, client, stream) => {
    const first = appended(await client.append(stream('award-a'), 'no_stream', proposals(1)))
    await client.append(stream('other-a'), 'no_stream', proposals(1))
    const followed = client.follow({ commit: first.commit ?? 0n, prepare: first.prepare ?? 0n })
    await followed.until('caughtUp')
    await client.append(stream('award-a'), 0n, proposals(1))
    await followed.until(`${stream('award-a')}@1`)
    const ours = followed.heard.filter((word) => !word.startsWith('$'))
    t.same(ours, ['confirmation', `${stream('other-a')}@0`, 'caughtUp', `${stream('award-a')}@1`])
    await followed.stop()
  })

  it('a subscription from the end hears only what comes', async (t, client, stream) => {
    await client.append(stream('award-a'), 'no_stream', proposals(1))
    const followed = client.follow('end', { prefixes: [stream('award-')] })
    await followed.until('caughtUp')
    await client.append(stream('award-a'), 0n, proposals(1))
    await followed.until(`${stream('award-a')}@1`)
    t.same(followed.heard, ['confirmation', 'caughtUp', `${stream('award-a')}@1`])
    await followed.stop()
  })

  it('unsubscribing ends without an error', async (t, client, stream) => {
    const followed = client.follow('end', { prefixes: [stream('award-')] })
    await followed.until('caughtUp')
    await followed.stop()
    await followed.until('end')
    t.same(followed.heard, ['confirmation', 'caughtUp', 'end'])
  })
}

/** The events of a stream that is there. */
export async function names(client: BareClient, stream: string): Promise<readonly string[]> {
  const read = await client.readStream(stream)
  if ('kind' in read) throw new Error(`${stream} cannot be read: ${JSON.stringify(read)}`)
  return read
}

/** Where the log ends now: a server that others use has a long history. */
async function here(client: BareClient, stream: string): Promise<{ commit: bigint; prepare: bigint }> {
  const { commit = 0n, prepare = 0n } = appended(await client.append(stream, 'no_stream', proposals(1)))
  return { commit, prepare }
}

/** What a successful append answered. */
export function appended(outcome: Outcome): Extract<Outcome, { kind: 'appended' }> {
  if (outcome.kind !== 'appended') throw new Error(`not appended: ${outcome.kind}`)
  return outcome
}
