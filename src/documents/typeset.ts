import bidiFactory, { type Bidi, type EmbeddingLevels } from 'bidi-js'
import { type Face, faceFor, REPLACEMENT } from './faces.ts'

/** How a text is set. */
export type Style = {
  readonly face: Face
  readonly size: number
  /** From one baseline to the next, as a multiple of the size. */
  readonly leading: number
  readonly color: string
  /** Added between letters, in points. */
  readonly spacing?: number
}

/** Letters of one face that stand together, at their place in the line. */
export type Piece = { readonly text: string; readonly face: Face; readonly x: number }
export type Line = { readonly pieces: readonly Piece[]; readonly width: number }

/** `plain`: what is drawn is the text letter by letter, from left to right; else a reader must be told what it says. */
export type SetText = {
  readonly lines: readonly Line[]
  readonly rightToLeft: boolean
  readonly plain: boolean
}

/** The width of a text in a face, in points. */
export type Measure = (text: string, face: Face, style: Style) => number

// Its types speak of an ES module; what Node loads is the function itself.
const bidi = (bidiFactory as unknown as () => Bidi)()
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Scripts written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const BREAKS_AFTER = /[\s\u2010\u2013\u2014/-]$/u

/** A letter with its marks, and where it begins in the text. */
type Letter = { readonly text: string; readonly face: Face; readonly at: number; readonly width: number }

/**
 * Breaks a text into lines no wider than `width`: between words, and within a word that is wider than the line.
 * `balance`: lines of about equal length, for what stands centred.
 */
export function setText(
  text: string,
  style: Style,
  options: { readonly width: number; readonly measure: Measure; readonly balance?: boolean },
): SetText {
  const letters = lettersOf(text, style, options.measure)
  const words = wordsOf(letters)
  const width = options.balance ? balanced(words, options.width) : options.width
  const levels = RIGHT_TO_LEFT.test(text) ? bidi.getEmbeddingLevels(text) : undefined
  const plain = levels === undefined && !letters.some((letter) => isReplaced(letter, text))
  const lines = wrap(words, width).map((line) =>
    lineOf(line, { text, style, levels, measure: options.measure }),
  )
  return { lines, rightToLeft: (levels?.paragraphs[0]?.level ?? 0) === 1, plain }
}

const isReplaced = ({ text, at }: Letter, whole: string) => !whole.startsWith(text, at)

function lettersOf(text: string, style: Style, measure: Measure): readonly Letter[] {
  const widths = new Map<string, number>()
  return Array.from(graphemes.segment(text), ({ segment, index }) => {
    const found = faceFor(segment, style.face)
    const shown = found === undefined ? REPLACEMENT : segment
    const face = found ?? style.face
    const key = `${face} ${shown}`
    const width = widths.get(key) ?? measure(shown, face, style) + (style.spacing ?? 0)
    widths.set(key, width)
    return { text: shown, face, at: index, width }
  })
}

type Word = { readonly letters: readonly Letter[]; readonly width: number; readonly trimmed: number }

function wordsOf(letters: readonly Letter[]): readonly Word[] {
  const words: Letter[][] = [[]]
  for (const letter of letters) {
    const word = words.at(-1)
    word?.push(letter)
    if (BREAKS_AFTER.test(letter.text) && !isLone(word)) words.push([])
  }
  return words.filter((word) => word.length > 0).map(measured)
}

/** A word of one letter («в», «с», «a») does not stand at the end of a line. */
const isLone = (word: readonly Letter[] | undefined) =>
  word?.length === 2 && /^\p{L}\s$/u.test(word.map(({ text }) => text).join(''))

const widthOf = (letters: readonly Letter[]) => letters.reduce((sum, { width }) => sum + width, 0)
const isSpace = ({ text }: Letter) => text.trim() === ''

function measured(letters: readonly Letter[]): Word {
  const visible = letters.slice(0, letters.findLastIndex((letter) => !isSpace(letter)) + 1)
  return { letters, width: widthOf(letters), trimmed: widthOf(visible) }
}

function wrap(words: readonly Word[], width: number): readonly (readonly Letter[])[] {
  const lines: Letter[][] = []
  let line: Letter[] = []
  let used = 0
  const end = () => {
    if (line.length > 0) lines.push(line)
    line = []
    used = 0
  }
  for (const word of words) {
    if (used + word.trimmed > width) end()
    for (const letter of word.letters) {
      if (word.trimmed > width && used + letter.width > width && !isSpace(letter)) end()
      line.push(letter)
      used += letter.width
    }
  }
  end()
  return lines
}

/** The narrowest width that takes no more lines than the full one. */
function balanced(words: readonly Word[], full: number): number {
  const most = wrap(words, full).length
  if (most > 12) return full
  let [low, high] = [full / 2, full]
  for (let step = 0; step < 8; step++) {
    const middle = (low + high) / 2
    if (words.some(({ trimmed }) => trimmed > middle) || wrap(words, middle).length > most) low = middle
    else high = middle
  }
  return high
}

type Setting = {
  readonly text: string
  readonly style: Style
  readonly levels: EmbeddingLevels | undefined
  readonly measure: Measure
}

function lineOf(line: readonly Letter[], setting: Setting): Line {
  const letters = line.slice(0, line.findLastIndex((letter) => !isSpace(letter)) + 1)
  const { style, measure } = setting
  const pieces: Piece[] = []
  let x = 0
  for (const { text, face } of runsOf(letters, setting)) {
    pieces.push({ text, face, x })
    x += measure(text, face, style) + (style.spacing ?? 0) * [...text].length
  }
  // Nobody sees the space at the end, but without it a reader would join two words.
  const last = pieces.at(-1)
  if (last && letters.length < line.length && !setting.levels)
    pieces.splice(-1, 1, { ...last, text: `${last.text} ` })
  return { pieces, width: Math.max(0, x - (style.spacing ?? 0)) }
}

type Run = { readonly text: string; readonly face: Face }

/** Letters in the order in which they stand on paper. A run from right to left keeps its own order: its font turns it. */
function runsOf(letters: readonly Letter[], { text, levels }: Setting): readonly Run[] {
  if (!levels) return joined(letters.map((letter) => ({ ...letter, backwards: false })))
  const first = letters[0]?.at ?? 0
  const last = letters.at(-1)
  const order = bidi.getReorderedIndices(text, levels, first, last ? last.at + last.text.length - 1 : first)
  const byPlace = new Map(letters.map((letter) => [letter.at, letter]))
  return joined(
    order.flatMap((at) => {
      const letter = byPlace.get(at)
      if (!letter) return []
      const backwards = (levels.levels[at] ?? 0) % 2 === 1
      const mirrored = backwards ? bidi.getMirroredCharacter(letter.text) : null
      return [{ ...letter, text: mirrored ?? letter.text, backwards }]
    }),
  )
}

/** What is no letter stands alone in a run from right to left: the font would turn only letters. */
const turns = (text: string) => RIGHT_TO_LEFT.test(text)

function joined(letters: readonly (Run & { readonly backwards: boolean })[]): readonly Run[] {
  const runs: { text: string; face: Face; backwards: boolean }[] = []
  for (const { text, face, backwards } of letters) {
    const run = runs.at(-1)
    const joins = run?.face === face && run.backwards === backwards
    if (run && joins && !backwards) run.text += text
    else if (run && joins && turns(text) && turns(run.text)) run.text = text + run.text
    else runs.push({ text, face, backwards })
  }
  return runs
}
