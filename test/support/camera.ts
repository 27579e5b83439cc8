import encodeQR from 'qr'

const WIDTH = 640
const HEIGHT = 480

/** The luminance of a sheet with a QR code in its middle, row by row. */
function sheetWith(text: string): Buffer {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const scale = Math.floor(HEIGHT / rows.length)
  const left = Math.floor((WIDTH - rows.length * scale) / 2)
  const sheet = Buffer.alloc(WIDTH * HEIGHT, 235)
  for (let y = 0; y < rows.length * scale; y++)
    for (let x = 0; x < rows.length * scale; x++)
      if (rows[Math.floor(y / scale)]?.[Math.floor(x / scale)]) sheet[y * WIDTH + left + x] = 16
  return sheet
}

/** A film (YUV4MPEG2) of somebody who holds a QR code before a camera, for Chromium's fake one. */
export function filmOf(text: string): Buffer {
  const frame = Buffer.concat([
    Buffer.from('FRAME\n'),
    sheetWith(text),
    Buffer.alloc((WIDTH * HEIGHT) / 2, 128),
  ])
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420\n`)
  return Buffer.concat([head, frame, frame, frame])
}

/**
 * Stands for the browser's own reader of codes, which Chromium on Linux lacks: it hands what it is shown to the test,
 * which reads it with another library. To be run before the page's own scripts.
 */
export const DETECTOR = `
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ['qr_code'] }
    async detect(source) {
      const [width, height] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height]
      if (!width) return []
      const context = new OffscreenCanvas(width, height).getContext('2d')
      context.drawImage(source, 0, 0)
      const { data } = context.getImageData(0, 0, width, height)
      const gray = Array.from({ length: width * height }, (_, at) => data[at * 4 + 1])
      const text = await window.readCode(width, height, gray)
      return text ? [{ rawValue: text }] : []
    }
  }`
