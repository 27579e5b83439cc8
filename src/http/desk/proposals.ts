import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { exists } from '../../queries/certificates.ts'
import { listProposals, type ProposalAnswer, proposalAnswer } from '../../queries/proposals.ts'
import type { Registry } from '../../registry.ts'
import { certificateIdOf } from '../certificate-id.ts'
import { html, type Html } from '../pages/html.ts'
import { link } from '../pages/parts.ts'
import type { Speech } from '../pages/speech.ts'
import { ProblemError } from '../problem.ts'
import { maySee } from '../proposal-routes.ts'
import { AWARD_WORDS } from './awards/words.ts'
import { form } from './forms.ts'
import { asIssued, preview } from './preview.ts'
import { PROPOSAL_WORDS } from './proposal-words.ts'
import { record } from './record.ts'
import { deskHead, sendDesk } from './sign-in.ts'
import { type DeskHouse, hiddenOf, sentBy, type Tried, type Visit, visitOf } from './visit.ts'

const schema = { hide: true } as const
const MOST = 50
/** What a second person may do, as the catalogue calls it. */
const DECISIONS = ['approve', 'decline'] as const
type Decided = (typeof DECISIONS)[number]
const isDecided = (name: string): name is Decided => (DECISIONS as readonly string[]).includes(name)

/** Awards that wait for a second person: looked at as the public will see them, approved or declined. */
export const proposalDesk: FastifyPluginAsync<{ house: DeskHouse }> = async (app, { house }) => {
  const { registry } = house

  app.get('/proposals', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const { here, speech } = visit
    const filter = here.actor.role === 'issuer' ? { issuer: here.actor.issuerId } : {}
    const { proposals } = listProposals(registry.readModel, filter, { limit: MOST })
    const own = PROPOSAL_WORDS[speech.language]
    const list =
      proposals.length === 0 ? html`<p class="soft">${own.none}</p>` : proposalList(speech, proposals)
    return sendDesk(request, reply, speech, html`${deskHead(speech, here)}<h2>${own.all}</h2>${list}`)
  })

  app.get('/proposals/:id', { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const isDone = (request.query as { done?: string }).done !== undefined
    const page = proposalPage(registry, visit, foundBy(request, visit), undefined, isDone)
    return sendDesk(request, reply, visit.speech, page)
  })

  app.post('/proposals/:id/:decision', { schema }, async (request, reply) => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const { decision = '' } = request.params as { decision?: string }
    if (!isDecided(decision)) throw new ProblemError('not-found')
    const { typed, speech } = sent
    const found = foundBy(request, sent)
    const recorded = await record(registry, sent.asking, {
      name: `proposal.${decision}`,
      id: found.id,
      input: decision === 'approve' ? {} : { reason: typed['reason'] ?? '' },
      once: typed['once'],
      fieldOf: (pointer) => pointer.slice(1),
    })
    if ('errors' in recorded) {
      const page = proposalPage(registry, sent, found, { typed, errors: recorded.errors, decision })
      return sendDesk(request, reply, speech, page, 422)
    }
    const path = decision === 'approve' ? `/desk/c/${found.id}` : `/desk/proposals/${found.id}`
    return reply.redirect(`${path}?done=1&lang=${speech.language}`, 303)
  })

  function foundBy(request: FastifyRequest, { here }: Visit): ProposalAnswer {
    const id = certificateIdOf((request.params as { id: string }).id)
    const found = proposalAnswer(registry.readModel, id)
    if (!found || !maySee(here.actor, found)) throw new ProblemError('proposal-not-found')
    return found
  }
}

/** Proposals in a list, each with what became of it. */
export const proposalList = (speech: Speech, proposals: readonly ProposalAnswer[]): Html => {
  const own = PROPOSAL_WORDS[speech.language]
  return html`<ul class="list">${proposals.map(
    ({ id, recordedAt, state }) =>
      html`<li>${link(speech, `/desk/proposals/${id}`, speech.say(state.content.title))} <strong>${own[state.status]}</strong><br><small>${own.proposedBy} ${state.by} · ${speech.instant(recordedAt)}</small></li>`,
  )}</ul>`
}

function proposalPage(
  registry: Registry,
  visit: Visit,
  { id, state }: ProposalAnswer,
  tried?: Tried & { readonly decision: Decided },
  isDone?: boolean,
): Html {
  const { here, speech, words } = visit
  const own = PROPOSAL_WORDS[speech.language]
  const award = asIssued(state.content)
  const isUnissued = state.status === 'approved' && !exists(registry.readModel, id)
  const fate =
    state.status === 'approved'
      ? html`<p>${own.approvedBy} <strong>${state.approvedBy}</strong>${!isUnissued && html` · ${link(speech, `/desk/c/${id}`, own.certificate)}`}</p>`
      : state.status === 'declined' &&
        html`<p>${own.declinedBy} <strong>${state.declinedBy}</strong>: <bdi>${state.reason}</bdi></p><p><a href="/desk/award?like=${id}&amp;lang=${speech.language}">${AWARD_WORDS[speech.language].another}</a></p>`
  const isMine = state.by === here.actor.name
  const ask = (decision: Decided, submit: string) =>
    form({
      action: `/desk/proposals/${id}/${decision}`,
      submit,
      fields: decision === 'decline' ? [{ name: 'reason', label: words.reason, required: true }] : [],
      hidden: hiddenOf(visit, tried?.typed),
      again: words.again,
      ...(tried?.decision === decision && { typed: tried.typed, errors: tried.errors }),
    })
  return html`${deskHead(speech, here)}${isDone && state.status === 'proposed' && html`<p class="note good" role="status">${own.sent}</p>`}<p>${link(speech, '/desk/', words.back)}</p><p>${own.proposedBy} <strong>${state.by}</strong> · ${own[state.status]}</p>${fate}${award.status === 'issued' && preview(registry, speech, award, {})}${isMine && state.status === 'proposed' && html`<p class="note">${own.yours}</p>`}${isUnissued && html`<p class="note">${own.unissued}</p>`}${(isUnissued || (state.status === 'proposed' && !isMine)) && ask('approve', own.approve)}${
    state.status === 'proposed' &&
    html`<details><summary>${isMine ? own.takeBack : own.decline}</summary>${ask('decline', isMine ? own.takeBack : own.decline)}</details>`
  }`
}
