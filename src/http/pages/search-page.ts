import { STATUSES, type Status } from '../../domain/verdict.ts'
import type { CertificateFilter } from '../../projections/certificate-filter.ts'
import type { SearchHit } from '../../projections/search-scoring.ts'
import type { CertificateLine } from '../../queries/certificates.ts'
import type { LocalizedText } from '../../domain/text.ts'
import { type RestsOn, sessionName } from './basis.ts'
import { html, type Hole, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { awards } from './other-pages.ts'
import { badge, link, more, range } from './parts.ts'
import type { Speech } from './speech.ts'
import { SEARCH_WORDS } from './words/search.ts'

/** What was typed and chosen. */
export type Asked = {
  readonly text: string
  readonly filter: Omit<CertificateFilter, 'recipient' | 'serial'>
  /** How many stand on the pages before. */
  readonly shown: number
  /** Whether some condition could not be read, and was left out. */
  readonly unreadable: boolean
}

/** What can be chosen from. */
export type Choices = {
  readonly kinds: readonly string[]
  readonly issuers: readonly { readonly id: string; readonly name: LocalizedText }[]
  readonly sessions: readonly { readonly id: string; readonly number: number; readonly year: string }[]
}

type Hit = SearchHit & { readonly status?: Status | undefined; readonly session?: RestsOn | undefined }

/** What was found: by text (hits of every kind), or by conditions alone (certificates, the latest first). */
export type Found = {
  readonly hits?: readonly Hit[]
  readonly lines?: readonly CertificateLine[]
  readonly total?: number | undefined
  readonly cut?: boolean
  readonly next?: string | undefined
}

const PATHS: Readonly<Record<string, string>> = {
  organization: '/organizations/',
  certificate: '/c/',
  session: '/sessions/',
  issuer: '/issuers/',
}

/** The search: what was asked for stays in its form, above what was found. */
export function searchPage(speech: Speech, asked: Asked, choices: Choices, found: Found | undefined): Page {
  const { words } = speech
  const own = SEARCH_WORDS[speech.language]
  return {
    title: words.search,
    body: html`<h1>${words.search}</h1>${asked.unreadable && html`<p class="note" role="alert">${own.unreadable}</p>`}${form(speech, asked, choices)}${
      found === undefined
        ? html`<p class="soft">${own.begin}</p>`
        : html`<section aria-live="polite"><h2>${words.found}${found.total !== undefined && found.total > 0 && html` <small>${counted(speech, asked, found)}</small>`}</h2>${found.cut && html`<p class="note">${own.cut}</p>`}${results(speech, asked, found)}</section>`
    }`,
  }
}

const countOf = ({ hits, lines }: Found) => hits?.length ?? lines?.length ?? 0

const counted = (speech: Speech, { shown }: Asked, found: Found): Html =>
  range(speech, shown, countOf(found), found.total ?? 0, found.cut)

function results(speech: Speech, asked: Asked, found: Found): Html {
  const own = SEARCH_WORDS[speech.language]
  const query = { ...asked.filter, q: asked.text }
  if (countOf(found) === 0)
    return found.next === undefined
      ? nothing(speech, asked)
      : html`<p>${own.further}:</p>${more(speech, '/search', { ...query, cursor: found.next })}`
  const shown = asked.shown + countOf(found)
  return html`${found.lines ? awards(speech, found.lines) : hitList(speech, found.hits ?? [])}${more(speech, '/search', { ...query, cursor: found.next, shown })}`
}

const hitList = (speech: Speech, hits: NonNullable<Found['hits']>): Html =>
  html`<ul class="list">${hits.map(
    (hit) =>
      html`<li>${link(speech, `${PATHS[hit.kind]}${hit.id}`, called(speech, hit))} ${hit.status && badge(speech, hit.status)}<br><small>${kindOf(speech, hit.kind)} · ${hit.session ? speech.day(hit.session.startsOn) : hit.id}</small></li>`,
  )}</ul>`

function called(speech: Speech, { id, label = {}, session }: Hit): Html {
  if (session) return sessionName(speech, session)
  return Object.keys(label).length > 0 ? speech.say(label) : html`${id}`
}

const kindOf = ({ words }: Speech, kind: string): string =>
  ({
    organization: words.organization,
    certificate: words.certificate,
    session: words.session,
    issuer: words.issuer,
  })[kind] ?? kind

/** What to do where nothing was found: each condition can be taken away by itself. */
function nothing(speech: Speech, { text, filter }: Asked): Html {
  const { words, language } = speech
  const own = SEARCH_WORDS[language]
  const given = Object.entries({ q: text, ...filter }).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  )
  const conditions = Object.keys(filter).filter((name) => given.some(([one]) => one === name))
  if (conditions.length === 0) return html`<p>${words.nothingFound}</p>`
  const without = (name: string) =>
    new URLSearchParams([...given.filter(([one]) => one !== name), ['lang', language]]).toString()
  return html`<p>${own.nothingWithFilters}</p><ul class="list">${conditions.map(
    (name) =>
      html`<li>${own.without} <a href="/search?${without(name)}">${own[name as keyof Asked['filter']]}</a></li>`,
  )}<li><a href="/search?${new URLSearchParams({ q: text, lang: language }).toString()}">${own.clear}</a></li></ul>`
}

function form(speech: Speech, { text, filter }: Asked, { kinds, issuers, sessions }: Choices): Html {
  const { words, language, say } = speech
  const own = SEARCH_WORDS[language]
  const isNarrowed = Object.values(filter).some((value) => value !== undefined)
  const choice = (
    name: 'status' | 'kind' | 'issuer' | 'session',
    options: readonly (readonly [string, Hole])[],
  ) =>
    html`<div class="field"><label for="${name}">${own[name]}</label><select id="${name}" name="${name}"><option value="">${own.any}</option>${options.map(
      ([value, said]) =>
        html`<option value="${value}"${filter[name] === value && html` selected`}>${said}</option>`,
    )}</select></div>`
  const day = (name: 'from' | 'until') =>
    html`<div class="field"><label for="${name}">${own[name]}</label><input id="${name}" name="${name}" type="date" value="${filter[name] ?? ''}"></div>`
  return html`<form class="ask" action="/search" method="get" role="search">
<label for="q">${words.searchFor}</label>
<div class="row"><input id="q" name="q" type="search" value="${text}" maxlength="200" aria-describedby="q-hint"><input type="hidden" name="lang" value="${language}"><button>${words.search}</button></div>
<small id="q-hint">${words.searchHint}</small>
<details class="narrow"${isNarrowed && html` open`}><summary>${own.narrow}</summary><div class="fields">${choice(
    'status',
    STATUSES.map((status) => [status, words.status[status]]),
  )}${choice(
    'kind',
    kinds.map((kind) => [kind, words.kinds[kind] ?? kind]),
  )}${choice(
    'issuer',
    issuers.map(({ id, name }) => [id, say(name)]),
  )}${choice(
    'session',
    sessions.map(({ id, number, year }) => [id, `${number} (${year})`]),
  )}${day('from')}${day('until')}</div><button class="quiet">${own.apply}</button></details>
</form>`
}
