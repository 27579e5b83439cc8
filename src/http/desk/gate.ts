import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../commands/command.ts'
import type { Registry } from '../../registry.ts'
import { actorOfKeyId } from '../auth.ts'
import type { Typed } from './forms.ts'
import type { DeskSession, DeskSessions } from './sessions.ts'

/** The cookie that holds a session's secret. */
export const COOKIE = 'desk'

/** Who is at the desk. */
export type Seated = { readonly actor: Actor; readonly session: DeskSession }

/** Who is signed in; nobody any more where the key was revoked or is past its last day. */
export function seated(
  registry: Registry,
  sessions: DeskSessions,
  request: FastifyRequest,
): Seated | undefined {
  const session = sessions.find(request.cookies[COOKIE])
  const actor = session && actorOfKeyId(registry, session.keyId)
  return session && actor && { session, actor }
}

/** Whether a form is one of ours: a page of somebody else does not know the session's word. */
export const isOurs = (request: FastifyRequest, { session }: Seated): boolean =>
  (request.body as Typed | undefined)?.['csrf'] === session.csrf
