import type { RegisteredOrganization } from '../../domain/organization.ts'
import type { LocalizedText } from '../../domain/text.ts'
import type { CertificateLine } from '../../queries/certificates.ts'
import { askForFile, scanWithCamera } from '../check/form.ts'
import { CHECK_SCRIPT } from '../check/scripts.ts'
import { html, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { askForId, askForText, badge, link, more, range, rows } from './parts.ts'
import type { Speech } from './speech.ts'

type Names = (organizationId: string) => LocalizedText | undefined
/** Asks for an ID or a file, and helps to search where there is neither. */
export const frontPage = (speech: Speech, publicUrl: string | undefined): Page => ({
  title: speech.words.check,
  script: CHECK_SCRIPT,
  body: html`<h1>${speech.words.tagline}</h1>${askForId(speech)}${scanWithCamera(speech, publicUrl)}${askForFile(speech)}${askForText(speech)}`,
})

/** What an unknown or mistyped ID, or an unknown address, is answered with: what is wrong and how to go on. */
export const missingPage = (
  speech: Speech,
  {
    title,
    hint,
    typed,
    status,
  }: { readonly title: string; readonly hint?: string; readonly typed?: string; readonly status: number },
): Page => ({
  title,
  status,
  body: html`<h1>${title}</h1>${hint && html`<p>${hint}</p>`}${askForId(speech, typed)}${askForText(speech)}`,
})

/** Certificates in a list, each with a link behind `path`. */
export const awards = (speech: Speech, lines: readonly CertificateLine[], path = '/c/'): Html =>
  lines.length === 0
    ? html`<p class="soft">${speech.words.noAwards}</p>`
    : html`<ul class="list">${lines.map(
        ({ id, verdict, certificate }) =>
          html`<li>${link(speech, `${path}${id}`, speech.say(certificate.title))} ${badge(speech, verdict.status)}<br><small><span class="id">${id}</span> · ${speech.day(certificate.issuedOn)}</small></li>`,
      )}</ul>`

/** An organisation with every name it ever held and every certificate it received. */
export function organizationPage(
  speech: Speech,
  {
    id,
    state,
    names,
    lines,
    total,
    shown,
    next,
  }: {
    readonly id: string
    readonly state: RegisteredOrganization
    readonly names: Names
    readonly lines: readonly CertificateLine[]
    /** How many certificates it received, and how many stand on earlier pages. */
    readonly total: number
    readonly shown: number
    readonly next?: string | undefined
  },
): Page {
  const { words, say, sayAll, day } = speech
  const current = state.names.at(-1)?.name ?? { en: id }
  const parent = state.parents.at(-1)?.parent ?? undefined
  return {
    title: current[speech.language] ?? Object.values(current)[0] ?? id,
    body: html`<h1>${say(current)}</h1>${rows([
      [
        words.names,
        html`${state.names.map(({ name, from, until }) => html`<div>${sayAll(name)}${(from || until) && html`<small>${from && html`${words.since} ${day(from)} `}${until && html`${words.until} ${day(until)}`}</small>`}</div>`)}`,
      ],
      [words.alsoKnown, state.aliases.length > 0 && html`${state.aliases.map((alias) => sayAll(alias))}`],
      [
        words.partOf,
        parent && link(speech, `/organizations/${parent}`, say(names(parent) ?? { en: parent })),
      ],
    ])}<section aria-labelledby="awards"><h2 id="awards">${words.awards}</h2>${total > 0 && html`<p class="soft">${range(speech, shown, lines.length, total)}</p>`}${awards(speech, lines)}${more(speech, `/organizations/${id}`, { cursor: next, shown: shown + lines.length })}</section>`,
  }
}
