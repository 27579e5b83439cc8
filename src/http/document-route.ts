import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { CertificateId } from '../domain/certificate-id.ts'
import { KeptPapers } from '../documents/kept-papers.ts'
import { type PaperFound, paperOf } from '../documents/paper-of.ts'
import type { PaperLanguage } from '../documents/paper.ts'
import type { Press } from '../documents/press.ts'
import type { Registry } from '../registry.ts'
import type { CredentialIssuer } from '../signing/credential-issuer.ts'
import { certificateIdOf } from './certificate-id.ts'
import { ProblemError, problems } from './problem.ts'

type Options = {
  readonly registry: Registry
  readonly issuer?: CredentialIssuer | undefined
  readonly publicUrl?: string | undefined
  readonly press: Press
}

/**
 * A certificate as PDF, made when it is asked for and kept by everything that it says, so it is never stale. What is
 * kept may show names of persons: an erasure drops it all, the moment this node hears of it.
 */
export const documentRoute: FastifyPluginAsyncZod<Options> = async (
  app,
  { registry, issuer, publicUrl, press },
) => {
  const papers = new KeptPapers((paper) => press.print(paper))
  const base = issuer?.base ?? publicUrl ?? 'http://localhost'
  const silence = registry.listen((events) => {
    if (events.some(({ kind }) => kind === 'person')) papers.forget()
  })
  app.addHook('onClose', async () => silence())

  app.get(
    '/certificates/:id/document.pdf',
    {
      schema: {
        summary: 'A certificate on paper',
        description:
          'PDF/A-3a, tagged, with the credential attached where its issuer signs. Its status is not on it: the QR code leads there.',
        tags: ['certificates'],
        params: z.object({ id: z.string().max(100) }),
        querystring: z.strictObject({
          lang: z
            .enum(['ky', 'ru', 'en'])
            .optional()
            .meta({ description: 'The language of the paper’s own words; that of its title without it.' }),
        }),
        response: problems,
      },
    },
    async (request, reply) => {
      const id = certificateIdOf(request.params.id)
      const paper = await found({ registry, base, issuer }, id, request.query.lang)
      const tag = papers.tagOf(paper)
      reply.header('etag', tag).header('cache-control', 'private, no-cache')
      if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag)) return reply.code(304).send()
      const pdf = await papers.pdfOf(paper)
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="certificate-${id}.pdf"`)
        .send(pdf)
    },
  )
}

/**
 * Signing comes first, since it takes time; what is read then is read at once. Where the certificate changed meanwhile,
 * the credential would say something else than the sheet: both are made again.
 */
async function found(
  house: {
    readonly registry: Registry
    readonly base: string
    readonly issuer: CredentialIssuer | undefined
  },
  id: CertificateId,
  language: PaperLanguage | undefined,
): Promise<PaperFound> {
  const { registry, base, issuer } = house
  const recorded = paperOf(registry.readModel, id, { base })
  if (!recorded) throw new ProblemError('award-not-found')
  const signed = await issuer?.versionedCredential(id, recorded.paper.recordedAt)
  const credential = typeof signed === 'object' ? JSON.stringify(signed) : undefined
  const paper = paperOf(registry.readModel, id, { base, credential, language })
  if (!paper) throw new ProblemError('award-not-found')
  return paper.revision === recorded.revision ? paper : found(house, id, language)
}
