import { listCertificates } from '../../queries/certificates.ts'
import { listProposals } from '../../queries/proposals.ts'
import type { Registry } from '../../registry.ts'
import { html, type Html } from '../pages/html.ts'
import { awards } from '../pages/other-pages.ts'
import { link } from '../pages/parts.ts'
import { BATCH_WORDS } from './batch/words.ts'
import { proposalList } from './proposals.ts'
import { deskHead } from './sign-in.ts'
import type { Visit } from './visit.ts'

const MOST = 50

/** Where an issuer begins: what can be done, what waits, what was recorded. `before` is the link of the page before. */
export function overview(
  { readModel, clock }: Registry,
  { here, speech, words }: Visit,
  before: number | undefined,
): Html {
  const { role, issuerId } = here.actor
  const filter = role === 'issuer' ? { issuer: issuerId } : {}
  const page = { today: clock.now().slice(0, 10), limit: MOST, before }
  const { certificates, next } = listCertificates(readModel, filter, page)
  const { proposals } = listProposals(readModel, { ...filter, status: 'proposed' }, { limit: MOST })
  const rooms = [
    ['/desk/award', words.record],
    ['/desk/batch', BATCH_WORDS[speech.language].batch],
    ['/desk/sessions', words.sessions],
    ['/desk/organizations', words.organizations],
    ['/desk/proposals', words.allProposals],
    ...(role === 'registrar' ? [['/desk/events', words.history] as const] : []),
  ] as const
  return html`${deskHead(speech, here)}<nav class="rooms" aria-label="${speech.words.desk}"><ul>${rooms.map(([path, name]) => html`<li>${link(speech, path, name)}</li>`)}</ul></nav>${
    proposals.length > 0 &&
    html`<section><h2>${words.proposals}</h2>${proposalList(speech, proposals)}</section>`
  }<form class="ask" action="/desk/c" method="get"><label for="id">${speech.words.askId}</label><div class="row"><input id="id" name="id" required maxlength="100" autocomplete="off" spellcheck="false"><input type="hidden" name="lang" value="${speech.language}"><button class="quiet">${speech.words.show}</button></div></form><section><h2>${words.yours}</h2>${
    certificates.length === 0
      ? html`<p class="soft">${words.none}</p>`
      : awards(speech, certificates, '/desk/c/')
  }${next !== undefined && html`<p><a href="/desk/?lang=${speech.language}&amp;before=${next}">${speech.words.more}</a></p>`}</section>`
}
