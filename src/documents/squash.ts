/** A text without its spaces, which a typesetter moves about, and the way back to what was written. */
export type Squashed = {
  readonly letters: string
  /** Whether no line ends between the letter before this place and the one behind it. */
  readonly isWithinLine: (at: number) => boolean
  /** What was written between two places, its spaces made one. */
  readonly slice: (from: number, to: number) => string
}

const SPACE = /[\s\u00ad]/u

/** In NFC, as the register's own texts are. */
export function squashed(written: string): Squashed {
  const text = written.normalize('NFC')
  const places: number[] = []
  const kept: string[] = []
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    if (SPACE.test(letter)) continue
    places.push(at)
    kept.push(letter)
  }
  const letters = kept.join('')
  const place = (at: number) => places[at] ?? text.length
  return {
    letters,
    isWithinLine: (at) =>
      at > 0 && at < letters.length && !text.slice(place(at - 1), place(at)).includes('\n'),
    slice: (from, to) =>
      from >= to
        ? ''
        : text
            .slice(place(from), place(to - 1) + 1)
            .replace(/\s+/gu, ' ')
            .trim(),
  }
}
