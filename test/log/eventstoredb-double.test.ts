import { setTimeout as pause } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { credentials } from '@grpc/grpc-js'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import t from 'tap'
import { eventstoredbProtocol } from '../contract/eventstoredb-protocol.ts'
import { BareClient, proposals } from '../support/eventstoredb/bare-client.ts'
import { startDouble } from '../support/eventstoredb/double.ts'
import type { DoubleOptions } from '../support/eventstoredb/double.ts'
import { identifierOf } from '../support/eventstoredb/messages.ts'
import { eventually, settle, withDouble } from '../support/eventstoredb/with-double.ts'

const SERVER = process.env['EVENTSTORE_URL']
const AWARDS = { prefixes: ['award-'] }
type Body = Parameters<typeof withDouble>[3]
const it = (sentence: string, options: DoubleOptions, body: Body) =>
  void withDouble(t, sentence, options, body)

await eventstoredbProtocol(t, 'double', async () => await startDouble())
if (SERVER !== undefined)
  await eventstoredbProtocol(t, 'server', async () => ({ url: SERVER, stop: () => Promise.resolve() }))

it(
  'any is forgotten beyond the bound of the memory, and by a restart; no_stream is not',
  { recentBytes: 200 },
  async (t, double, client) => {
    const events = proposals(1)
    const strict = proposals(1)
    const first = await client.append('award-strict', 'no_stream', strict)
    await client.append('award-a', 'any', events)
    t.match(await client.append('award-a', 'any', events), { revision: 0n }, 'remembered')
    await client.append('award-b', 'any', proposals(6))
    t.match(await client.append('award-a', 'any', events), { revision: 1n }, 'forgotten: written again')
    t.match(await client.append('award-a', 'any', events), { revision: 1n }, 'remembered again')
    await double.restart()
    t.match(await settle(client, 'award-strict', strict), first)
    t.match(await client.append('award-a', 'any', events), { revision: 2n }, 'forgotten by the restart')
  },
)

it(
  'what is written is seen once committed, and a repeat before that gets timeout',
  { commitDelayMs: 800, writeTimeoutMs: 900 },
  async (t, double, client) => {
    const events = proposals(2)
    const before = double.store.log.length
    const first = client.append('award-a', 'no_stream', events)
    await eventually(() => double.store.log.length > before)
    const repeat = client.append('award-a', 'no_stream', events)
    t.same(
      await client.append('award-a', 'no_stream', proposals(1)),
      { kind: 'conflict', actual: 1n },
      'others lose at once',
    )
    t.same(double.events(), [], 'not committed yet')
    t.same(await client.readStream('award-a'), { kind: 'error', type: 'stream-not-found' })
    t.match(await first, { kind: 'appended', revision: 1n })
    t.same(await repeat, { kind: 'error', type: 'timeout' })
    t.same(await client.append('award-a', 'no_stream', events), await first)
    t.equal(double.events().length, 2)
  },
)

it(
  'batch: a repeat before the commit is answered twice, which the client does not survive',
  { commitDelayMs: 600, writeTimeoutMs: 100 },
  async (t, double) => {
    const channel = new StreamsClient(`127.0.0.1:${double.port}`, credentials.createInsecure())
    const call = channel.batchAppend()
    const answers: boolean[] = []
    call.on('data', (answer: streams.BatchAppendResp) => answers.push(answer.hasSuccess()))
    call.on('error', () => undefined)
    const id = randomUUID()
    for (let repeat = 0; repeat < 2; repeat += 1) call.write(batchOf('award-a', id))
    await eventually(() => answers.length === 3)
    t.same(answers, [false, false, true])
    t.equal(double.events().length, 1)
    call.cancel()
    channel.close()
  },
)

it('events() is the truth, in the order of the log', {}, async (t, double, client) => {
  await client.append('award-a', 'no_stream', proposals(1, { note: 1 }))
  await double.writeSystemEvents(2)
  await client.append('award-b', 'no_stream', proposals(1, { note: 2 }))
  await client.append('award-a', 0n, proposals(1, { note: 3 }))
  t.same(
    double.events().map(({ stream, revision, data }) => [stream, revision, data]),
    [
      ['award-a', 0n, '{"note":1}'],
      ['award-b', 0n, '{"note":2}'],
      ['award-a', 1n, '{"note":3}'],
    ],
  )
  const all = await client.readAll()
  t.ok(
    Array.isArray(all) && all.filter((name: string) => name.startsWith('$')).length >= 5,
    'with events of its own',
  )
})

