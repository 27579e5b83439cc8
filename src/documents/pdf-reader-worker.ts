import { parentPort, workerData } from 'node:worker_threads'
import { PDF_LIMITS, type PdfProblem, type PdfText } from './pdf-text.ts'

/**
 * The thread that reads one PDF and ends. The file is hostile: pdf.js draws nothing here, loads no font, evaluates
 * nothing and asks no network; time and memory are watched from outside (pdf-reader.ts).
 */
export type Reading =
  | { readonly ok: true; readonly text: PdfText }
  | { readonly ok: false; readonly problem: PdfProblem }

// pdf.js would load a drawing library for these; nothing is drawn.
for (const name of ['DOMMatrix', 'ImageData', 'Path2D'])
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: class {}, configurable: true })

const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
type Pdf = Awaited<ReturnType<typeof getDocument>['promise']>

/** pdf.js knows these; its types do not say what is in them. */
type Attachments = ReadonlyMap<string, { readonly content?: Uint8Array }> | null
type WithContent = { getAttachmentContent(name: string): Promise<Uint8Array | null> }

async function read(data: Uint8Array): Promise<Reading> {
  let pdf: Pdf
  try {
    pdf = await getDocument({
      data,
      verbosity: 0,
      stopAtErrors: false,
      maxImageSize: 0,
      disableFontFace: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      isOffscreenCanvasSupported: false,
      enableXfa: false,
    }).promise
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException'
    return { ok: false, problem: isLocked ? 'locked' : 'not-a-pdf' }
  }
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }))
  const said = info as Readonly<Record<string, unknown>>
  const text = (name: string) => (typeof said[name] === 'string' ? said[name].slice(0, 100) : undefined)
  return {
    ok: true,
    text: {
      pages: await pagesOf(pdf),
      attachments: await attachmentsOf(pdf).catch(() => []),
      created: text('CreationDate'),
      language: text('Language'),
    },
  }
}

/** A page that can't be read is an empty one: the others may say enough. */
async function pagesOf(pdf: Pdf): Promise<readonly string[]> {
  const pages: string[] = []
  let left: number = PDF_LIMITS.characters
  for (let number = 1; number <= Math.min(pdf.numPages, PDF_LIMITS.pages) && left > 0; number++) {
    const text = await textOf(pdf, number).catch(() => '')
    pages.push(text.slice(0, left))
    left -= text.length
  }
  return pages
}

async function textOf(pdf: Pdf, number: number): Promise<string> {
  const { items } = await (await pdf.getPage(number)).getTextContent()
  return items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')
}

async function attachmentsOf(pdf: Pdf): Promise<readonly string[]> {
  const found = (await pdf.getAttachments()) as Attachments
  const names = [...(found ?? new Map<string, never>()).keys()].slice(0, PDF_LIMITS.attachments)
  const texts: string[] = []
  for (const name of names) {
    const bytes = await (pdf as unknown as WithContent).getAttachmentContent(name)
    if (bytes && bytes.length <= PDF_LIMITS.attachment) texts.push(Buffer.from(bytes).toString())
  }
  return texts.filter((text) => /^\s*\{/.test(text))
}

parentPort?.postMessage(
  await read(workerData as Uint8Array).catch((): Reading => ({ ok: false, problem: 'not-a-pdf' })),
)
