import type { FastifyRequest } from 'fastify'
import { ProblemError } from './problem.ts'

/** A revision as a strong entity tag (RFC 9110, 8.8.3). */
export const etagOf = (revision: bigint | string) => `"${revision}"`

/**
 * The revision that `If-Match` names. `*` and no header at all ask for nothing; a weak tag never matches (RFC 9110,
 * 13.1.1), and neither does one that no revision prints.
 */
export function expectedRevision(request: FastifyRequest): bigint | undefined {
  const header = request.headers['if-match']
  if (header === undefined || header.trim() === '*') return undefined
  const digits = /^"(0|[1-9][0-9]{0,15})"$/.exec(header.trim())?.[1]
  if (digits === undefined)
    throw new ProblemError('precondition-failed', 'If-Match takes one strong ETag such as "3".')
  return BigInt(digits)
}

/** The `Idempotency-Key`: 1 to 255 printable ASCII characters. */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  if (typeof header === 'string' && /^[ -~]{1,255}$/.test(header)) return header
  throw new ProblemError('invalid-request', 'Idempotency-Key takes 1 to 255 printable ASCII characters.', [
    { pointer: '/headers/idempotency-key', detail: 'is not 1 to 255 printable ASCII characters' },
  ])
}
