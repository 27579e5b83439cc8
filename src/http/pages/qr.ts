import encodeQR from 'qr'
import { html, type Html } from './html.ts'

/** A QR code as an SVG file: dark on light whatever the page's colours, with the quiet zone that readers want. */
export function qrCode(text: string): Html {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 2 })
  const marks = rows.flatMap((row, y) => runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`))
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${rows.length} ${rows.length}" shape-rendering="crispEdges" fill="#000"><path fill="#fff" d="M0 0h${rows.length}v${rows.length}H0z"/><path d="${marks.join('')}"/></svg>`
}

/** Where the dark modules of a row begin, and how many stand side by side. */
function runsOf(row: readonly boolean[]): readonly (readonly [number, number])[] {
  return row.flatMap((dark, x) => {
    if (!dark || row[x - 1] === true) return []
    const end = row.findIndex((next, at) => at > x && !next)
    return [[x, (end < 0 ? row.length : end) - x] as const]
  })
}
