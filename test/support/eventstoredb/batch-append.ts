import { setTimeout as pause } from 'node:timers/promises'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import rpc from '@eventstore/db-client/generated/status_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import anyPb from 'google-protobuf/google/protobuf/any_pb.js'
import type { Message } from 'google-protobuf'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import { authorize, requireLeader } from './context.ts'
import type { Context } from './context.ts'
import { endWith } from './ending.ts'
import { expectedOf, proposedEvent, streamNameOf } from './messages.ts'
import type { Expected } from './rules.ts'
import type { AppendResult, ProposedEvent } from './stored-event.ts'

type Batch = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>

/** One append on the shared stream, as far as it has come in. */
type Pending = {
  readonly correlationId: shared.UUID | undefined
  readonly options: streams.BatchAppendReq.Options
  readonly events: ProposedEvent[]
  bytes: number
  malformed: boolean
}

/**
 * BatchAppend: one long-lived stream that carries many appends, told apart by their correlation ids. The registry
 * never uses it; it is here so that the client meets what it meets on a real node, where it is the default path.
 */
export function serveBatchAppend(context: Context): (call: Batch) => void {
  return (call) => {
    const pending = new Map<string, Pending>()
    call.on('data', (request: streams.BatchAppendReq) => {
      receive(call, request, pending, context).catch((error: unknown) => call.emit('error', error))
    })
    call.on('end', () => call.end())
  }
}

async function receive(
  call: Batch,
  request: streams.BatchAppendReq,
  pending: Map<string, Pending>,
  context: Context,
) {
  authorize(context, call.metadata, 'user')
  requireLeader(context, call.metadata)
  const key = request.getCorrelationId()?.getString() ?? ''
  const options = request.getOptions()
  if (options !== undefined) {
    const correlationId = request.getCorrelationId()
    pending.set(key, { correlationId, options, events: [], bytes: 0, malformed: false })
  }
  const append = pending.get(key)
  if (append === undefined) return
  for (const message of request.getProposedMessagesList()) {
    const event = proposedEvent(message)
    append.bytes += message.getData_asU8().length
    if (event === undefined) append.malformed = true
    else append.events.push(event)
  }
  if (!request.getIsFinal()) return
  pending.delete(key)
  await answer(call, append, context)
}

async function answer(call: Batch, append: Pending, context: Context): Promise<void> {
  const fault = context.faults.take('batch-append')
  if (fault?.kind === 'slow') await pause(fault.ms)
  else if (fault !== undefined) {
    if (fault.stored === true) await write(append, context)
    return endWith(call, fault, context)
  }
  const result = await write(append, context)
  if (result.kind === 'not-ready') await pause(context.writeTimeoutMs)
  if (call.cancelled) return
  const response = new streams.BatchAppendResp()
    .setCorrelationId(append.correlationId)
    .setStreamIdentifier(append.options.getStreamIdentifier())
  if (result.kind === 'appended') response.setSuccess(successOf(result))
  else response.setError(errorOf(append, result, context))
  call.write(response)
  // Seen on a real node in each of five races: a dropped repeat is answered twice, and the second answer throws in the client.
  if (result.kind === 'not-ready') call.write(response)
}

type Result = AppendResult | { readonly kind: 'too-large' } | { readonly kind: 'malformed' }

async function write({ options, events, bytes, malformed }: Pending, context: Context): Promise<Result> {
  if (malformed) return { kind: 'malformed' }
  if (bytes > context.maxAppendBytes) return { kind: 'too-large' }
  return await context.store.append(
    streamNameOf(options.getStreamIdentifier()),
    expectationOf(options),
    events,
  )
}

function expectationOf(options: streams.BatchAppendReq.Options): Expected {
  return expectedOf(options, options.getStreamPosition())
}

function successOf({
  revision,
  position,
}: AppendResult & { kind: 'appended' }): streams.BatchAppendResp.Success {
  const at = new shared.AllStreamPosition()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streams.BatchAppendResp.Success().setCurrentRevision(String(revision)).setPosition(at)
}

function errorOf(
  append: Pending,
  result: Exclude<Result, { kind: 'appended' }>,
  context: Context,
): rpc.Status {
  switch (result.kind) {
    case 'conflict':
      return packed('WrongExpectedVersion', conflictOf(expectationOf(append.options), result.actual))
    case 'deleted':
      return packed(
        'StreamDeleted',
        new shared.StreamDeleted().setStreamIdentifier(append.options.getStreamIdentifier()),
      )
    case 'not-ready':
      return packed('Timeout', new shared.Timeout())
    case 'too-large':
      return packed(
        'MaximumAppendSizeExceeded',
        new shared.MaximumAppendSizeExceeded().setMaxappendsize(context.maxAppendBytes),
      )
    case 'malformed':
      return packed('BadRequest', new shared.BadRequest().setMessage('Unrecognized Guid format.'))
  }
}

function conflictOf(expected: Expected, actual: number): shared.WrongExpectedVersion {
  const conflict = new shared.WrongExpectedVersion()
  if (actual < 0) conflict.setCurrentNoStream(new emptyPb.Empty())
  else conflict.setCurrentStreamRevision(String(actual))
  if (expected === 'any') conflict.setExpectedAny(new emptyPb.Empty())
  else if (expected === 'stream-exists') conflict.setExpectedStreamExists(new emptyPb.Empty())
  else if (expected === 'no-stream') conflict.setExpectedNoStream(new emptyPb.Empty())
  else conflict.setExpectedStreamPosition(String(expected))
  return conflict
}

function packed(name: string, message: Message): rpc.Status {
  const details = new anyPb.Any()
  details.pack(message.serializeBinary(), `event_store.client.${name}`)
  return new rpc.Status().setMessage(name).setDetails(details)
}
