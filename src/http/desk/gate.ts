import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../commands/command.ts'
import type { Registry } from '../../registry.ts'
import { actorOfKeyId } from '../auth.ts'
import type { DeskSession, DeskSessions } from './sessions.ts'
import { textsOf } from './typed.ts'

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
export function isOurs(request: FastifyRequest, { session }: Seated): boolean {
  const [said, word] = [textsOf(request.body)['csrf'] ?? '', session.csrf].map((text) => Buffer.from(text))
  return (
    said !== undefined && word !== undefined && said.length === word.length && timingSafeEqual(said, word)
  )
}

/**
 * Whether a browser says that another site's page sent a form (Fetch Metadata, `Sec-Fetch-Site`). It protects what comes
 * before a session and its word: nobody is signed in as somebody else, or out, by a page that they merely looked at.
 */
export const isFromElsewhere = ({ method, headers }: FastifyRequest): boolean =>
  method === 'POST' && ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']))
