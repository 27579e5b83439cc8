import encodeQR from 'qr'
import { COLORS, type Part, SHEET, STYLES } from './design.ts'
import { artifact, drawLine } from './draw.ts'
import type { Paper } from './paper.ts'
import { type Line, type Measure, setText, type Style } from './typeset.ts'
import { languageOf, WORDS } from './words.ts'

const SIZE = 92
/** More than the quiet zone of the code, four of its modules (ISO/IEC 18004, 9.1). */
const GAP = 22

const ABOVE = 26
const BETWEEN = 3

type Said = Pick<Part, 'text' | 'style' | 'language' | 'field'> & { readonly link?: string }

/**
 * The seal at the bottom of the last page: QR code, ID, and where to check the status, which is not on the paper itself.
 * An address that is too long for a line is broken, never cut.
 */
export class Seal {
  readonly #paper: Paper
  readonly #texts: readonly (Said & { readonly lines: readonly Line[] })[]
  readonly #inner: number

  constructor(paper: Paper, measure: Measure) {
    this.#paper = paper
    const width = SHEET.width - 2 * SHEET.side - SIZE - GAP
    this.#texts = sealTexts(paper).map((said) => ({
      ...said,
      ...setText(said.text, said.style, { width, measure }),
    }))
    const high = ({ lines, style }: { readonly lines: readonly Line[]; readonly style: Style }) =>
      lines.length * style.size * style.leading + BETWEEN
    this.#inner = Math.max(
      SIZE,
      this.#texts.reduce((sum, text) => sum + high(text), 0),
    )
  }

  /** With the space above it, in points. */
  get height(): number {
    return this.#inner + ABOVE
  }

  /** Draws it on the present page. */
  draw(doc: PDFKit.PDFDocument, root: PDFKit.PDFStructureElement): void {
    const top = SHEET.height - SHEET.bottom - this.#inner
    const left = SHEET.side
    artifact(doc, () => {
      doc.lineWidth(0.5).strokeColor(COLORS.hair)
      doc
        .moveTo(left, top - 15)
        .lineTo(SHEET.width - SHEET.side, top - 15)
        .stroke()
    })
    const figure = doc.struct('Figure', {
      alt: `${WORDS[languageOf(this.#paper)].qr} ${this.#paper.url}`,
      // Known to PDFKit, not to its types; a figure must say where it stands (PDF/UA-1, 7.3).
      ...({ bbox: [left, top, left + SIZE, top + SIZE] } as object),
    })
    root.add(figure)
    figure.add(() => drawCode(doc, this.#paper.url, { x: left, y: top }))
    this.#drawTexts(doc, root, { x: left + SIZE + GAP, y: top })
  }

  #drawTexts(
    doc: PDFKit.PDFDocument,
    root: PDFKit.PDFStructureElement,
    { x, y: top }: { readonly x: number; readonly y: number },
  ): void {
    let y = top
    for (const { lines, style, language, link } of this.#texts) {
      const from = y
      const paragraph = doc.struct('P', { lang: language })
      root.add(paragraph)
      const element = link === undefined ? paragraph : doc.struct('Link')
      if (link !== undefined) paragraph.add(element)
      element.add(() => {
        for (const line of lines) {
          drawLine(doc, line, style, { x, y })
          y += style.size * style.leading
        }
        y += BETWEEN
      })
      const width = Math.max(...lines.map((line) => line.width))
      // `Contents` is what a reader says of the link (PDF/UA-1, 7.18.5). Known to PDFKit, not to its types.
      if (link !== undefined)
        doc.link(x, from, width, y - from - BETWEEN, link, {
          structParent: element,
          Contents: new String(link),
        } as object)
    }
  }
}

/** What the seal says, in order. */
export function sealTexts(paper: Paper): readonly Said[] {
  const { id, url, credential } = paper
  const language = languageOf(paper)
  const words = WORDS[language]
  return [
    { field: 'id', text: id, style: STYLES.id, language: 'zxx' },
    { text: words.check, style: STYLES.note, language },
    { field: 'address', text: url, style: STYLES.address, language: 'zxx', link: url },
    ...(credential === undefined ? [] : [{ text: words.attached, style: STYLES.note, language }]),
  ]
}

/** The code as one filled path: sharp at every size. */
function drawCode(
  doc: PDFKit.PDFDocument,
  text: string,
  { x, y }: { readonly x: number; readonly y: number },
): void {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 1 })
    .slice(1, -1)
    .map((cells) => cells.slice(1, -1))
  const side = SIZE / modules.length
  doc.fillColor('#000000')
  for (const [row, cells] of modules.entries())
    for (let from = 0; from < cells.length; from++) {
      if (!cells[from]) continue
      const end = cells.indexOf(false, from)
      const to = end === -1 ? cells.length : end
      doc.rect(x + from * side, y + row * side, (to - from) * side, side)
      from = to
    }
  doc.fill()
}
