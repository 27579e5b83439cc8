import type { PaperField } from './paper.ts'
import type { Style } from './typeset.ts'

/** A4 in points, and where text may stand on it. */
export const SHEET = { width: 595.28, height: 841.89, top: 80, bottom: 82, side: 78 } as const
/** Where the foot of a page stands: the baseline of its line. */
export const FOOT = SHEET.height - 52

const INNER = SHEET.width - 2 * SHEET.side
const LABELS = 122

/** A column of the sheet. */
export type Column = { readonly x: number; readonly width: number }
export const COLUMNS = {
  full: { x: SHEET.side, width: INNER },
  narrow: { x: SHEET.side + 36, width: INNER - 72 },
  labels: { x: SHEET.side, width: LABELS - 12 },
  values: { x: SHEET.side + LABELS, width: INNER - LABELS },
} as const

export const COLORS = { ink: '#1c242c', accent: '#2b4a6f', grey: '#56616c', hair: '#b9c2cb' } as const

export const BODY = 10.5
/** The size by the length of the text. */
export const TITLE_SIZES = [
  [48, 29],
  [80, 25],
  [130, 21],
  [220, 17],
  [500, 13.5],
] as const
export const NAME_SIZES = [
  [60, 21],
  [140, 17],
  [300, 13.5],
] as const

const style = (face: Style['face'], size: number, color: string, leading: number, spacing = 0): Style => ({
  face,
  size,
  color,
  leading,
  spacing,
})

export const STYLES = {
  body: style('text', 10.5, COLORS.accent, 1.45, 0.25),
  bodyOther: style('italic', 8.8, COLORS.grey, 1.4),
  title: style('display', 29, COLORS.ink, 1.24),
  titleOther: style('italic', 11.5, COLORS.grey, 1.4),
  label: style('italic', 9.5, COLORS.accent, 1.3, 0.15),
  name: style('display', 21, COLORS.ink, 1.26),
  nameOther: style('italic', 11.5, COLORS.grey, 1.4),
  citation: style('text', BODY, COLORS.ink, 1.5),
  small: style('italic', 9, COLORS.grey, 1.4),
  rowLabel: style('italic', 9.5, COLORS.accent, 1.45),
  rowValue: style('text', 9.5, COLORS.ink, 1.45),
  id: style('text', 14, COLORS.ink, 1.3, 0.9),
  note: style('text', 8.2, COLORS.grey, 1.5),
  address: style('text', 8.6, COLORS.accent, 1.5),
  foot: style('italic', 8, COLORS.grey, 1.2),
} as const satisfies Readonly<Record<string, Style>>

export type Tag = 'H1' | 'H2' | 'P' | 'Lbl' | 'LBody'

/** A text in a column. */
export type Part = {
  /** Of which fact it is; none where the words are the paper's own. */
  readonly field?: PaperField
  readonly text: string
  readonly language: string
  readonly tag: Tag
  readonly style: Style
  readonly align: 'left' | 'center'
  readonly column: Column
}

/** What stands side by side, below what came before it. Breaks over pages between its lines. */
export type Block = {
  /** Points above it; none at the head of a page. */
  readonly before: number
  /** Its share of the space that a sheet with little on it has left. */
  readonly flex?: number
  /** Its last line stands on one page with what follows. */
  readonly keep?: boolean
  readonly parts: readonly Part[]
  /** A line of the list of details. */
  readonly item?: boolean
  readonly ornament?: boolean
  readonly rule?: boolean
}