it(
  'a filtered subscription that has sent nothing ends its catch-up with a checkpoint that is no position',
  {},
  async (t, _double, client) => {
    const followed = client.follow('start', AWARDS)
    await followed.until('caughtUp')
    t.same(followed.checkpoints, [{ commit: 2n ** 64n - 1n, prepare: 2n ** 64n - 1n }])
    await client.append('award-a', 'no_stream', proposals(1))
    await followed.until('award-a@0')
  },
)

it(
  'live checkpoints come every window, and a burst beyond the buffer is caught up with',
  {},
  async (t, _double, client) => {
    await client.append('award-a', 'no_stream', proposals(1))
    const followed = client.follow('start', { ...AWARDS, checkpointInterval: 1 })
    await followed.until('caughtUp')
    for (let revision = 0; revision < 31; revision += 1)
      await client.append('other-a', revision === 0 ? 'no_stream' : BigInt(revision - 1), proposals(1))
    await pause(20)
    t.equal(followed.checkpoints.length, 1, 'one short of the window')
    await client.append('other-a', 30n, proposals(1))
    await followed.until('checkpoint', 2)
    await client.append('award-a', 0n, proposals(100))
    await followed.until('award-a@100')
    await followed.until('caughtUp', 2)
    t.same(
      followed.heard.filter((word) => word.startsWith('award-')),
      Array.from({ length: 101 }, (_, revision) => `award-a@${revision}`),
    )
  },
)

void t.test(
  'TLS: the right password is let in, a wrong one, none, and a user without the right are refused',
  async (t) => {
    const double = await startDouble({ tls: true })
    const refused = { kind: 'error', type: 'access-denied' }
    const ask = async (login: string, body: (client: BareClient) => Promise<void>) => {
      const client = new BareClient(double.url.replace('admin:changeit@', login))
      try {
        await body(client)
      } finally {
        await client.close()
      }
    }
    try {
      await ask('admin:changeit@', async (client) => {
        t.match(await client.append('award-a', 'no_stream', proposals(1)), { kind: 'appended' })
        t.ok(Array.isArray(await client.readAll()))
      })
      for (const login of ['admin:wrong@', 'nobody:changeit@', ''])
        await ask(login, async (client) => {
          t.same(await client.readStream('award-a'), refused, login)
          t.same(await client.readAll(), refused, login)
          t.same(await client.append('award-a', 'no_stream', proposals(1), { batch: true }), refused, login)
          const followed = client.follow('start', AWARDS)
          await followed.until('error:access-denied')
        })
      await ask('reader:changeit@', async (client) => {
        t.same(await client.readStream('award-a'), ['award-a@0'])
        t.same(await client.readAll(), refused)
      })
      const stranger = new BareClient(`esdb://admin:changeit@localhost:${double.port}?tls=true`)
      t.same(
        await stranger.readStream('award-a'),
        { kind: 'error', type: 'unavailable' },
        'unknown authority',
      )
      await stranger.close()
      t.equal(double.events().length, 1)
    } finally {
      await double.stop()
    }
  },
)

/** One append of one event on the batch path, as the client would send it. */
function batchOf(stream: string, id: string): streams.BatchAppendReq {
  const options = new streams.BatchAppendReq.Options()
    .setStreamIdentifier(identifierOf(stream))
    .setNoStream(new emptyPb.Empty())
  const message = new streams.BatchAppendReq.ProposedMessage().setId(new shared.UUID().setString(id))
  message.getMetadataMap().set('type', 'AwardTested').set('content-type', 'application/json')
  const request = new streams.BatchAppendReq().setCorrelationId(new shared.UUID().setString(randomUUID()))
  request
    .setOptions(options)
    .setIsFinal(true)
    .addProposedMessages(message.setData(Buffer.from('{}')))
  return request
}
