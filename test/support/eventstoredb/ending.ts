import { constants } from 'node:http2'
import type { ServerHttp2Stream } from 'node:http2'
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js'
import type { Context } from './context.ts'
import { grpcError, notLeader, notReady } from './errors.ts'
import type { Fault } from './faults.ts'

/** Any call of the double: every method is served as a stream, so that it can end without an answer. */
export type Call<Request, Response> =
  | ServerDuplexStream<Request, Response>
  | ServerWritableStream<Request, Response>

/** Ends a call with its one answer. (`end` of grpc-js takes trailers, not an answer.) */
export function answerWith<Request, Response>(
  call: ServerDuplexStream<Request, Response>,
  answer: Response,
): void {
  call.write(answer)
  call.end()
}

/** Ends a call the way its fault says, in place of the answer. */
export function endWith<Request, Response>(
  call: Call<Request, Response>,
  fault: Fault,
  context: Context,
): void {
  switch (fault.kind) {
    case 'no-answer':
    case 'slow':
    case 'late-write':
      return
    case 'clean-end':
      call.end()
      return
    case 'status':
      call.emit('error', grpcError(fault.code, 'a fault of the double'))
      return
    case 'not-leader':
      call.emit('error', notLeader(fault.leader))
      return
    case 'not-ready':
      call.emit('error', notReady())
      return
    case 'rst-stream':
      resetStream(call)
      return
    case 'reset':
      context.door.cut(call.getPeer())
      return
    case 'freeze':
      context.door.freeze()
      if (fault.ms !== undefined) setTimeout(() => context.door.thaw(), fault.ms)
      return
    case 'restart':
      void context.restart(fault.ms)
  }
}

function resetStream(call: object): void {
  wireOf(call).close(constants.NGHTTP2_CANCEL)
}

/**
 * Whether the caller broke off. What it had sent until then ends like any other call here, in the same turn and before
 * grpc-js says that it is cancelled; a real node reads an error there, and writes nothing of half an append.
 */
export function isBrokenOff(call: object): boolean {
  const stream = wireOf(call)
  return stream.aborted || stream.destroyed || stream.rstCode !== constants.NGHTTP2_NO_ERROR
}

/** grpc-js has no public way to one HTTP/2 stream: it lies two fields below the call. */
function wireOf(call: object): ServerHttp2Stream {
  const { stream } = (call as { call: { stream?: ServerHttp2Stream } }).call
  if (stream === undefined) throw new Error('this grpc-js keeps its HTTP/2 stream elsewhere')
  return stream
}

/** Whether a fault refuses a call before anything is done. */
export function refusesAtOnce({ kind }: Fault): boolean {
  return kind === 'not-leader' || kind === 'not-ready'
}
