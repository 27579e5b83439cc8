import type { LocalizedText } from '../domain/text.ts'

const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]
/** Beyond ASCII at all: nearly every text in one alphabet is let through by one look. */
const MIXED =
  /[\p{Script=Cyrillic}\p{Script=Greek}][^\s]*[a-z]|[a-z][^\s]*[\p{Script=Cyrillic}\p{Script=Greek}]/iu

/**
 * Words that mix letters of scripts that look alike (Latin, Cyrillic, Greek): a name can be forged that way without a
 * reader's seeing it (Unicode TS 39, mixed-script confusables). Shown with the certificate, never refused: some papers
 * really mix them.
 */
export function mixedScriptWords(texts: readonly LocalizedText[]): readonly string[] {
  const found: string[] = []
  for (const text of texts)
    for (const written of Object.values(text))
      if (MIXED.test(written)) found.push(...(written.match(/\p{L}+/gu) ?? []).filter(isMixed))
  return [...new Set(found)]
}

const isMixed = (word: string) => SCRIPTS.filter((script) => script.test(word)).length > 1
