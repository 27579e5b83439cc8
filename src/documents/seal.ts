import encodeQR from 'qr'
import { COLORS, SHEET, STYLES } from './design.ts'
import { artifact, drawLine } from './draw.ts'
import type { Paper } from './paper.ts'
import { type Measure, setText, type Style } from './typeset.ts'
import { paperLanguage, WORDS } from './words.ts'

const SIZE = 92
/** More than the quiet zone of the code, four of its modules (ISO/IEC 18004, 9.1). */
const GAP = 22

/** How high the seal is, with the space above it. */
export const SEAL_HEIGHT = SIZE + 26

type Said = {
  readonly text: string
  readonly style: Style
  readonly language: string
  readonly tag: 'P' | 'H2'
}

/**
 * The seal at the bottom of the last page: QR code, ID, and where to check the status, which is not on the paper itself.
 * An address that is too long for a line is broken, never cut.
 */
export function drawSeal(
  doc: PDFKit.PDFDocument,
  root: PDFKit.PDFStructureElement,
  paper: Paper,
  measure: Measure,
): void {
  const language = paperLanguage(paper.title)
  const words = WORDS[language]
  const top = SHEET.height - SHEET.bottom - SIZE
  const left = SHEET.side
  artifact(doc, () => {
    doc.lineWidth(0.5).strokeColor(COLORS.hair)
    doc
      .moveTo(left, top - 15)
      .lineTo(SHEET.width - SHEET.side, top - 15)
      .stroke()
  })
  const figure = doc.struct('Figure', {
    alt: `${words.qr} ${paper.url}`,
    ...({ bbox: [left, top, left + SIZE, top + SIZE] } as object),
  })
  root.add(figure)
  figure.add(() => drawCode(doc, paper.url, { x: left, y: top }))
  const texts: readonly Said[] = [
    { text: paper.id, style: STYLES.id, language: 'zxx', tag: 'P' },
    { text: words.check, style: STYLES.note, language, tag: 'P' },
    { text: paper.url, style: STYLES.address, language: 'zxx', tag: 'P' },
    ...(paper.credential === undefined
      ? []
      : [{ text: words.attached, style: STYLES.note, language, tag: 'P' as const }]),
  ]
  drawTexts(doc, root, texts, { x: left + SIZE + GAP, y: top, measure })
}

function drawTexts(
  doc: PDFKit.PDFDocument,
  root: PDFKit.PDFStructureElement,
  texts: readonly Said[],
  { x, y: top, measure }: { readonly x: number; readonly y: number; readonly measure: Measure },
): void {
  let y = top
  for (const { text, style, language, tag } of texts) {
    const { lines } = setText(text, style, { width: SHEET.width - SHEET.side - x, measure })
    const element = doc.struct(tag, { lang: language })
    root.add(element)
    element.add(() => {
      for (const line of lines) {
        drawLine(doc, line, style, { x, y })
        y += style.size * style.leading
      }
      y += 3
    })
  }
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
