import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Language } from '../pages/speech.ts'

/** A sign-in that was begun here and is being finished at the provider. */
export type Begun = {
  /** The secret of the browser in which it was begun. */
  readonly browser: string
  readonly state: string
  readonly nonce: string
  /** PKCE's (RFC 7636): whoever steals the code alone can do nothing with it. */
  readonly verifier: string
  readonly at: number
}

const MINUTES_10 = 10 * 60_000
const MOST = 10_000
const secret = () => randomBytes(32).toString('base64url')
const isSecret = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Za-z0-9_-]{43}$/.test(text)

/**
 * The sign-ins that were begun at this node, in memory alone, by their state. Each counts once, for ten minutes, in the
 * browser that began it: a callback that somebody else had prepared signs nobody in (RFC 6749, 10.12).
 */
export class BegunSignIns {
  readonly #begun = new LRUCache<string, Begun>({ max: MOST })
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Begins one. A browser keeps its secret, so that two tabs do not disturb each other. */
  begin(language: Language, known: string | undefined): Begun {
    const browser = isSecret(known) ? known : secret()
    // The callback's address can't carry a language; the state comes back with it.
    const state = `${secret()}.${language}`
    const begun = { browser, state, nonce: secret(), verifier: secret(), at: this.#now() }
    this.#begun.set(state, begun)
    return begun
  }

  /** The one that a callback answers; it is gone then. A callback from another browser leaves it where it was. */
  take(state: string, browser: string | undefined): Begun | undefined {
    const begun = this.#begun.get(state)
    if (begun === undefined || begun.browser !== browser) return undefined
    this.#begun.delete(state)
    return this.#now() - begun.at <= MINUTES_10 ? begun : undefined
  }
}

/** The language that a state carries. */
export const languageIn = (state: string): string => state.slice(state.lastIndexOf('.') + 1)
