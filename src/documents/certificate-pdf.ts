import PDFDocument from 'pdfkit'
import { contentsOf } from './contents.ts'
import { SHEET, STYLES } from './design.ts'
import { BlockDrawer, drawSurroundings, measureIn } from './draw.ts'
import { FACES, faceFile } from './faces.ts'
import { paginate } from './pages.ts'
import type { Paper } from './paper.ts'
import { Seal } from './seal.ts'
import { languageOf, WORDS } from './words.ts'

/**
 * A certificate on paper: PDF/A-3a (ISO 19005-3), A4, tagged, with the credential as attachment. Pure: the same paper
 * gives the same bytes, so nothing in it comes from a clock or from chance. Texts of any length and script flow over as
 * many pages as they need. Synchronous work of some tens of milliseconds.
 */
export async function certificatePdf(paper: Paper): Promise<Buffer> {
  const doc = openDocument(paper)
  const bytes = collected(doc)
  const measure = measureIn(doc)
  const language = languageOf(paper)
  const seal = new Seal(paper, measure)
  const pages = paginate(contentsOf(paper), measure, seal.height)
  const root = doc.struct('Document', { lang: language })
  doc.addStructure(root)
  const drawer = new BlockDrawer(doc, root)
  for (const [at, page] of pages.entries()) {
    doc.addPage()
    const foot = pages.length > 1 ? `${paper.id} · ${WORDS[language].page(at + 1, pages.length)}` : undefined
    drawSurroundings(doc, foot, STYLES.foot)
    drawer.draw(page)
  }
  seal.draw(doc, root)
  root.end()
  attach(doc, paper)
  doc.end()
  return bytes
}

function openDocument(paper: Paper): PDFKit.PDFDocument {
  const language = languageOf(paper)
  const recorded = new Date(paper.recordedAt)
  const doc = new PDFDocument({
    size: [SHEET.width, SHEET.height],
    margin: 0,
    autoFirstPage: false,
    pdfVersion: '1.7',
    subset: 'PDF/A-3a',
    tagged: true,
    lang: language,
    displayTitle: true,
    // PDFKit puts these into XML as they are: nothing that anyone wrote may stand here.
    info: {
      Title: `${WORDS[language].certificate} ${paper.id}`,
      Producer: 'Certificate registry',
      Creator: 'Certificate registry',
      CreationDate: recorded,
      ModDate: recorded,
    },
  })
  for (const face of FACES) doc.registerFont(face, faceFile(face))
  doc.appendXML(`
        <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
            <xmp:ModifyDate>${recorded.toISOString().slice(0, 19)}Z</xmp:ModifyDate>
        </rdf:Description>
        `)
  return doc
}

/** The credential travels with the paper (ISO 19005-3, 6.8): whoever has the file can check it by other means. */
function attach(doc: PDFKit.PDFDocument, { credential, id, recordedAt }: Paper): void {
  if (credential === undefined) return
  doc.file(Buffer.from(credential), {
    name: `${id}.json`,
    type: 'application/vc',
    description: 'Verifiable Credential 2.0, Open Badges 3.0',
    // Known to PDFKit, not to its types.
    ...({ relationship: 'Data' } as object),
    creationDate: new Date(recordedAt),
    modifiedDate: new Date(recordedAt),
  })
}

function collected(doc: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
  })
}
