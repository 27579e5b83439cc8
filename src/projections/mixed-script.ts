import type { LocalizedText } from '../domain/text.ts'

const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]
/**
 * Words that mix letters of scripts that look alike (Latin, Cyrillic, Greek): a name can be forged that way without a
 * reader's seeing it (Unicode TS 39, mixed-script confusables). Shown with the certificate, never refused: some papers
 * really mix them.
 */
export function mixedScriptWords(texts: readonly LocalizedText[]): readonly string[] {
  const found: string[] = []
  for (const text of texts) for (const written of Object.values(text)) found.push(...mixedWordsOf(written))
  return [...new Set(found)]
}

/** Titles and names recur: what was found in them is remembered, up to a bound. */
const MEMORY = 20_000
const remembered = new Map<string, readonly string[]>()

function mixedWordsOf(written: string): readonly string[] {
  let words = remembered.get(written)
  if (words === undefined) {
    words = mixedWordsIn(written)
    if (remembered.size >= MEMORY) remembered.clear()
    remembered.set(written, words)
  }
  return words
}

/** The same of one text, of which nothing is remembered. */
export const mixedWordsIn = (written: string): readonly string[] =>
  (written.match(/\p{L}+/gu) ?? []).filter(isMixed)

const isMixed = (word: string) => SCRIPTS.filter((script) => script.test(word)).length > 1
