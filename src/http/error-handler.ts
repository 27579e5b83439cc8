import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { EventTooLargeError, LogUnavailableError } from '../log/event-log.ts'
import { PersonalStoreUnavailableError } from '../personal/personal-store.ts'
import { UnreadableCursorError } from '../projections/search-query.ts'
import { UnusableKeyError } from '../signing/signing-keys.ts'
import { bodyOf, ProblemError } from './problem.ts'
import { type ProblemKind, PROBLEMS } from './problem-table.ts'

/** Seconds after which a refused writer may come back. */
const RETRY_AFTER = 5
/** More wrong parts of one request than these are not listed: a body may hold a million. */
const MOST_ERRORS = 50

/** The only sender of problems: whatever a handler throws ends here. */
export function sendProblem(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemOf(error)
  if (problem.kind === 'internal-error') request.log.error({ err: error, reqId: request.id }, 'failed')
  if (problem.kind === 'key-unusable')
    request.log.error({ fault: error.message, reqId: request.id }, 'key unusable')
  const { status } = PROBLEMS[problem.kind]
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="registry"')
  if (status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_AFTER)
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify(bodyOf(problem, request.id)))
}

/** The problem that an error is told as. */
export function problemOf(error: FastifyError | Error): ProblemError {
  if (error instanceof ProblemError) return error
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error)
  if (error instanceof UnreadableCursorError) return badCursor()
  if (error instanceof EventTooLargeError) return new ProblemError('event-too-large', error.message)
  if (error instanceof LogUnavailableError) return new ProblemError('log-unavailable')
  if (error instanceof UnusableKeyError) return new ProblemError('key-unusable')
  if (error instanceof PersonalStoreUnavailableError) return new ProblemError('personal-store-unavailable')
  return ofFastify(error)
}

export const badCursor = () =>
  new ProblemError('invalid-request', undefined, [
    { pointer: '/cursor', detail: 'is no cursor of this list; start without one' },
  ])

function invalidRequest(error: unknown): ProblemError {
  if (!hasZodFastifySchemaValidationErrors(error)) return new ProblemError('invalid-request')
  const errors = error.validation.flatMap(({ instancePath, message, params }) => {
    const { keys } = params as { keys?: readonly string[] }
    if (keys === undefined) return [{ pointer: instancePath, detail: message ?? 'is not valid' }]
    const base = instancePath === '/' ? '' : instancePath
    return keys.map((key) => ({
      pointer: `${base}/${escaped(key)}`,
      detail: 'is not known here; leave it out or mend its name',
    }))
  })
  const where = 'validationContext' in error ? String(error.validationContext) : 'request'
  return new ProblemError(
    'invalid-request',
    `In the ${where}: ${errors[0]?.pointer ?? ''} ${errors[0]?.detail ?? ''}`,
    errors.slice(0, MOST_ERRORS),
  )
}

/** A member's name within a JSON Pointer (RFC 6901, 3). */
const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')

const BY_CODE: Readonly<Record<string, ProblemKind>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_NOT_FOUND: 'not-found',
  FST_ERR_BAD_URL: 'malformed-url',
  FST_ERR_MAX_PARAM_LENGTH: 'url-too-long',
}

function ofFastify(error: FastifyError | Error): ProblemError {
  const code = 'code' in error ? String(error.code) : ''
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  const kind = BY_CODE[code]
  if (kind) return new ProblemError(kind)
  if (error instanceof SyntaxError && status === 400) return new ProblemError('malformed-json')
  if (status === 413) return new ProblemError('body-too-large')
  if (status === 429) return new ProblemError('too-many-requests')
  if (status >= 400 && status < 500) return new ProblemError('request-refused', error.message)
  return new ProblemError('internal-error')
}
