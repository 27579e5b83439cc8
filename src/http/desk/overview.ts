import { listCertificates } from '../../queries/certificates.ts'
import { listProposals } from '../../queries/proposals.ts'
import type { Registry } from '../../registry.ts'
import { html, type Html } from '../pages/html.ts'
import { awards } from '../pages/other-pages.ts'
import { link } from '../pages/parts.ts'
import { proposalList } from './proposals.ts'
import { deskHead } from './sign-in.ts'
import type { Visit } from './visit.ts'

const MOST = 50

/** Where an issuer begins: what can be done, what waits, what was recorded. */
export function overview({ readModel, clock }: Registry, { here, speech, words }: Visit): Html {
  const { role, issuerId } = here.actor
  const filter = role === 'issuer' ? { issuer: issuerId } : {}
  const page = { today: clock.now().slice(0, 10), limit: MOST }
  const { certificates } = listCertificates(readModel, filter, page)
  const { proposals } = listProposals(readModel, { ...filter, status: 'proposed' }, { limit: MOST })
  const rooms = [
    ['/desk/award', words.record],
    ['/desk/sessions', words.sessions],
    ['/desk/organizations', words.organizations],
    ...(role === 'registrar' ? [['/desk/events', words.history] as const] : []),
  ] as const
  return html`${deskHead(speech, here)}<nav class="rooms" aria-label="${speech.words.desk}"><ul>${rooms.map(([path, name]) => html`<li>${link(speech, path, name)}</li>`)}</ul></nav>${
    proposals.length > 0 &&
    html`<section><h2>${words.proposals}</h2>${proposalList(speech, proposals)}</section>`
  }<section><h2>${words.yours}</h2>${
    certificates.length === 0
      ? html`<p class="soft">${words.none}</p>`
      : awards(speech, certificates, '/desk/c/')
  }</section>`
}
