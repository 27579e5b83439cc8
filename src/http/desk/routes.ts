import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import type { FastifyPluginAsync } from 'fastify'
import type { Registry } from '../../registry.ts'
import { speechOf } from '../pages/speech.ts'
import { sessionDesk } from './convened/routes.ts'
import { batchDesk } from './batch/routes.ts'
import { awardDesk } from './awards/routes.ts'
import type { AuditHouse } from './audit/room.ts'
import { auditRooms } from './audit/rooms.ts'
import { findingDesk } from './finding.ts'
import { isFromElsewhere, seated } from './gate.ts'
import { oidc } from './oidc.ts'
import { organizationDesk } from './organizations/routes.ts'
import { overview } from './overview.ts'
import { proposalDesk } from './proposals.ts'
import type { Provider } from './provider.ts'
import { DeskSessions } from './sessions.ts'
import { refuseForm, sendDesk, signingIn } from './sign-in.ts'
import { visitOf } from './visit.ts'

const MAX_FORM = 256 * 1024

/** The desk: what issuers record in forms that work without a script, whoever signed in. */
export const desk: FastifyPluginAsync<{
  registry: Registry
  publicUrl?: string | undefined
  /** What the auditor's rooms look at besides. */
  audit: Omit<AuditHouse, 'registry' | 'sessions'>
  provider?: Provider | undefined
}> = async (app, { registry, publicUrl, audit, provider }) => {
  await app.register(cookie)
  await app.register(formbody, { bodyLimit: MAX_FORM })
  const sessions = new DeskSessions()
  const house = { registry, sessions }
  app.addHook('onRequest', async (request, reply) => {
    if (isFromElsewhere(request)) await refuseForm(request, reply)
  })
  await app.register(auditRooms, { ...audit, registry, sessions })
  const secure = publicUrl?.startsWith('https:') ?? false
  app.decorate('deskProvider', provider)
  await app.register(signingIn, { registry, sessions, secure })
  if (provider) await app.register(oidc, { prefix: '/oidc', registry, sessions, provider, secure })
  await app.register(findingDesk, { house })
  await app.register(awardDesk, { house })
  await app.register(batchDesk, { house, publicUrl })
  await app.register(proposalDesk, { house })
  await app.register(sessionDesk, { house })
  await app.register(organizationDesk, { house })

  app.get('/', { schema: { hide: true } }, (request, reply) => {
    const speech = speechOf(request)
    if (seated(registry, sessions, request)?.actor.role === 'auditor')
      return reply.redirect(`/desk/events?lang=${speech.language}`, 303)
    const visit = visitOf(house, request, reply)
    const { before = '' } = request.query as { before?: string }
    const page = /^\d{1,15}$/.test(before) ? Number(before) : undefined
    return visit ? sendDesk(request, reply, speech, overview(registry, visit, page)) : reply
  })
}
