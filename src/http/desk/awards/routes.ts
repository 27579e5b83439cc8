import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { certificateAnswer, type CertificateLine } from '../../../queries/certificates.ts'
import type { ShownPerson } from '../../../queries/persons.ts'
import { certificateIdOf } from '../../certificate-id.ts'
import type { Html } from '../../pages/html.ts'
import { speechOf } from '../../pages/speech.ts'
import { ProblemError } from '../../problem.ts'
import type { Typed } from '../forms.ts'
import { preview, rehearsedAward } from '../preview.ts'
import { type Asked, record, rehearsed, type Wrong } from '../record.ts'
import { sendDesk } from '../sign-in.ts'
import { type DeskHouse, sentBy, type Sent, type Visit, visitOf } from '../visit.ts'
import { actPage, confirmPage } from './act-page.ts'
import { actionField, actionInput, isAction } from './actions.ts'
import { asksForTwo, awardPage } from './award-page.ts'
import { correctionPage } from './correction-page.ts'
import { correctionField, correctionInput, emptied, type Standing } from './corrections.ts'
import { awardField, awardInput } from './input.ts'
import { withDecided } from './decided.ts'
import { typedLike } from './like.ts'
import { AWARD_WORDS } from './words.ts'

const schema = { hide: true } as const
const idIn = (request: FastifyRequest) => certificateIdOf((request.params as { id: string }).id)

