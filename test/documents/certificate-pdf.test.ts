import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { certificatePdf } from '../../src/documents/certificate-pdf.ts'
import { FOOT, SHEET } from '../../src/documents/design.ts'
import type { Paper } from '../../src/documents/paper.ts'
import { setText } from '../../src/documents/typeset.ts'
import { difference, fromPng, inkIn, NO_CANVAS, qrIn, rasterOf, readPdf, toPng } from '../support/pdf.ts'

const ID = 'ABCD-EFGH-JKMN-PQRS-T'
const paper: Paper = {
  id: ID,
  url: `https://registry.example.org/c/${ID}`,
  recordedAt: '2024-11-08T10:00:00.000Z',
  kind: 'status',
  title: {
    ky: 'Мамлекеттер аралык Кеңештин статусун алгандыгы жана функцияларын бергендиги үчүн сертификат',
    en: 'Certificate for obtaining the status of the Interstate Council and being given its functions',
  },
  recipient: {
    type: 'organization',
    nameAsWritten: {
      ky: 'Кыргызпатентке караштуу Мамлекеттик фонд',
      ru: 'Государственный фонд при Кыргызпатенте',
    },
  },
  body: { ky: 'Мамлекеттер аралык кеңеш', en: 'Interstate Council' },
  basis: {
    session: { number: 34, startsOn: '2024-11-06', endsOn: '2024-11-07', city: { ky: 'Астана' } },
    agendaItem: 3,
    decisionNumber: '12/34',
  },
  functions: [{ name: { ky: 'Коммерциялаштыруу борбору' }, from: '2024-11-07', until: '2029-11-06' }],
  issuedOn: '2024-11-07',
  validity: [{ from: '2024-11-07' }],
  serialNumber: 'МС-2024/017',
  acceptance: {
    person: { state: 'shown', name: { ky: 'Мухтаров Т. К.' }, position: { en: 'Deputy Director' } },
    acceptedOn: '2024-11-07',
  },
  correctedOn: ['2024-11-08'],
  credential: '{"type":"VerifiableCredential"}',
}
const english: Paper = { ...paper, title: { en: 'Diploma' }, body: { en: 'Council' } }
/** Between the line above the seal and its code, as high as any line of text would need. */
const SEAL_GAP = { x: 78, width: 440, y: SHEET.height - SHEET.bottom - 92 - 13, height: 11 }
const person = (state: 'erased' | 'unavailable'): Paper => ({
  ...english,
  recipient: { type: 'person', person: { state } },
})
const text = async (one: Paper) => (await readPdf(await certificatePdf(one))).text

void t.test('the paper says what the version says, on one sheet', async (tt) => {
  const { text: said, pages } = await readPdf(await certificatePdf(paper))
  tt.equal(pages, 1)
  for (const words of [
    'Кеңештин статусун алгандыгы жана функцияларын бергендиги үчүн сертификат',
    'Certificate for obtaining the status',
    'Кыргызпатентке караштуу Мамлекеттик фонд',
    'Государственный фонд при Кыргызпатенте',
    'Мамлекеттер аралык кеңеш',
    'Коммерциялаштыруу борбору',
    'Күн тартибинин 3-маселеси, № 12/34 чечим',
    '34-сессия, Астана, 2024-ж., 6–7-ноябрь',
    'МС-2024/017',
    'Мухтаров Т. К.',
    'Deputy Director',
    'Оңдолгон күнү',
    ID,
    paper.url,
  ])
    tt.ok(said.includes(words), words)
  const same = await text({ ...english, body: { en: 'Council', de: 'Council' } })
  tt.equal(same.split('Council').length - 1, 1, 'the same in two languages stands once')
  const uncorrected = await text({ ...paper, correctedOn: [], serialNumber: undefined })
  tt.notOk(uncorrected.includes('Оңдолгон'))
  tt.notOk(uncorrected.includes('Сериялык'))
  tt.match(await text(english), /Issued on 7 November 2024/)
  tt.match(
    await text({ ...english, validity: [{ from: '2024-11-07', until: '2025-01-31' }] }),
    /7 November 2024\s–\s31 January 2025/,
  )
})

void t.test('a name that can not be shown is said to be missing', async (tt) => {
  tt.match(await text(person('erased')), /name erased from the registry/)
  tt.match(await text(person('unavailable')), /name not shown/)
})

