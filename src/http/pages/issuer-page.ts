import type { RegisteredIssuer } from '../../domain/issuer.ts'
import type { LocalizedText } from '../../domain/text.ts'
import type { CertificateLine } from '../../queries/certificates.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'
import { awards } from './other-pages.ts'
import { link, rows } from './parts.ts'
import type { Speech } from './speech.ts'

/** An issuer: whom it records for, everything that it was ever accredited for, and what it recorded. */
export function issuerPage(
  speech: Speech,
  {
    id,
    state,
    names,
    certificates,
    next,
  }: {
    readonly id: string
    readonly state: Pick<RegisteredIssuer, 'name' | 'body' | 'accreditations' | 'approval'>
    readonly names: (organizationId: string) => LocalizedText | undefined
    readonly certificates: readonly CertificateLine[]
    readonly next?: number | undefined
  },
): Page {
  const { words, say, sayAll, day, language } = speech
  const { name, body, accreditations, approval } = state
  return {
    title: name[language] ?? Object.values(name)[0] ?? words.issuer,
    body: html`<h1>${say(name)}</h1>${rows([
      [words.names, sayAll(name)],
      [words.actsFor, body && link(speech, `/organizations/${body}`, say(names(body) ?? { en: body }))],
    ])}${approval?.required && html`<p>${words.twoPersons}</p>`}<section aria-labelledby="accreditations"><h2 id="accreditations">${words.accreditations}</h2><ul class="list">${accreditations.map(
      ({ kinds, from, until, withdrawn }) =>
        html`<li>${kinds.map((kind) => words.kinds[kind] ?? kind).join(', ')}<br><small>${words.since} ${day(from)}${(withdrawn?.from ?? until) && html` ${words.until} ${day(withdrawn?.from ?? until ?? '')}`}</small></li>`,
    )}</ul></section><section aria-labelledby="issued"><h2 id="issued">${words.issued}</h2>${awards(speech, certificates)}${next !== undefined && html`<p><a href="/issuers/${id}?lang=${language}&amp;before=${next}">${words.more}</a></p>`}</section>`,
  }
}