/** Recording awards, and what happens to them. */
export const awardDesk: FastifyPluginAsync<{ house: DeskHouse }> = async (app, { house }) => {
  const { registry } = house

  app.get('/award', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const { like } = request.query as { like?: unknown }
    const typed = typeof like === 'string' ? typedLike(registry.readModel, visit, like) : undefined
    const page = awardPage(registry, visit, typed && { typed, errors: [] })
    return sendForm(request, reply, visit, page)
  })

  app.post('/award', { schema }, async (request, reply) => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const typed = withDecided(registry.readModel, sent.typed)
    const more = typed['do'] === 'more' ? { rows: String((Number(typed['rows']) || 1) + 1) } : {}
    const now: Typed = { ...typed, ...more }
    const page = (errors: Wrong['errors'], seen?: Html, status = 200) =>
      sendForm(request, reply, sent, awardPage(registry, sent, { typed: now, errors }, seen), status)
    if (now['do'] === 'more') return page([])
    const isProposed = now['do'] === 'propose' || asksForTwo(registry, sent.here.actor.issuerId)
    const asked: Asked = {
      name: isProposed ? 'proposal.propose' : 'certificate.issue',
      input: awardInput(sent.here.actor.issuerId, now),
      once: now['once'],
      fieldOf: (pointer) => awardField(now, pointer),
    }
    if (now['do'] !== 'preview') {
      const recorded = await record(registry, sent.asking, asked)
      if ('errors' in recorded) return page(recorded.errors, undefined, 422)
      return done(reply, `/desk/${isProposed ? 'proposals' : 'c'}/${recorded.id}`, sent)
    }
    const seen = await previewOf(sent, asked)
    return 'errors' in seen ? page(seen.errors, undefined, 422) : page([], seen.html)
  })

  // The form of the overview: the ID gets its address.
  app.get('/c', { schema }, (request, reply) => {
    const { id } = request.query as { id?: unknown }
    const typed = typeof id === 'string' ? id.slice(0, 100) : ''
    const { language } = speechOf(request)
    return reply.redirect(`/desk/c/${encodeURIComponent(typed.trim() || '-')}?lang=${language}`, 303)
  })

  app.get('/c/:id', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const isDone = (request.query as { done?: string }).done !== undefined
    const page = actPage(visit, standingOf(idIn(request)).line, undefined, isDone)
    return sendDesk(request, reply, visit.speech, page)
  })

  app.get('/c/:id/correct', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const standing = standingOf(idIn(request))
    return sendForm(request, reply, visit, correctionPage(registry.readModel, visit, standing))
  })

  app.post('/c/:id/correct', { schema }, async (request, reply) => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const { typed } = sent
    const standing = standingOf(idIn(request))
    const own = AWARD_WORDS[sent.speech.language]
    const page = (errors: Wrong['errors'], seen?: Html, status = 200) =>
      sendForm(
        request,
        reply,
        sent,
        correctionPage(registry.readModel, sent, standing, { typed, errors }, seen),
        status,
      )
    const gone = emptied(standing, typed, own.notEmptied)
    if (gone.length > 0) return page(gone, undefined, 422)
    // A form made before somebody else's correction must not undo it.
    const { changes, reason } = correctionInput(standing, typed)
    const asked: Asked = {
      name: 'certificate.correct',
      id: standing.line.id,
      input: { changes, reason },
      once: typed['once'],
      expected: /^\d{1,15}$/.test(typed['revision'] ?? '') ? BigInt(typed['revision'] ?? '') : undefined,
      fieldOf: (pointer) => correctionField(changes, typed, pointer),
    }
    const isSeen = typed['seen'] === '1' && typed['do'] !== 'preview'
    const answer = isSeen ? await record(registry, sent.asking, asked) : await previewOf(sent, asked)
    if ('errors' in answer) return page(answer.errors, undefined, 422)
    if ('html' in answer) return page([], answer.html)
    return done(reply, `/desk/c/${standing.line.id}`, sent)
  })

  app.post('/c/:id/:action', { schema }, async (request, reply) => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const { action = '' } = request.params as { action?: string }
    if (!isAction(action)) throw new ProblemError('not-found')
    const { typed } = sent
    const { line } = standingOf(idIn(request))
    const asked: Asked = {
      name: `certificate.${action}`,
      id: line.id,
      input: actionInput(action, typed),
      once: typed['once'],
      fieldOf: actionField,
    }
    const isSeen = typed['seen'] === '1' && typed['do'] !== 'preview'
    const answer = isSeen ? await record(registry, sent.asking, asked) : await previewOf(sent, asked)
    const tried = { typed, errors: 'errors' in answer ? answer.errors : [], action }
    if ('errors' in answer) return sendDesk(request, reply, sent.speech, actPage(sent, line, tried), 422)
    if ('html' in answer)
      return sendDesk(request, reply, sent.speech, confirmPage(sent, line.id, action, tried, answer.html))
    return done(reply, `/desk/c/${line.id}`, sent)
  })

  /** What the public would see once it is recorded. */
  async function previewOf({ asking, speech }: Sent, asked: Asked): Promise<{ readonly html: Html } | Wrong> {
    const tried = await rehearsed(registry, asking, asked)
    if ('errors' in tried) return tried
    const award = await rehearsedAward(tried.rehearsal, tried.id)
    if (award.status !== 'issued') return { errors: [] }
    const known = asked.id === undefined ? {} : { id: asked.id }
    return { html: preview(registry, speech, award, { ...known, opened: tried.rehearsal.opened }) }
  }

  /** A certificate as it stands today. */
  function standingOf(id: string): Standing & { readonly line: CertificateLine } {
    const found = certificateAnswer(registry.readModel, id, { at: registry.now().slice(0, 10) })
    if (found.kind !== 'found') throw new ProblemError('award-not-found')
    const line = JSON.parse(found.body.toString()) as CertificateLine & {
      readonly persons?: readonly ShownPerson[]
    }
    return { line, certificate: line.certificate, persons: line.persons ?? [] }
  }
}

const sendForm = (
  request: FastifyRequest,
  reply: FastifyReply,
  { speech }: Visit,
  body: Html,
  status = 200,
): FastifyReply => sendDesk(request, reply, speech, body, status, true)

const done = (reply: FastifyReply, path: string, { speech }: Visit): FastifyReply =>
  reply.redirect(`${path}?done=1&lang=${speech.language}`, 303)
