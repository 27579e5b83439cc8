import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import { authorize, requireLeader } from './context.ts'
import type { Context } from './context.ts'
import { answerWith, endWith, refusesAtOnce } from './ending.ts'
import { streamDeleted, timedOut, wrongVersion } from './errors.ts'
import { expectedOf, streamNameOf } from './messages.ts'
import type { Expected } from './rules.ts'
import type { AppendResult } from './stored-event.ts'

type Delete = ServerDuplexStream<streams.DeleteReq, streams.DeleteResp>
type Tombstone = ServerDuplexStream<streams.TombstoneReq, streams.TombstoneResp>
type Options = streams.DeleteReq.Options | streams.TombstoneReq.Options

/** Soft deletion: hidden, may be appended to again. */
export function serveDelete(context: Context): (call: Delete) => void {
  return (call) => {
    call.once('data', (request: streams.DeleteReq) => {
      const remove = async (stream: string, expected: Expected) =>
        await context.store.softDelete(stream, expected)
      answer(call, 'delete', request.getOptions(), remove, context)
        .then((position) => position !== undefined && answerWith(call, deleted(position)))
        .catch((error: unknown) => call.emit('error', error))
    })
  }
}

/** Tombstone: closed for ever. */
export function serveTombstone(context: Context): (call: Tombstone) => void {
  return (call) => {
    call.once('data', (request: streams.TombstoneReq) => {
      const remove = async (stream: string, expected: Expected) =>
        await context.store.tombstone(stream, expected)
      answer(call, 'tombstone', request.getOptions(), remove, context)
        .then((position) => position !== undefined && answerWith(call, tombstoned(position)))
        .catch((error: unknown) => call.emit('error', error))
    })
  }
}

/** The position of the deletion; `undefined` where a fault has already ended the call. */
async function answer(
  call: Delete | Tombstone,
  method: 'delete' | 'tombstone',
  options: Options | undefined,
  remove: (stream: string, expected: Expected) => Promise<AppendResult>,
  context: Context,
): Promise<number | undefined> {
  const fault = context.faults.take(method)
  authorize(context, call.metadata, 'user')
  requireLeader(context, call.metadata)
  if (options === undefined) throw new Error('a deletion without options')
  const stream = streamNameOf(options.getStreamIdentifier())
  const expected = expectedOf(options, options.getRevision())
  if (fault !== undefined) {
    if (fault.stored === true && !refusesAtOnce(fault)) await remove(stream, expected)
    endWith(call, fault, context)
    return undefined
  }
  const result = await remove(stream, expected)
  if (result.kind === 'appended') return result.position
  if (result.kind === 'deleted') throw streamDeleted(stream)
  if (result.kind === 'not-ready') throw timedOut()
  throw wrongVersion(stream, expected === 'no-stream' ? '-1' : String(expected), result.actual)
}

function deleted(position: number): streams.DeleteResp {
  const at = new streams.DeleteResp.Position()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streams.DeleteResp().setPosition(at)
}

function tombstoned(position: number): streams.TombstoneResp {
  const at = new streams.TombstoneResp.Position()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streams.TombstoneResp().setPosition(at)
}
