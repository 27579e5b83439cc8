import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import decodeQR from 'qr/decode.js'

/** What is to be said where pdf.js has nothing to draw on: what needs pixels is skipped with it. */
export const NO_CANVAS =
  'no @napi-rs/canvas is installed for this platform; the pixels of the PDF go untested'

type Node = {
  readonly role?: string
  readonly alt?: string
  readonly lang?: string
  readonly children?: readonly Node[]
}

/** A PDF as a reader finds it that is not the library which made it. */
export async function readPdf(bytes: Uint8Array) {
  const pdf = await getDocument({ data: Uint8Array.from(bytes), verbosity: 0 }).promise
  const pages = await Promise.all(Array.from({ length: pdf.numPages }, (_, at) => pdf.getPage(at + 1)))
  const texts = await Promise.all(
    pages.map(async (page) =>
      (await page.getTextContent()).items.map((item) => ('str' in item ? item.str : '')),
    ),
  )
  const trees = (await Promise.all(pages.map((page) => page.getStructTree()))) as readonly Node[]
  const { info, metadata } = await pdf.getMetadata()
  const names = [
    ...(((await pdf.getAttachments()) as Map<string, unknown> | null) ?? new Map()).keys(),
  ] as readonly string[]
  const files = await Promise.all(
    names.map(async (name) => [name, Buffer.from(await contentOf(pdf, name)).toString()] as const),
  )
  return {
    pdf,
    pages: pdf.numPages,
    text: texts.flat().join(' ').replace(/\s+/g, ' '),
    elements: trees.flatMap(flat),
    info: info as Record<string, unknown>,
    xmp: metadata?.getRaw() as string | undefined,
    attachments: Object.fromEntries(files),
  }
}

/** pdf.js knows this; its types do not. */
const contentOf = (pdf: PDFDocumentProxy, name: string) =>
  (pdf as unknown as { getAttachmentContent(id: string): Promise<Uint8Array> }).getAttachmentContent(name)

const flat = (node: Node): readonly Node[] => [node, ...(node.children ?? []).flatMap(flat)]

export type Raster = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }

/** A page's pixels; `undefined` where nothing can be drawn on. */
export async function rasterOf(pdf: PDFDocumentProxy, page: number, scale = 2): Promise<Raster | undefined> {
  if (!(await hasCanvas())) return undefined
  const one = await pdf.getPage(page)
  const viewport = one.getViewport({ scale })
  const { width, height } = { width: Math.round(viewport.width), height: Math.round(viewport.height) }
  const { canvas, context } = (
    pdf as unknown as {
      canvasFactory: {
        create(w: number, h: number): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D }
      }
    }
  ).canvasFactory.create(width, height)
  await one.render({ canvas, canvasContext: context, viewport }).promise
  return { width, height, data: context.getImageData(0, 0, width, height).data }
}

/** Pixels as a PNG file. */
export async function toPng({ width, height, data }: Raster): Promise<Buffer> {
  const { createCanvas, ImageData } = await import('@napi-rs/canvas')
  const canvas = createCanvas(width, height)
  canvas.getContext('2d').putImageData(new ImageData(Uint8ClampedArray.from(data), width, height), 0, 0)
  return canvas.toBuffer('image/png')
}

/** The pixels of a PNG file. */
export async function fromPng(file: Buffer): Promise<Raster> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas')
  const image = await loadImage(file)
  const { width, height } = image
  const context = createCanvas(width, height).getContext('2d')
  context.drawImage(image, 0, 0)
  return { width, height, data: context.getImageData(0, 0, width, height).data }
}

/** The share of pixels that look different. Edges of letters may be smoothed a little otherwise elsewhere. */
export function difference(a: Raster, b: Raster): number {
  if (a.width !== b.width || a.height !== b.height) return 1
  let different = 0
  for (let at = 1; at < a.data.length; at += 4)
    if (Math.abs((a.data[at] ?? 0) - (b.data[at] ?? 0)) > 80) different++
  return different / (a.width * a.height)
}

/** What the QR code on a raster says. */
export const qrIn = (raster: Raster): string => decodeQR(raster)

/** The share of an area's pixels that are dark; the area in points from the upper left corner. */
export function inkIn(
  { width, data }: Raster,
  area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  scale = 2,
): number {
  let dark = 0
  let all = 0
  for (let y = Math.round(area.y * scale); y < Math.round((area.y + area.height) * scale); y++)
    for (let x = Math.round(area.x * scale); x < Math.round((area.x + area.width) * scale); x++) {
      all++
      if ((data[(y * width + x) * 4 + 1] ?? 255) < 160) dark++
    }
  return dark / all
}

async function hasCanvas(): Promise<boolean> {
  return import('@napi-rs/canvas').then(
    () => true,
    () => false,
  )
}
