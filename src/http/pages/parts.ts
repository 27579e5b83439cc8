import type { Status } from '../../domain/verdict.ts'
import type { ShownPerson } from '../../queries/persons.ts'
import { html, type Hole, type Html } from './html.ts'
import type { Speech } from './speech.ts'

/** The form that asks for a certificate. */
export const askForId = (
  { words, language }: Speech,
  typed = '',
): Html => html`<form class="ask" action="/c" method="get">
<label for="id">${words.askId}</label>
<div class="row"><input id="id" name="id" value="${typed}" required maxlength="100" autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="XXXX-XXXX-XXXX-XXXX-X" aria-describedby="id-hint"><input type="hidden" name="lang" value="${language}"><button>${words.check}</button></div>
<small id="id-hint">${words.askHint}</small>
</form>`

/** The form that searches. */
export const askForText = (
  { words, language }: Speech,
  typed = '',
): Html => html`<form class="ask" action="/search" method="get" role="search">
<label for="q">${words.searchFor}</label>
<div class="row"><input id="q" name="q" type="search" value="${typed}" maxlength="200" aria-describedby="q-hint"><input type="hidden" name="lang" value="${language}"><button>${words.search}</button></div>
<small id="q-hint">${words.searchHint}</small>
</form>`

/** Rows of names and values; those without a value are left out. */
export const rows = (pairs: readonly (readonly [string, Hole])[]): Html =>
  html`<dl>${pairs
    .filter(([, value]) => value !== undefined && value !== false && value !== '')
    .map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`

/** A person as far as may be shown. */
export function person({ words, sayAll }: Speech, shown: ShownPerson | undefined): Html {
  if (shown?.state === 'shown')
    return html`${sayAll(shown.name)}${shown.position && html`<small>${sayAll(shown.position)}</small>`}`
  return html`<span class="soft">${shown?.state === 'erased' ? words.notShown : words.nameUnavailable}</span>`
}

/** A certificate's status as a small badge. */
export const badge = ({ words }: Speech, status: Status): Html =>
  html`<span class="badge ${status}">${words.status[status]}</span>`

const SHAPES: Readonly<Record<Status, Html>> = {
  valid: html`<circle cx="24" cy="24" r="21"/><path d="M14 25l7 7 13-15"/>`,
  suspended: html`<circle cx="24" cy="24" r="21"/><path d="M19 16v16M29 16v16"/>`,
  revoked: html`<path d="M16 4h16l12 12v16L32 44H16L4 32V16z"/><path d="M17 17l14 14M31 17L17 31"/>`,
  superseded: html`<path d="M16 4h16l12 12v16L32 44H16L4 32V16z"/><path d="M14 24h19M26 16l8 8-8 8"/>`,
  expired: html`<circle cx="24" cy="24" r="21"/><path d="M24 12v12l8 6"/>`,
  'not-yet-valid': html`<circle cx="24" cy="24" r="21" stroke-dasharray="5 4"/><path d="M24 12v12l8 6"/>`,
}

/** A status as a shape, for who does not see colours. */
export const shape = (status: Status): Html =>
  html`<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${SHAPES[status]}</svg>`

/** A link within the pages that keeps the language. */
export const link = ({ language }: Speech, path: string, text: Hole): Html =>
  html`<a href="${path}?lang=${language}">${text}</a>`

/** Which of how many are shown: `21–40 / 1,234`. `atLeast`: there may be more than were counted. */
export function range(
  { language }: Speech,
  before: number,
  shown: number,
  total: number,
  atLeast = false,
): Html {
  const numbers = new Intl.NumberFormat(language)
  return html`${numbers.format(before + 1)}–${numbers.format(before + shown)} / ${numbers.format(total)}${atLeast && '+'}`
}

/** The way to the next page, which keeps what was asked for. */
export function more(
  { words, language }: Speech,
  path: string,
  asked: Readonly<Record<string, string | number | undefined>>,
): Html | undefined {
  if (asked['cursor'] === undefined) return undefined
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== '')
  const query = new URLSearchParams([
    ...given.map(([name, value]) => [name, String(value)]),
    ['lang', language],
  ])
  return html`<p><a rel="next" href="${path}?${query.toString()}">${words.more}</a></p>`
}
