import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { assess } from '../../credentials/verdict.ts'
import { readCertificateId } from '../../domain/certificate-id.ts'
import { plainDate } from '../../domain/date.ts'
import type { LocalizedText } from '../../domain/text.ts'
import { currentIssuer } from '../../queries/accreditation.ts'
import { certificateAnswer, verdictOn } from '../../queries/certificates.ts'
import { isErased } from '../../queries/persons.ts'
import { timelineOf } from '../../queries/timeline.ts'
import { VersionedCache } from '../../queries/versioned-cache.ts'
import type { ReadModel } from '../../projections/read-model.ts'
import type { Registry } from '../../registry.ts'
import { recordedOf } from '../../signing/recorded.ts'
import type { TransparencyLog } from '../../tlog/transparency-log.ts'
import { certificateIdOf } from '../certificate-id.ts'
import { restsOn } from './basis.ts'
import { certificatePage, type CertificateView } from './certificate-page.ts'
import { type Page, render, sendRendered } from './layout.ts'
import { missingPage } from './other-pages.ts'
import { qrCode } from './qr.ts'
import { rawProofs } from './raw-proofs.ts'
import { type Speech, speechOf } from './speech.ts'

/** Where the other forms of a certificate are, by media type. */
const FORMS: Readonly<Record<string, string>> = {
  'application/json': '',
  'application/pdf': '/document.pdf',
  'application/vc': '/credential',
  'application/vc+jwt': '/credential.jwt',
}

/** How many bytes of pages a node keeps: on the day a certificate is handed out, many look at the same one. */
const MOST_BYTES = 16 * 1024 * 1024
/** What a page is made of. Names of persons lie elsewhere, and go with an erasure alone. */
const TABLES = ['certificate', 'issuer', 'organization', 'session', 'erased_person'] as const

type Options = {
  readonly registry: Registry
  readonly publicUrl?: string | undefined
  readonly signed: boolean
  readonly tlog?: TransparencyLog | undefined
  readonly names: (organizationId: string) => LocalizedText | undefined
}

/**
 * A page, and whether it may be kept: not where its proofs are still to come, where a name can't be shown at present, or
 * where one is shown that was just erased.
 */
type Shown = { readonly page: Page; readonly keep: boolean }

