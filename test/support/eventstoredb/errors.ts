import { Metadata, status } from '@grpc/grpc-js'
import type { ServiceError } from '@grpc/grpc-js'

export type Endpoint = { readonly host: string; readonly port: number }

/** An error status as gRPC carries it: a code, a text, and trailers that the client takes apart. */
export function grpcError(
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): ServiceError {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value)
  return Object.assign(new Error(details), { code, details, metadata })
}

/** This node doesn't lead; the one that does is named. */
export function notLeader({ host, port }: Endpoint): ServiceError {
  return grpcError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  })
}

/** As in the first seconds of a node, and during an election. */
export function notReady(): ServiceError {
  return grpcError(status.UNAVAILABLE, 'Server Is Not Ready')
}

/** What a dropped write gets when the server's own time is up: the outcome is unknown, and in truth often a success. */
export function timedOut(): ServiceError {
  return grpcError(status.ABORTED, 'Operation timed out: Prepare phase timeout.')
}

/** The stream was tombstoned. */
export function streamDeleted(stream: string): ServiceError {
  return grpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  })
}

/** A deletion that expected another revision; `-1` stands for an absent stream. */
export function wrongVersion(stream: string, expected: string, actual: number): ServiceError {
  return grpcError(status.FAILED_PRECONDITION, 'Delete failed due to WrongExpectedVersion.', {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': expected,
    'actual-version': String(actual),
  })
}

/** The events of one append are larger than the server allows. */
export function appendTooLarge(limit: number): ServiceError {
  return grpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  })
}

/** What any exception inside a handler of the real server turns into, a malformed UUID among them. */
export function handlerThrew(): ServiceError {
  return grpcError(status.UNKNOWN, 'Exception was thrown by handler.')
}

/** Known, but not allowed; or nobody at all. */
export function accessDenied(): ServiceError {
  return grpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })
}

/** A wrong password, or an unknown name. */
export function unauthenticated(): ServiceError {
  return grpcError(status.UNAUTHENTICATED, 'Bad HTTP response, status code: 401')
}
