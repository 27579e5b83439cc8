import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { LocalizedText } from '../../domain/text.ts'
import { html, type Html } from './html.ts'
import { en, type Words } from './words/en.ts'
import { ky } from './words/ky.ts'
import { ru } from './words/ru.ts'

/** The languages that pages speak; the first is the first case's own, English what everybody else is answered in. */
export const LANGUAGES = { ky, ru, en } as const satisfies Record<string, Words>
export type Language = keyof typeof LANGUAGES

const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag)

/** A language with its words, dates and numbers. */
export type Speech = {
  readonly language: Language
  readonly words: Words
  /** A day (`2024-11-06`) in the reader's words. */
  readonly day: (date: string) => Html
  /** The same where no markup can stand: in an option, in JSON. */
  readonly plainDay: (date: string) => string
  /** An instant in the reader's words, in UTC. */
  readonly instant: (instant: string) => Html
  /** A text in the language nearest to the reader's, marked as what it is. */
  readonly say: (text: LocalizedText) => Html
  /** A text in all its languages, the nearest first; `framed` puts something around that one, such as a link. */
  readonly sayAll: (text: LocalizedText, framed?: (said: Html) => Html) => Html
}

/** By `?lang=` or a form's `lang`, else by Accept-Language, else English. */
export function speechOf(request: FastifyRequest): Speech {
  const { lang = (request.body as { lang?: unknown } | undefined | null)?.lang } = request.query as {
    lang?: unknown
  }
  if (typeof lang === 'string' && isLanguage(lang)) return SPEECH[lang]
  if (request.headers['accept-language'] === undefined) return SPEECH.en
  const wanted = request.accepts().language(Object.keys(LANGUAGES))
  return SPEECH[typeof wanted === 'string' && isLanguage(wanted) ? wanted : 'en']
}

/** By the tag of a language, where pages speak it. */
export const speechIfAny = (tag: string): Speech | undefined => (isLanguage(tag) ? SPEECH[tag] : undefined)

function speechIn(language: Language): Speech {
  // The order of day, month and year that everybody but one country reads, as on the papers.
  const locale = language === 'en' ? 'en-GB' : language
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  const instants = new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  // Intl takes its time, and pages say the same days over and over.
  const said = new LRUCache<string, Html>({ max: 2_000 })
  const plainDay = (date: string) => days.format(new Date(`${date}T00:00:00Z`))
  return {
    language,
    words: LANGUAGES[language],
    plainDay,
    day: (date) => {
      const known = said.get(date)
      if (known) return known
      const made = html`<time datetime="${date}">${plainDay(date)}</time>`
      said.set(date, made)
      return made
    },
    instant: (instant) => html`<time datetime="${instant}">${instants.format(new Date(instant))} UTC</time>`,
    say: (text) => {
      const tag = nearest(text, language)
      return spoken(tag, text[tag] ?? '')
    },
    sayAll: (text, framed = (said) => said) => {
      const first = nearest(text, language)
      const others = Object.keys(text).filter((tag) => tag !== first)
      return html`<span class="said">${framed(spoken(first, text[first] ?? ''))}</span>${others.map((tag) => html`<span class="said">${spoken(tag, text[tag] ?? '')}</span>`)}`
    },
  }
}

/** `dir=auto` and isolation keep a text of the other direction to itself. */
const spoken = (tag: string, text: string): Html => html`<bdi lang="${tag}">${text}</bdi>`

function nearest(text: LocalizedText, language: Language): string {
  const order = { ky: ['ky', 'ru', 'en'], ru: ['ru', 'ky', 'en'], en: ['en', 'ru', 'ky'] } as const
  return order[language].find((tag) => text[tag] !== undefined) ?? Object.keys(text)[0] ?? language
}

const SPEECH: Readonly<Record<Language, Speech>> = {
  ky: speechIn('ky'),
  ru: speechIn('ru'),
  en: speechIn('en'),
}