/** The permanent address of a certificate: its page, the way to its other forms, and its QR code. */
export const certificateRoute: FastifyPluginAsync<Options> = async (
  app,
  { registry, publicUrl, signed, tlog, names },
) => {
  const { readModel } = registry
  const kept = new VersionedCache(
    readModel,
    TABLES,
    new LRUCache<string, Buffer>({
      maxSize: MOST_BYTES,
      sizeCalculation: (page, key) => page.length + key.length,
    }),
  )
  // An erasure leaves no name in memory until somebody asks.
  const silence = registry.listen((events) => {
    if (events.some(({ kind }) => kind === 'person')) kept.forget()
  })
  app.addHook('onClose', async () => silence())
  const nameOf = rememberedNames(readModel, names)
  const issuerName = (issuerId: string) => {
    const issuer = currentIssuer(readModel, issuerId)
    return issuer.status === 'registered' ? issuer.name : undefined
  }
  const signs = (issuerId: string) => {
    const issuer = currentIssuer(readModel, issuerId)
    return issuer.status === 'registered' && (issuer.signingKeys ?? []).length > 0
  }
  // One address, many forms: a program that asks for another than the page is sent to it.
  app.addHook('onRequest', (request, reply, done) => {
    const id = request.routeOptions.url === '/c/:id' ? (request.params as { id: string }).id : undefined
    const wanted = id !== undefined && request.accepts().type(['text/html', ...Object.keys(FORMS)])
    const form = typeof wanted === 'string' ? FORMS[wanted] : undefined
    if (id === undefined || form === undefined) return done()
    reply.redirect(`/api/v1/certificates/${encodeURIComponent(id)}${form}`, 303)
  })

  app.get('/c/:id', { schema: { hide: true } }, async (request, reply) => {
    const speech = speechOf(request)
    const stale = registry.projector.staleMs !== undefined
    const key = `${registry.now().slice(0, 10)} ${speech.language} ${request.url}`
    const known = stale ? undefined : kept.get(key)
    if (known) return sendRendered(reply, speech, known, 200)
    const versions = kept.versions()
    const { page, keep } = await shown(request, speech, stale)
    const bytes = Buffer.from(render(request.url, speech, page))
    if (!stale && keep && page.status === undefined) kept.set(key, bytes, versions)
    return sendRendered(reply, speech, bytes, page.status ?? 200)
  })

  const shown = async (request: FastifyRequest, speech: Speech, stale: boolean): Promise<Shown> => {
    const { words } = speech
    const typed = (request.params as { id: string }).id
    const missing = (title: string, hint: string | undefined, said: string, status: number): Shown => ({
      page: missingPage(speech, { title, typed: said, status, ...(hint !== undefined && { hint }) }),
      keep: false,
    })
    const reading = readCertificateId(typed)
    if (!reading.ok)
      return reading.problem === 'malformed'
        ? missing(words.malformed, words.askHint, typed, 400)
        : missing(words.mistyped, words.mistypedHint, typed, 400)
    const { id } = reading
    const { at: asked = '' } = request.query as { at?: string }
    if (asked !== '' && !plainDate.safeParse(asked).success) return missing(words.badDate, undefined, id, 400)
    const now = registry.now()
    const found = certificateAnswer(readModel, id, { at: asked === '' ? now.slice(0, 10) : asked })
    const timeline = timelineOf(readModel, id)
    if (found.kind !== 'found' || !timeline) return missing(words.unknown, words.unknownHint, id, 404)
    const answer = JSON.parse(found.body.toString()) as Pick<
      CertificateView,
      'at' | 'verdict' | 'certificate'
    > & {
      readonly accreditation: { readonly accredited: boolean }
      readonly persons?: CertificateView['persons']
    }
    const { certificate, accreditation, persons = [] } = answer
    const register = (one: string) => recordedOf(readModel, one, now)
    const { raw, pending } = rawProofs(readModel, tlog, {
      id,
      issuerId: certificate.issuerId,
      status: verdictOn(readModel, id, now.slice(0, 10))?.status ?? answer.verdict.status,
      changes: timeline.entries.length,
    })
    const page = certificatePage(speech, {
      ...answer,
      assessment: await assess({ kind: 'id', id }, { now, at: answer.at, register }),
      accredited: accreditation.accredited,
      persons,
      timeline,
      raw,
      names: nameOf,
      stale,
      rests: (basis) => restsOn(readModel, basis, names),
      correctedAt: timeline.entries.flatMap(({ type, recordedAt }) =>
        type === 'AwardCorrected' ? [recordedAt] : [],
      ),
      issuer: issuerName(certificate.issuerId),
      signed: signed && signs(certificate.issuerId),
    })
    const isShown = persons.every(
      ({ state, personId }) => state === 'shown' && !isErased(readModel, personId),
    )
    return { page, keep: isShown && !pending }
  }

  app.get('/c/:id/qr.svg', { schema: { hide: true } }, (request, reply) => {
    const id = certificateIdOf((request.params as { id: string }).id)
    const address = `${publicUrl ?? `${request.protocol}://${request.host}`}/c/${id}`
    return reply
      .type('image/svg+xml')
      .header('cache-control', 'public, max-age=86400')
      .header('content-security-policy', "default-src 'none'")
      .send(qrCode(address).toString())
  })
}

/** Names of organisations, read once for as long as none of them changes. */
function rememberedNames(model: ReadModel, names: Options['names']): Options['names'] {
  const known = new VersionedCache(
    model,
    ['organization'],
    new LRUCache<string, { readonly name: LocalizedText | undefined }>({ max: 10_000 }),
  )
  return (id) => {
    const found = known.get(id)
    if (found) return found.name
    const versions = known.versions()
    const name = names(id)
    known.set(id, { name }, versions)
    return name
  }
}
