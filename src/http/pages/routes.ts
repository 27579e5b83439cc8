import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { readCertificateId } from '../../domain/certificate-id.ts'
import type { RegisteredIssuer } from '../../domain/issuer.ts'
import type { RegisteredOrganization } from '../../domain/organization.ts'
import type { ConvenedSession } from '../../domain/session.ts'
import { countReceived, listCertificates } from '../../queries/certificates.ts'
import { type DocumentKind, documentAnswer, documentState } from '../../queries/documents.ts'
import type { Registry } from '../../registry.ts'
import type { TransparencyLog } from '../../tlog/transparency-log.ts'
import { assets } from './assets.ts'
import { certificateRoute } from './certificate-route.ts'
import type { readiness } from '../health-routes.ts'
import { type Page, sendPage } from './layout.ts'
import { operationsPage } from './operations-page.ts'
import { issuerPage } from './issuer-page.ts'
import { frontPage, missingPage, organizationPage } from './other-pages.ts'
import { sessionPage } from './session-page.ts'
import { searchAnswer } from './search-route.ts'
import { type Speech, speechOf } from './speech.ts'

type Query = Readonly<Record<string, unknown>>
const text = (query: unknown, name: string): string => {
  const value = (query as Query)[name]
  return typeof value === 'string' ? value : ''
}

/** The pages for whoever has a certificate in hand. All work without JavaScript, in three languages. */
export const pages: FastifyPluginAsync<{
  registry: Registry
  /** Where the registry is reached from outside; without it the address that was asked at. */
  publicUrl?: string | undefined
  tlog?: TransparencyLog | undefined
  /** Whether credentials and evidence files can be had. */
  signed: boolean
  /** How this node is doing. */
  health: () => ReturnType<typeof readiness>
}> = async (app, { registry, publicUrl, signed, tlog, health }) => {
  await app.register(assets)
  const { readModel } = registry
  const today = () => registry.now().slice(0, 10)
  const names = (id: string) => {
    const found = documentState(readModel, 'organization', id) as RegisteredOrganization | undefined
    return found?.names.at(-1)?.name
  }
  const certificatesOf = (filter: { session?: string }) =>
    listCertificates(readModel, filter, { today: today(), limit: 50 }).certificates

  const show = (
    path: string,
    page: (request: FastifyRequest, speech: Speech, reply: FastifyReply) => Page | Promise<Page>,
  ) =>
    app.get(path, { schema: { hide: true } }, async (request, reply) => {
      const speech = speechOf(request)
      return sendPage(request, reply, speech, await page(request, speech, reply))
    })

  show('/', (_request, speech, reply) => {
    // The one page that may look through a camera, where its reader allows it.
    reply.header('permissions-policy', 'camera=(self), microphone=(), geolocation=()')
    return frontPage(speech, publicUrl)
  })

  // The form of the front page: the ID gets its permanent address.
  app.get('/c', { schema: { hide: true } }, (request, reply) => {
    const [typed, lang] = [text(request.query, 'id'), speechOf(request).language]
    const reading = readCertificateId(typed)
    return reply.redirect(
      `/c/${encodeURIComponent(reading.ok ? reading.id : typed.slice(0, 100))}?lang=${lang}`,
      303,
    )
  })

  await app.register(certificateRoute, { registry, publicUrl, signed, tlog, names })

  show('/operations', async (_request, speech) => operationsPage(speech, await health()))

  show('/search', (request, speech) =>
    searchAnswer({ model: readModel, today: today(), names }, request, speech),
  )

  const found = (kind: DocumentKind, request: FastifyRequest) =>
    documentAnswer(readModel, kind, (request.params as { id: string }).id)
  const nothing = (speech: Speech) => missingPage(speech, { title: speech.words.nothingHere, status: 404 })

  show('/organizations/:id', (request, speech) => {
    const answer = found('organization', request)
    if (!answer) return nothing(speech)
    const [cursor, shown] = [text(request.query, 'cursor'), text(request.query, 'shown')]
    const list = listCertificates(
      readModel,
      { recipient: answer.id },
      { today: today(), limit: 20, before: /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined },
    )
    return organizationPage(speech, {
      id: answer.id,
      state: answer.state as unknown as RegisteredOrganization,
      names,
      lines: list.certificates,
      total: countReceived(readModel, answer.id),
      shown: cursor !== '' && /^\d{1,6}$/.test(shown) ? Number(shown) : 0,
      next: list.next === undefined ? undefined : String(list.next),
    })
  })

  show('/sessions/:id', (request, speech) => {
    const answer = found('session', request)
    if (!answer) return nothing(speech)
    const state = answer.state as unknown as ConvenedSession
    return sessionPage(speech, {
      id: answer.id,
      state,
      persons: answer.persons ?? [],
      names,
      lines: certificatesOf({ session: answer.id }),
    })
  })

  show('/issuers/:id', (request, speech) => {
    const answer = found('issuer', request)
    if (!answer) return nothing(speech)
    const before = text(request.query, 'before')
    const page = { today: today(), limit: 20, before: /^\d{1,15}$/.test(before) ? Number(before) : undefined }
    return issuerPage(speech, {
      id: answer.id,
      state: answer.state as unknown as RegisteredIssuer,
      names,
      ...listCertificates(readModel, { issuer: answer.id }, page),
    })
  })
}
