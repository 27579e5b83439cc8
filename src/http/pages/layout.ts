import type { FastifyReply, FastifyRequest } from 'fastify'
import { STYLE_PATH } from './assets.ts'
import { html, type Html } from './html.ts'
import { LANGUAGES, type Speech } from './speech.ts'

/** Nothing is run, and nothing comes from elsewhere. */
const POLICY =
  "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** As `POLICY`, for a page with a script of ours, which may ask this house and no other. */
const POLICY_WITH_SCRIPT = `${POLICY}; script-src 'self'; connect-src 'self'`

export type Page = {
  readonly title: string
  readonly body: Html
  readonly status?: number
  /** The address of a script that adds comfort; the page works without. */
  readonly script?: string | undefined
  /** What stands in the head besides. */
  readonly head?: Html | undefined
}

/** Sends a page in the reader's language, with the links to the same page in the others. */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  speech: Speech,
  page: Page,
): FastifyReply {
  const rendered = render(request.url, speech, page)
  return sendRendered(reply, speech, rendered, page.status ?? 200, page.script !== undefined)
}

/** The whole page as text. */
export const render = (url: string, speech: Speech, page: Page): string => whole(url, speech, page).toString()

/** Sends what `render` made. */
export function sendRendered(
  reply: FastifyReply,
  { language }: Speech,
  page: string | Buffer,
  status: number,
  hasScript = false,
): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', hasScript ? POLICY_WITH_SCRIPT : POLICY)
    .header('content-language', language)
    .header('vary', 'accept, accept-language')
    .header('cache-control', 'no-store')
    .header('x-robots-tag', 'noindex')
    .send(page)
}

function whole(url: string, { language, words }: Speech, { title, body, script, head }: Page): Html {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${words.registry}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${STYLE_PATH}">${script && html`<script src="${script}" type="module"></script>`}${head}
</head>
<body>
<a class="skip" href="#main">${words.skip}</a>
<header>
<a class="home" href="/?lang=${language}">${words.registry}</a>
<nav aria-label="${words.language}"><ul>${Object.entries(LANGUAGES).map(
    ([tag, { name }]) =>
      html`<li><a href="${inLanguage(url, tag)}" lang="${tag}" hreflang="${tag}"${tag === language ? html` aria-current="true"` : ''}>${name}</a></li>`,
  )}</ul></nav>
</header>
<main id="main" tabindex="-1">${body}</main>
<footer><a href="/search?lang=${language}">${words.search}</a><a href="/verify-offline.html">${words.offline}</a><a href="/tlog/checkpoint">${words.verifyUs}</a><a href="/desk/?lang=${language}">${words.forRecorders}</a><a href="/operations?lang=${language}">${words.operations.operations}</a><a href="/docs">${words.api}</a></footer>
</body>
</html>
`
}

function inLanguage(url: string, tag: string): string {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  searchParams.set('lang', tag)
  return `${pathname}?${searchParams}`
}
