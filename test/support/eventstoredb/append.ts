import { setTimeout as pause } from 'node:timers/promises'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import { authorize, requireLeader } from './context.ts'
import type { Context } from './context.ts'
import { answerWith, endWith, isBrokenOff, refusesAtOnce } from './ending.ts'
import { appendTooLarge, handlerThrew, streamDeleted, timedOut } from './errors.ts'
import type { Fault } from './faults.ts'
import { expectedOf, proposedEvent, streamNameOf } from './messages.ts'
import type { Expected } from './rules.ts'
import type { AppendResult, ProposedEvent } from './stored-event.ts'

type Append = ServerDuplexStream<streams.AppendReq, streams.AppendResp>

/** One append as it came in, read to its end. */
type Request = {
  readonly stream: string
  readonly expected: Expected
  readonly events: readonly ProposedEvent[]
}

/** The classic Append: one call, one append. */
export function serveAppend(context: Context): (call: Append) => void {
  return (call) => {
    const fault = context.faults.take('append')
    answer(call, fault, context).catch((error: unknown) => call.emit('error', error))
  }
}

async function answer(call: Append, fault: Fault | undefined, context: Context): Promise<void> {
  authorize(context, call.metadata, 'user')
  requireLeader(context, call.metadata)
  const request = await receive(call, context.maxAppendBytes)
  if (fault === undefined) return reply(call, request, await append(request, context))
  if (refusesAtOnce(fault)) return endWith(call, fault, context)
  if (fault.kind === 'late-write') {
    await pause(fault.ms)
    return reply(call, request, await append(request, context))
  }
  if (fault.kind === 'slow') return await answerSlowly(call, request, fault, context)
  if (fault.stored === true) await append(request, context)
  endWith(call, fault, context)
}

type Slow = { readonly ms: number; readonly stored?: boolean }

/** Written at once and answered late, or queued first: then a caller that has left by then has written nothing. */
async function answerSlowly(call: Append, request: Request, slow: Slow, context: Context): Promise<void> {
  const early = slow.stored === true ? await append(request, context) : undefined
  await pause(slow.ms)
  if (early === undefined && call.cancelled) return
  reply(call, request, early ?? (await append(request, context)))
}

/** Appends; a write that the server drops is told so after its own timeout, however long the caller waits. */
async function append({ stream, expected, events }: Request, context: Context): Promise<AppendResult> {
  const result = await context.store.append(stream, expected, events)
  if (result.kind === 'not-ready') await pause(context.writeTimeoutMs)
  return result
}

async function receive(call: Append, limit: number): Promise<Request> {
  let options: streams.AppendReq.Options | undefined
  let bytes = 0
  const events: ProposedEvent[] = []
  // Left to itself, the iterator destroys the call at its end, answer and all.
  const messages: AsyncIterable<streams.AppendReq> = call.iterator({ destroyOnReturn: false })
  for await (const message of messages) {
    const proposed = message.getProposedMessage()
    options ??= message.getOptions()
    if (proposed === undefined) continue
    const event = proposedEvent(proposed)
    bytes += proposed.getData_asU8().length
    if (bytes > limit) throw appendTooLarge(limit)
    if (event === undefined) throw handlerThrew()
    events.push(event)
  }
  if (options === undefined || isBrokenOff(call)) throw handlerThrew()
  const expected = expectedOf(options, options.getRevision())
  return { stream: streamNameOf(options.getStreamIdentifier()), expected, events }
}

function reply(call: Append, { stream, expected }: Request, result: AppendResult): void {
  switch (result.kind) {
    case 'appended':
      answerWith(call, successOf(result))
      return
    case 'conflict':
      answerWith(call, conflictOf(expected, result.actual))
      return
    case 'deleted':
      call.emit('error', streamDeleted(stream))
      return
    case 'not-ready':
      call.emit('error', timedOut())
  }
}

function successOf({ revision, position }: AppendResult & { kind: 'appended' }): streams.AppendResp {
  const at = new streams.AppendResp.Position()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  const success = new streams.AppendResp.Success().setCurrentRevision(String(revision)).setPosition(at)
  return new streams.AppendResp().setSuccess(success)
}

function conflictOf(expected: Expected, actual: number): streams.AppendResp {
  const conflict = new streams.AppendResp.WrongExpectedVersion()
  if (actual < 0) conflict.setCurrentNoStream(new shared.Empty())
  else conflict.setCurrentRevision(String(actual))
  if (expected === 'any') conflict.setExpectedAny(new shared.Empty())
  else if (expected === 'stream-exists') conflict.setExpectedStreamExists(new shared.Empty())
  else if (expected === 'no-stream') conflict.setExpectedNoStream(new shared.Empty())
  else conflict.setExpectedRevision(String(expected))
  return new streams.AppendResp().setWrongExpectedVersion(conflict)
}
