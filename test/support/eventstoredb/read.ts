import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { ServerWritableStream } from '@grpc/grpc-js'
import { authorize, requireLeader } from './context.ts'
import type { Context } from './context.ts'
import { endWith } from './ending.ts'
import { streamDeleted } from './errors.ts'
import type { Fault } from './faults.ts'
import { eventMessage, notFoundMessage, streamNameOf } from './messages.ts'
import type { Pair } from './messages.ts'
import type { Store } from './store.ts'
import type { StoredEvent } from './stored-event.ts'
import { subscribeToAll, subscribeToStream } from './subscription.ts'
import type { Filter } from './subscription.ts'

type Read = ServerWritableStream<streams.ReadReq, streams.ReadResp>
type Options = streams.ReadReq.Options
type Batches = AsyncIterable<readonly streams.ReadResp[]> | Iterable<readonly streams.ReadResp[]>

const { BACKWARDS } = streams.ReadReq.Options.ReadDirection
const CHUNK = 64

/** Reads and subscriptions, of one stream and of `$all`: all four are one method on the wire. */
export function serveRead(context: Context): (call: Read) => void {
  return (call) => {
    const left = new AbortController()
    call.on('cancelled', () => left.abort())
    call.on('close', () => left.abort())
    serve(call, context, left.signal).catch((error: unknown) => {
      if (!left.signal.aborted) call.emit('error', error)
    })
  }
}

async function serve(call: Read, context: Context, signal: AbortSignal): Promise<void> {
  const options = call.request.getOptions()
  if (options === undefined) throw new Error('a read without options')
  const fault = context.faults.take(options.hasSubscription() ? 'subscribe' : 'read')
  authorize(context, call.metadata, options.hasAll() ? 'admin' : 'user')
  requireLeader(context, call.metadata)
  await pump(call, answersTo(options, context.store, signal), fault, context, signal)
}

/** Writes what there is, as fast as the caller takes it, up to where the fault strikes. */
async function pump(
  call: Read,
  answers: Batches,
  fault: Fault | undefined,
  context: Context,
  signal: AbortSignal,
) {
  let left = fault === undefined ? Infinity : (fault.after ?? 0)
  const strikes = async () => {
    left = Infinity
    if (fault?.kind !== 'slow') return true
    await pause(fault.ms)
    return false
  }
  if (left === 0 && fault !== undefined && (await strikes())) return endWith(call, fault, context)
  for await (const batch of answers) {
    for (const answer of batch) {
      if (signal.aborted) return
      if (!call.write(answer))
        await Promise.race([once(call, 'drain'), once(signal, 'abort')]).catch(() => undefined)
      left -= 1
      if (left === 0 && fault !== undefined && (await strikes())) return endWith(call, fault, context)
    }
  }
  call.end()
}

function answersTo(options: Options, store: Store, signal: AbortSignal): Batches {
  const stream = options.getStream()
  if (stream === undefined) {
    const after = allPosition(options)
    return options.hasSubscription()
      ? subscribeToAll(store, after, filterOf(options), signal)
      : readAll(store, after, options)
  }
  const name = streamNameOf(stream.getStreamIdentifier())
  if (!options.hasSubscription()) return readStream(store, name, options)
  if (stream.hasEnd()) return subscribeToStream(store, name, 'end', signal)
  return subscribeToStream(store, name, stream.hasRevision() ? Number(stream.getRevision()) : -1, signal)
}

/** Forward from a position includes it, backward excludes it; from the start backward there is nothing. */
function* readAll(
  store: Store,
  from: Pair | 'start' | 'end',
  options: Options,
): Generator<readonly streams.ReadResp[]> {
  const count = Number(options.getCount())
  const start = from === 'start' ? 0 : from === 'end' ? store.visible : store.indexAt(from.commit)
  const wanted = options.getFilter() === undefined ? undefined : filterOf(options)?.wants
  let given = 0
  if (options.getReadDirection() === BACKWARDS) {
    for (let index = start - 1; index >= 0 && given < count; index -= 1) {
      const event = store.log[index]
      if (event === undefined || wanted?.(event) === false) continue
      given += 1
      yield [eventMessage(event)]
    }
    return
  }
  for (let index = start; index < store.visible && given < count; index += 1) {
    const event = store.log[index]
    if (event === undefined || wanted?.(event) === false) continue
    given += 1
    yield [eventMessage(event)]
  }
}

function* readStream(store: Store, name: string, options: Options): Generator<readonly streams.ReadResp[]> {
  const events = store.read(name)
  if (events === 'deleted') throw streamDeleted(name)
  if (events === 'missing') {
    yield [notFoundMessage(name)]
    return
  }
  const wanted =
    options.getReadDirection() === BACKWARDS ? backwards(events, options) : forwards(events, options)
  const counted = wanted.slice(0, Number(options.getCount()))
  for (let from = 0; from < counted.length; from += CHUNK)
    yield counted.slice(from, from + CHUNK).map(eventMessage)
}

function forwards(events: readonly StoredEvent[], options: Options): readonly StoredEvent[] {
  const stream = options.getStream()
  if (stream?.hasEnd() === true) return []
  const from = stream?.hasRevision() === true ? Number(stream.getRevision()) : 0
  return events.filter(({ revision }) => revision >= from)
}

function backwards(events: readonly StoredEvent[], options: Options): readonly StoredEvent[] {
  const stream = options.getStream()
  const from =
    stream?.hasEnd() === true ? Infinity : stream?.hasRevision() === true ? Number(stream.getRevision()) : 0
  return events.filter(({ revision }) => revision <= from).toReversed()
}

function allPosition(options: Options): Pair | 'start' | 'end' {
  const all = options.getAll()
  const position = all?.getPosition()
  if (position === undefined) return all?.hasEnd() === true ? 'end' : 'start'
  return { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) }
}

function filterOf(options: Options): Filter | undefined {
  const filter = options.getFilter()
  if (filter === undefined) return undefined
  const byName = filter.getStreamIdentifier()
  const expression = byName ?? filter.getEventType()
  const prefixes = expression?.getPrefixList() ?? []
  const regex = new RegExp(expression?.getRegex() ?? '')
  const matches = (text: string) =>
    prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text)
  return {
    wants: ({ stream, type }) => matches(byName === undefined ? type : stream),
    window: filter.hasMax() ? filter.getMax() : 32,
    interval: Math.max(1, filter.getCheckpointintervalmultiplier()),
  }
}
