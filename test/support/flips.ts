import { isDeepStrictEqual } from 'node:util'

/** Each JSON document that one changed bit of a text gives and that says something else; what is no JSON is left out. */
export function* flippedJson(text: string): Generator<{ readonly at: number; readonly document: object }> {
  const original: unknown = JSON.parse(text)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (bytes[at] ?? 0) ^ (1 << (at % 7))
    let document: unknown
    try {
      document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(flipped))
    } catch {
      continue
    }
    if (typeof document === 'object' && document !== null && !isDeepStrictEqual(document, original))
      yield { at, document }
  }
}
