import { COLORS, FOOT, SHEET } from './design.ts'
import { lineHeight, type Page, type Placed, type SetBlock, type SetPart } from './pages.ts'
import { type Line, type Measure, setText, type Style } from './typeset.ts'

type Doc = PDFKit.PDFDocument
type Element = PDFKit.PDFStructureElement

/** Where the baseline lies in a line, from its upper edge, as a share of its height. */
const BASELINE = 0.74

/** Widths as the document will draw them. */
export const measureIn =
  (doc: Doc): Measure =>
  (text, face, style) =>
    doc
      .font(face)
      .fontSize(style.size)
      .widthOfString(text, { characterSpacing: style.spacing ?? 0 })

/** Draws a line whose left edge and upper edge are given. */
export function drawLine(
  doc: Doc,
  line: Line,
  style: Style,
  at: { readonly x: number; readonly y: number },
): void {
  const baseline = at.y + style.size * style.leading * BASELINE
  for (const { text, face, x } of line.pieces) {
    doc.font(face).fontSize(style.size).fillColor(style.color)
    doc.text(text, at.x + x, baseline, {
      lineBreak: false,
      baseline: 'alphabetic',
      characterSpacing: style.spacing ?? 0,
    })
  }
}

/** Draws what has no meaning of its own: readers skip it (ISO 32000-1, 14.8.2.2). */
export function artifact(doc: Doc, draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
  doc.markContent('Artifact', { type })
  draw()
  doc.endMarkedContent()
}

/** The frame of a page, and which page it is where there are several. */
export function drawSurroundings(doc: Doc, foot: string | undefined, style: Style): void {
  artifact(doc, () => {
    const { width, height } = SHEET
    doc
      .lineWidth(0.9)
      .strokeColor(COLORS.accent)
      .rect(34, 34, width - 68, height - 68)
      .stroke()
    doc
      .lineWidth(0.35)
      .rect(38.5, 38.5, width - 77, height - 77)
      .stroke()
  })
  if (foot === undefined) return
  const measure = measureIn(doc)
  const line = setText(foot, style, { width: SHEET.width, measure }).lines[0]
  if (!line) return
  artifact(
    doc,
    () => drawLine(doc, line, style, { x: (SHEET.width - line.width) / 2, y: FOOT - style.size }),
    'Pagination',
  )
}

/** Draws pages of blocks into the document's structure; a part that goes on over a page stays one element. */
export class BlockDrawer {
  readonly #doc: Doc
  readonly #root: Element
  readonly #elements = new Map<SetPart, Element>()
  readonly #items = new Map<SetBlock, Element>()
  #list: Element | undefined

  constructor(doc: Doc, root: Element) {
    this.#doc = doc
    this.#root = root
  }

  draw(page: Page): void {
    for (const placed of page) this.#drawBlock(placed)
  }

  #drawBlock({ block, first, end, y }: Placed): void {
    if (block.rule) artifact(this.#doc, () => this.#hairline(SHEET.side, SHEET.width - SHEET.side, y))
    if (block.ornament) artifact(this.#doc, () => this.#ornament(y))
    const height = lineHeight(block)
    for (const part of block.parts) {
      const lines = part.lines.slice(first, end)
      if (lines.length === 0) continue
      this.#elementOf(part, block).add(() => {
        for (const [at, line] of lines.entries())
          drawLine(this.#doc, line, part.style, { x: leftOf(part, line), y: y + at * height })
      })
    }
  }

  #elementOf(part: SetPart, block: SetBlock): Element {
    const known = this.#elements.get(part)
    if (known) return known
    const actual = part.plain ? {} : { actual: part.text }
    const element = this.#doc.struct(part.tag, { lang: part.language, ...actual })
    this.#elements.set(part, element)
    if (block.item) this.#itemOf(block).add(element)
    else this.#root.add(element)
    return element
  }

  #itemOf(block: SetBlock): Element {
    const known = this.#items.get(block)
    if (known) return known
    if (!this.#list) {
      this.#list = this.#doc.struct('L')
      this.#root.add(this.#list)
    }
    const item = this.#doc.struct('LI')
    this.#list.add(item)
    this.#items.set(block, item)
    return item
  }

  #hairline(from: number, to: number, y: number): void {
    this.#doc.lineWidth(0.5).strokeColor(COLORS.hair).moveTo(from, y).lineTo(to, y).stroke()
  }

  #ornament(y: number): void {
    const middle = SHEET.width / 2
    this.#hairline(middle - 46, middle - 9, y)
    this.#hairline(middle + 9, middle + 46, y)
    const diamond = [
      [middle, y - 3.2],
      [middle + 3.2, y],
      [middle, y + 3.2],
      [middle - 3.2, y],
    ]
    this.#doc
      .fillColor(COLORS.accent)
      .polygon(...diamond)
      .fill()
  }
}

function leftOf({ align, column, rightToLeft }: SetPart, { width }: Line): number {
  if (align === 'center') return column.x + (column.width - width) / 2
  return rightToLeft ? column.x + column.width - width : column.x
}