void t.test('the same version gives the same bytes', async (tt) => {
  const [first, second] = [await certificatePdf(paper), await certificatePdf(structuredClone(paper))]
  tt.ok(first.equals(second))
  tt.notOk(first.equals(await certificatePdf({ ...paper, recordedAt: '2024-11-08T10:00:01.000Z' })))
  const { info } = await readPdf(first)
  tt.equal(info['CreationDate'], 'D:20241108100000Z')
  tt.equal(info['ModDate'], 'D:20241108100000Z')
  tt.equal(
    /\b20(?!24)\d\d-\d\d-\d\dT/.exec(first.toString('latin1')),
    null,
    'no other day than the version’s',
  )
})

void t.test(
  'tagged PDF/A-3a, with headings, languages, a figure that is described, and the credential',
  async (tt) => {
    const bytes = await certificatePdf(paper)
    const { pdf, elements, info, xmp, attachments } = await readPdf(bytes)
    tt.match(xmp, /<pdfaid:part>3<[^]*<pdfaid:conformance>A</)
    tt.equal(info['Title'], `Сертификат ${ID}`)
    tt.equal(info['PDFFormatVersion'], '1.7')
    const raw = bytes.toString('latin1')
    for (const entry of [
      /\/Marked true/,
      /\/Lang \(ky\)|\/Lang \(\xfe\xff\0k\0y\)/,
      /\/DisplayDocTitle true/,
      /\/OutputIntents/,
    ])
      tt.match(raw, entry)
    tt.match(raw, /\/AFRelationship \/Data/)
    tt.same(attachments, { [`${ID}.json`]: paper.credential })
    const roles = elements.map(({ role }) => role)
    for (const role of ['Document', 'H1', 'H2', 'P', 'L', 'LI', 'Lbl', 'LBody', 'Figure', 'Link'])
      tt.ok(roles.includes(role), role)
    tt.equal(roles.filter((role) => role === 'H1').length, 1)
    tt.match(elements.find(({ role }) => role === 'Figure')?.alt, paper.url)
    const languages = new Set(elements.map(({ lang }) => lang))
    for (const language of ['ky', 'ru', 'en']) tt.ok(languages.has(language), language)
    const page = await pdf.getPage(1)
    tt.same(
      (await page.getAnnotations()).map(({ url }: { url?: string }) => url),
      [paper.url],
    )
    const bare = await certificatePdf({ ...paper, credential: undefined })
    tt.same((await readPdf(bare)).attachments, {})
  },
)

void t.test('the QR code on the drawn page leads to where the status is', async (tt) => {
  const { pdf } = await readPdf(await certificatePdf(paper))
  const raster = await rasterOf(pdf, 1)
  if (!raster) return void tt.pass(NO_CANVAS, { skip: NO_CANVAS })
  tt.equal(qrIn(raster), paper.url)
})

const REFERENCE = join(import.meta.dirname, 'certificate.png')

void t.test('the drawn page looks as it did when it was last looked at', async (tt) => {
  const { pdf } = await readPdf(await certificatePdf(paper))
  const raster = await rasterOf(pdf, 1, 1.5)
  if (!raster) return void tt.pass(NO_CANVAS, { skip: NO_CANVAS })
  if (process.env['LOOKED_AT']) writeFileSync(REFERENCE, await toPng(raster))
  const seen = await fromPng(readFileSync(REFERENCE))
  const advice = 'else look at it, then run this with LOOKED_AT=1 and commit certificate.png'
  tt.ok(difference(raster, seen) < 0.0003, advice)
  const moved = { ...paper, serialNumber: 'МС-2024/018' }
  const other = await rasterOf((await readPdf(await certificatePdf(moved))).pdf, 1, 1.5)
  tt.ok(other && difference(other, seen) > 0, 'one letter is seen')
})

void t.test('each script has its font; a letter that none has is replaced, and told', async (tt) => {
  const title = { en: 'Deed', ka: 'სერტიფიკატი', hy: 'Վկայական', he: 'תעודה', ar: 'شهادة', zh: '证书 x' }
  const { text: said, elements } = await readPdf(await certificatePdf({ ...paper, title }))
  for (const words of ['სერტიფიკატი', 'Վկայական', 'תעודה', '\ufffd\ufffd x'])
    tt.ok(said.includes(words), words)
  const raw = (await certificatePdf({ ...paper, title })).toString('latin1')
  for (const font of ['NotoSerifGeorgian', 'NotoSerifArmenian', 'NotoSerifHebrew', 'NotoNaskhArabic'])
    tt.ok(raw.includes(font), font)
  tt.ok(elements.some(({ lang }) => lang === 'zh'))
  tt.ok(raw.includes(Buffer.from('证书 x', 'utf16le').swap16().toString('latin1')), 'as ActualText')
  const plain = (await certificatePdf({ ...paper, title: { en: 'Deed' } })).toString('latin1')
  tt.notOk(plain.includes('NotoSerifHebrew'))
  tt.notOk(plain.includes('ActualText'))
})

