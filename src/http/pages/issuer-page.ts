import type { RegisteredIssuer } from '../../domain/issuer.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'
import type { Speech } from './speech.ts'

/** An issuer with everything that it was ever accredited for. */
export function issuerPage(
  speech: Speech,
  { name, accreditations }: Pick<RegisteredIssuer, 'name' | 'accreditations'>,
): Page {
  const { words, say, sayAll, day } = speech
  return {
    title: name[speech.language] ?? Object.values(name)[0] ?? words.issuer,
    body: html`<h1>${say(name)}</h1><p>${sayAll(name)}</p><section aria-labelledby="accreditations"><h2 id="accreditations">${words.accreditations}</h2><ul class="list">${accreditations.map(
      ({ kinds, from, until, withdrawn }) =>
        html`<li>${kinds.map((kind) => words.kinds[kind] ?? kind).join(', ')}<br><small>${words.since} ${day(from)}${(withdrawn?.from ?? until) && html` ${words.until} ${day(withdrawn?.from ?? until ?? '')}`}</small></li>`,
    )}</ul></section>`,
  }
}
