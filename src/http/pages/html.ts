/** Markup that is safe to send: made by `html` alone. */
export class Html {
  readonly #text: string
  constructor(token: typeof TOKEN, text: string) {
    if (token !== TOKEN) throw new TypeError('markup is made by html`…`')
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
}
const TOKEN = Symbol('html')

/** What a hole may hold. An object or a promise does not compile: neither has a text of its own. */
export type Hole = string | number | Html | readonly Html[] | undefined | false

/**
 * Markup with holes. Texts are escaped for elements and for attributes in quotation marks; nothing else may stand around
 * a hole (no unquoted attribute, no script, no style). `undefined` and `false` leave nothing.
 */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  let text = parts[0] ?? ''
  for (const [at, hole] of holes.entries()) text += written(hole) + (parts[at + 1] ?? '')
  return new Html(TOKEN, text)
}

function written(hole: Hole): string {
  if (hole === undefined || hole === false) return ''
  if (typeof hole === 'string') return escaped(hole)
  if (typeof hole === 'number') return String(hole)
  return hole instanceof Html ? hole.toString() : hole.map(String).join('')
}

const NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Characters that turn the direction of what follows them: shown as what they are, since they can forge a name. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g
/** Most texts have none of them. */
const SPECIAL = /[&<>"'\u202a-\u202e\u2066-\u2069]/
const escaped = (text: string): string => (SPECIAL.test(text) ? escapedAll(text) : text)
const escapedAll = (text: string): string =>
  text
    .replace(/[&<>"']/g, (c) => NAMES[c] ?? '')
    .replace(TURNING, (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase()}⟩`)
