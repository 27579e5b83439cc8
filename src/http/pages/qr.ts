import encodeQR from 'qr'
import { html, type Html } from './html.ts'

/** A QR code as SVG: dark on light whatever the page's colours, with the quiet zone that readers want. */
export function qrCode(text: string, label: string): Html {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 2 })
  const marks = rows.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [html`<path d="M${x} ${y}h1v1h-1z"/>`] : [])),
  )
  return html`<svg viewBox="0 0 ${rows.length} ${rows.length}" role="img" aria-label="${label}" shape-rendering="crispEdges" fill="#000">${marks}</svg>`
}
