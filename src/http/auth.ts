import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { readKey } from '../commands/access-key.ts'
import type { Actor, Role } from '../commands/command.ts'
import { findKey } from '../queries/keys.ts'
import type { Registry } from '../registry.ts'
import { ProblemError } from './problem.ts'

/**
 * Who a request's bearer key stands for. Throws `key-required`, or `key-refused` for a key that is malformed, unknown,
 * revoked, past its last day or wrong: which of these it was is nobody's business.
 */
export function actorOf(registry: Registry, request: FastifyRequest): Actor {
  const { authorization } = request.headers
  if (authorization === undefined) throw new ProblemError('key-required')
  return actorOfKey(registry, /^Bearer ([!-~]{1,200})$/i.exec(authorization)?.[1])
}

/** Who an access key stands for. Throws `key-refused` as `actorOf` does. */
export function actorOfKey(registry: Registry, presented: string | undefined): Actor {
  const read = presented === undefined ? undefined : readKey(presented)
  const known = read && findKey(registry.readModel, read.keyId)
  const same = known && timingSafeEqual(Buffer.from(read.sha256, 'hex'), Buffer.from(known.sha256, 'hex'))
  const actor = same ? actorOfKeyId(registry, known.keyId) : undefined
  if (!actor) throw new ProblemError('key-refused')
  return actor
}

/** Who the access key of an ID stands for; `undefined` where it is unknown, revoked or past its last day. */
export function actorOfKeyId(registry: Registry, keyId: string): Actor | undefined {
  const known = findKey(registry.readModel, keyId)
  if (!known || known.revoked) return undefined
  if (known.until !== undefined && known.until < registry.now().slice(0, 10)) return undefined
  return { name: `${known.issuerId}/${known.keyId}`, role: known.role, issuerId: known.issuerId }
}

/** As `actorOf`, for what anybody may do: no key, or a bad one, is nobody. */
export function actorIfAny(registry: Registry, request: FastifyRequest): Actor | undefined {
  if (request.headers.authorization === undefined) return undefined
  try {
    return actorOf(registry, request)
  } catch (error) {
    if (error instanceof ProblemError) return undefined
    throw error
  }
}

/** As `actorOf`, for what only some roles may do. */
export function actorWithRole(registry: Registry, request: FastifyRequest, roles: readonly Role[]): Actor {
  const actor = request.actor ?? actorOf(registry, request)
  if (!roles.includes(actor.role))
    throw new ProblemError('forbidden', `This takes a key of role ${roles.join(' or ')}.`)
  return actor
}
