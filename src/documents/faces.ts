import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fontkit from 'fontkit'

/** The faces that the paper is set in, cut by fonts/cut.sh. */
const FILES = {
  text: 'NotoSerif-Regular',
  italic: 'NotoSerif-Italic',
  display: 'NotoSerifDisplay-Regular',
  armenian: 'NotoSerifArmenian-Regular',
  georgian: 'NotoSerifGeorgian-Regular',
  hebrew: 'NotoSerifHebrew-Regular',
  arabic: 'NotoNaskhArabic-Regular',
} as const
export type Face = keyof typeof FILES
export const FACES = Object.keys(FILES) as readonly Face[]

/** Scripts that the European faces lack, in one upright face each. */
const OTHER_SCRIPTS: readonly Face[] = ['armenian', 'georgian', 'hebrew', 'arabic']

/** Stands for a letter that no face has. PDF/A forbids the empty box of a missing glyph (ISO 19005-3, 6.2.11.8). */
export const REPLACEMENT = '\ufffd'

const fonts = new Map<Face, { readonly data: Buffer; readonly font: fontkit.Font }>()

function opened(face: Face) {
  const known = fonts.get(face)
  if (known) return known
  const data = readFileSync(join(import.meta.dirname, 'fonts', `${FILES[face]}.ttf`))
  const font = fontkit.create(data)
  if (!('hasGlyphForCodePoint' in font)) throw new Error(`${FILES[face]} is no single font`)
  const entry = { data, font }
  fonts.set(face, entry)
  return entry
}

/** A face's file, read once. */
export const faceFile = (face: Face): Buffer => opened(face).data

const has = (face: Face, letter: string) =>
  [...letter].every((character) => opened(face).font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)) &&
  canShape(face, letter)

/** fontkit fails on a mark that the face has no place for on that letter, such as U+0334 on Z: the sheet with it. */
function canShape(face: Face, letter: string): boolean {
  if (!/\p{M}/u.test(letter)) return true
  try {
    opened(face).font.layout(letter)
    return true
  } catch {
    return false
  }
}

/** The face that sets a letter (with its marks) where `wanted` is the face of the text; `undefined` where none has it. */
export function faceFor(letter: string, wanted: Face): Face | undefined {
  return [wanted, ...OTHER_SCRIPTS].find((face) => has(face, letter))
}
