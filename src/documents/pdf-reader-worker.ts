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
      ...(await pagesOf(pdf)),
      attachments: await attachmentsOf(pdf).catch(() => []),
      created: text('CreationDate'),
      language: text('Language'),
    },
  }
}

/** A page that can't be read is an empty one: the others may say enough to find the certificate. */
async function pagesOf(pdf: Pdf): Promise<Pick<PdfText, 'pages' | 'unread'>> {
  const pages: string[] = []
  let left: number = PDF_LIMITS.characters
  let unread: PdfProblem | undefined = pdf.numPages > PDF_LIMITS.pages ? 'too-much' : undefined
  for (let number = 1; number <= Math.min(pdf.numPages, PDF_LIMITS.pages) && left >= 0; number++) {
    const text = await textOf(pdf, number).catch(() => undefined)
    if (text === undefined) unread ??= 'not-a-pdf'
    pages.push((text ?? '').slice(0, left))
    left -= text?.length ?? 0
  }
  return { pages, unread: left < 0 ? 'too-much' : unread }
}

async function textOf(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number)
  const { items } = await page.getTextContent()
  const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')
  const notes = ((await page.getAnnotations()) as readonly Annotation[]).flatMap(saidOver)
  return [text, ...notes].join('\n')
}

/** What is laid over a page and stands in no text of it: notes, stamps, fields of a form. */
type Annotation = {
  readonly subtype?: string
  readonly hasAppearance?: boolean
  readonly contentsObj?: { readonly str?: string }
  readonly textContent?: readonly string[] | null
  readonly fieldValue?: unknown
}

/** Each has something to read, or is named where it shows something that nobody can read here. */
const SHOWN = new Set(['FreeText', 'Stamp', 'Widget', 'Watermark'])

function saidOver({ subtype = '', hasAppearance, ...said }: Annotation): readonly string[] {
  // A plain link, as ours to the certificate's page, shows nothing of its own.
  if (subtype === 'Link' && !hasAppearance) return []
  const texts = [said.contentsObj?.str, said.textContent?.join('\n'), said.fieldValue].filter(
    (text): text is string => typeof text === 'string' && text.trim() !== '',
  )
  if (texts.length > 0) return [...new Set(texts)]
  return hasAppearance && SHOWN.has(subtype) ? [`[${subtype}]`] : []
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