void t.test('however long the text, the seal has its place', async (tt) => {
  for (let words = 250; words <= 440; words += 10) {
    const citation = { en: 'honour and merit '.repeat(words / 2) }
    const { pdf, pages } = await readPdf(await certificatePdf({ ...paper, citation }))
    const raster = await rasterOf(pdf, pages)
    if (!raster) return void tt.pass(NO_CANVAS, { skip: NO_CANVAS })
    tt.equal(inkIn(raster, SEAL_GAP), 0, `${words} words, ${pages} pages: nothing runs into the seal`)
  }
})

void t.test('lines together are the text again, and none is too wide', async (tt) => {
  const measure = (text: string) => text.length * 5
  const style = { face: 'text', size: 10, leading: 1, color: '#000' } as const
  for (const width of [20, 33, 50, 120, 1_000])
    for (const balance of [false, true]) {
      const text =
        'Совет в Кеңештин статусун алгандыгы үчүн — well-known, and/or a wordthatislongerthananyline x'
      const { lines } = setText(text, style, { width, measure, balance })
      tt.equal(lines.flatMap(({ pieces }) => pieces.map((piece) => piece.text)).join(''), text, `${width}`)
      tt.ok(lines.every((line) => line.width <= width))
      if (width >= 50)
        tt.notOk(
          lines.some(({ pieces }) => pieces.at(-1)?.text.endsWith(' в ')),
          'no lone letter at an end',
        )
    }
})

const LETTERS = 10_000
const hostile: Readonly<Record<string, Paper>> = {
  'ten thousand letters': {
    ...paper,
    recipient: { type: 'organization', nameAsWritten: { ky: 'Щ'.repeat(LETTERS) } },
  },
  'ten thousand letters of a label': { ...paper, serialNumber: 'W'.repeat(LETTERS) },
  'twenty languages of two thousand letters': {
    ...paper,
    title: Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`x${at}`, 'Сертификат о статусе '.repeat(95)]),
    ),
  },
  'right to left, scripts mixed, letters that no font has': {
    ...paper,
    title: {
      ar: 'شهادة منح صفة (المجلس) 2024 الدولية',
      he: 'תעודה של המועצה Council',
      zh: '证书',
      ka: 'სერტიფიკატი',
      hy: 'Վկայական',
    },
  },
  markup: { ...paper, title: { en: '<b>&amp;</b> ]]> (\\) %%EOF endobj' }, serialNumber: ')>> endobj' },
  'marks upon marks': { ...paper, title: { en: `Z${'\u0301'.repeat(400)}algo` } },
  'an address that goes on': { ...paper, url: `https://${'registry.'.repeat(30)}example.org/c/${ID}` },
}

for (const [what, one] of Object.entries(hostile))
  void t.test(`${what}: nothing leaves the sheet or is lost`, async (tt) => {
    const { pdf, pages, text: said, elements, xmp } = await readPdf(await certificatePdf(one))
    tt.ok(said.includes(ID))
    tt.ok(elements.some(({ role }) => role === 'Figure'))
    tt.equal(new RegExp('\\(c\\)|<b>').test(xmp ?? ''), false, 'what people wrote is not in the XML')
    for (const letter of ['Щ', 'W'])
      if (JSON.stringify(one).includes(letter.repeat(LETTERS)))
        tt.equal(said.split(letter).length - 1, LETTERS, 'every letter is there')
    for (const page of [1, pages]) {
      const raster = await rasterOf(pdf, page)
      if (!raster) return void tt.pass(NO_CANVAS, { skip: NO_CANVAS })
      const inside = { y: 60, height: SHEET.height - 120 }
      tt.equal(inkIn(raster, { x: 45, width: 25, ...inside }), 0, `left margin of page ${page}`)
      tt.equal(
        inkIn(raster, { x: SHEET.width - 70, width: 25, ...inside }),
        0,
        `right margin of page ${page}`,
      )
      tt.equal(inkIn(raster, { x: 45, width: SHEET.width - 90, y: FOOT + 4, height: 8 }), 0, 'below the foot')
      if (page === pages) tt.equal(qrIn(raster), one.url)
    }
  })
