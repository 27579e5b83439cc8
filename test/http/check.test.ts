import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import PDFDocument from 'pdfkit'
import t from 'tap'
import { PdfReader } from '../../src/documents/pdf-reader.ts'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import { CHECK_FILE, checkScript } from '../../src/http/check/build.ts'
import { checkFile, forged } from '../support/check.ts'
import { NAME, servedCouncil } from '../support/evidence.ts'
import { readPdf } from '../support/pdf.ts'

const UNKNOWN = certificateIdFrom(new Uint8Array(10))

/** A PDF of somebody else's making. */
async function madePdf(
  draw: (doc: PDFKit.PDFDocument) => void,
  options: PDFKit.PDFDocumentOptions = {},
): Promise<Buffer> {
  const doc = new PDFDocument(options)
  const chunks: Buffer[] = []
  doc.on('data', (chunk: Buffer) => chunks.push(chunk))
  draw(doc)
  doc.end()
  await once(doc, 'end')
  return Buffer.concat(chunks)
}

void t.test('a paper is compared with the register', async (tt) => {
  const house = await servedCouncil()
  tt.teardown(() => house.remove())
  const { id, server } = house
  const pdfOf = async (of = id, query = '') =>
    Buffer.from(await (await house.get(`/api/v1/certificates/${of}/document.pdf${query}`)).arrayBuffer())
  const check = (file: Uint8Array | string, lang = 'en') => checkFile(server.url, file, { lang })
  const own = await pdfOf()
  const attachment = (await readPdf(own)).attachments[`${id}.json`] ?? ''

  await tt.test('the registry’s own document, in each of its languages', async (t2) => {
    for (const query of ['', '?lang=ky', '?lang=ru', '?lang=en']) {
      const page = await check(await pdfOf(id, query))
      t2.equal(page.title, 'This is the registry’s own document', query)
      t2.equal(page.tone, 'valid')
      t2.match(page.html, `href="/c/${id}?lang=en"`)
      t2.equal(page.status, 200)
    }
    t2.match((await check(own, 'ky')).title, 'Бул реестрдин өз документи')
    t2.notMatch((await check(own)).html, '<h2>What differs')
  })

  await tt.test('the paper in another language has other words and the same facts', async (t2) => {
    const russian = await pdfOf(id, '?lang=ru')
    t2.ok(russian.equals(await pdfOf(id, '?lang=ru')), 'and the same bytes again')
    t2.notOk(russian.equals(own))
    const { text } = await readPdf(russian)
    t2.match(text, 'Дата выдачи')
    t2.match(text, 'Кеңештин статусу')
    t2.notMatch(text, 'Берилген күнү')
    t2.equal((await house.get(`/api/v1/certificates/${id}/document.pdf?lang=xx`)).status, 400)
  })

  await tt.test('a changed name is named, beside the one in the register', async (t2) => {
    const page = await check(
      await forged(id, {
        recipient: { type: 'organization', nameAsWritten: { ky: 'Жеке фонд' } },
        credential: attachment,
      }),
    )
    t2.equal(page.title, 'This paper differs from the register')
    t2.equal(page.tone, 'revoked')
    t2.match(page.text, 'Recipient The paper says Жеке фонд The register says Мамлекеттик фонд')
    t2.match(page.text, 'The certificate Valid', 'the certificate has a verdict of its own')
    t2.notMatch(page.text, 'Accepted by The paper says', 'what agrees is not named')
  })

  await tt.test('a letter of another alphabet, which looks the same', async (t2) => {
    const page = await check(
      await forged(id, { recipient: { type: 'organization', nameAsWritten: { ky: 'Мамлекеттик фoнд' } } }),
    )
    t2.equal(page.title, 'This paper differs from the register')
    t2.match(page.text, 'letters of different scripts are mixed in: фoнд')
  })

  await tt.test('a changed day, a name in a longer name, and what was added', async (t2) => {
    const page = await check(
      await forged(id, {
        issuedOn: '2024-11-17',
        recipient: { type: 'organization', nameAsWritten: { ky: 'Мамлекеттик фонд жана Ко' } },
        functions: [{ name: { ky: 'Башкы көзөмөлчү' } }],
        url: `https://registry.tost/c/${id}`,
      }),
    )
    t2.equal(page.title, 'This paper differs from the register')
    t2.match(page.text, /Issued on The paper says 2024-ж., 17-ноябрь The register says 2024-ж., 7-ноябрь/)
    t2.match(page.text, 'Мамлекеттик фонд жана Ко')
    t2.match(page.text, 'Башкы көзөмөлчү')
    t2.match(page.text, 'https://registry.tost')
  })

  await tt.test('the same words in another file are not the registry’s own', async (t2) => {
    const page = await check(await forged(id, { credential: attachment }))
    t2.equal(page.title, 'It says the same, but is another file')
    t2.equal(page.tone, 'suspended', 'not green')
    const [head = '', tail = ''] = own.toString('latin1').split('%%EOF')
    const touched = Buffer.from(`${head}% touched\n%%EOF${tail}`, 'latin1')
    t2.equal((await check(touched)).title, 'It says the same, but is another file', 'a byte is enough')
  })

  await tt.test('a genuine credential of another certificate does not help', async (t2) => {
    const other = await house.issue()
    const { attachments } = await readPdf(await pdfOf(other))
    const page = await check(await forged(id, { credential: attachments[`${other}.json`] ?? '' }))
    t2.not(page.tone, 'valid')
    t2.match(page.text, `belongs to another certificate: ${other}`)
  })

  await tt.test('a forged credential within the paper is told apart', async (t2) => {
    const bent = attachment.replaceAll('Status of the Council', 'Status of the Emperor')
    const page = await check(await forged(id, { credential: bent }))
    t2.match(page.text, 'The credential says otherwise than the register')
    t2.match(page.text, 'Status of the Emperor')
    t2.match(page.text, 'the signature does not fit')
  })

  await tt.test(
    'drawn as the registry draws, to the same date, with a forged credential in it',
    async (t2) => {
      const { entries } = (await (await house.get(`/api/v1/certificates/${id}/timeline`)).json()) as {
        readonly entries: readonly { readonly recordedAt: string }[]
      }
      const recordedAt = entries.at(-1)?.recordedAt ?? ''
      t2.ok((await forged(id, { recordedAt, credential: attachment })).equals(own), 'this is how it is drawn')
      const bent = attachment.replace('Status of the Council', 'Status of the Emperor')
      const page = await check(await forged(id, { recordedAt, credential: bent }))
      t2.equal(page.title, 'It says the same, but is another file')
      t2.not(page.tone, 'valid')
      const twice = attachment.replace('{', '{"name":"Status of the Emperor",')
      const two = await check(await forged(id, { recordedAt, credential: twice }))
      t2.not(two.tone, 'valid', 'nor one that says two things')
    },
  )

  await tt.test('an ID that nobody issued, none at all, and a scan', async (t2) => {
    t2.equal((await check(await forged(UNKNOWN))).title, 'The register knows no such certificate')
    const letter = await madePdf((doc) => doc.text('Dear reader, this is a letter about nothing at all.'))
    t2.equal((await check(letter)).title, 'It names no certificate of this registry')
    const scan = await check(await madePdf((doc) => doc.rect(50, 50, 400, 400).fill('#ccc')))
    t2.equal(scan.title, 'Nothing could be read in it')
    t2.match(scan.html, '<input id="id"', 'and asks for the ID')
    const stranger = await check(
      await madePdf((doc) => doc.text(`See code ${id.toLowerCase().replaceAll('-', ' ')} for all.`)),
    )
    t2.equal(stranger.title, 'This is not the registry’s document')
    t2.match(stranger.text, 'Recipient The paper says does not say The register says Мамлекеттик фонд')
  })

  await tt.test('a credential, a JWT and an evidence file', async (t2) => {
    const credential = await (await house.get(`/api/v1/certificates/${id}/credential`)).text()
    const jwt = await (await house.get(`/api/v1/certificates/${id}/credential.jwt`)).text()
    const evidence = JSON.stringify(await house.evidenceOf())
    for (const file of [credential, ` ${jwt}\n`, evidence]) {
      const page = await check(file)
      t2.equal(page.title, 'Genuine and valid', page.text)
      t2.match(page.html, `href="/c/${id}?lang=en"`)
      t2.match(page.html, '<details><summary>')
    }
    const bent = await check(credential.replaceAll('2024-11-07', '2023-11-07'))
    t2.equal(bent.title, 'Not valid')
    t2.match(bent.text, 'Issued on The credential in it 2023-11-07 The register says 2024-11-07')
    t2.match((await check(evidence, 'ky')).text, 'Анын ар бир өзгөрүүсү ачык журналда барбы? ооба')
  })

  await tt.test('files that are none of these', async (t2) => {
    for (const [file, title] of [
      ['{"a":1}', 'This is none of the files that can be checked'],
      ['', 'No file was chosen'],
      ['%PDF-1.7 and nothing else', 'This PDF can’t be read'],
      [Buffer.from('89504e470d0a1a0a0000', 'hex'), 'A picture can’t be read here'],
      [Buffer.alloc(6 * 1024 * 1024, 0x20), 'This file is too large'],
      [await madePdf((doc) => doc.text(id), { userPassword: 'x' }), 'This PDF wants a password'],
    ] as const) {
      const page = await check(file)
      t2.equal(page.title, title)
      t2.ok(page.status >= 400 && page.status < 500, `${page.status}`)
      t2.match(page.html, '<input id="id"', 'and how to go on')
    }
    const large = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(4 * 1024 * 1024, 0x20)])
    t2.equal((await check(large)).title, 'This PDF can’t be read', 'more than other routes take')
    const bare = await fetch(`${server.url}/check`, { method: 'POST', body: 'x' })
    t2.ok(bare.status < 500, `${bare.status}`)
    const torn = await fetch(`${server.url}/check`, {
      method: 'POST',
      body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })
    t2.ok(torn.status < 500, `${torn.status}`)
    const two = new FormData()
    two.append('file', new Blob(['{}']), 'a')
    two.append('other', new Blob(['{}']), 'b')
    t2.ok((await fetch(`${server.url}/check`, { method: 'POST', body: two })).status < 500)
  })

  await tt.test('an earlier version says when it was changed, and what', async (t2) => {
    await house.record(`/certificates/${id}/corrections`, {
      changes: [{ field: 'title', after: { ky: 'Кеңештин жаңы статусу' } }],
      reason: 'misread',
    })
    const page = await check(own)
    t2.equal(page.title, 'An earlier version of the registry’s document')
    t2.equal(page.tone, 'suspended')
    t2.match(page.text, /Changed in the register since, on \d+ [A-Z]\w+ 20\d\d/)
    t2.match(page.text, 'Кеңештин жаңы статусу')
    t2.match(page.text, 'The paper says Кеңештин статусу')
    const copy = await check(await forged(id))
    t2.equal(copy.title, 'It says what the register said earlier')
    t2.equal((await check(await pdfOf())).tone, 'valid', 'and the new one is the registry’s own')
  })

  await tt.test('a genuine paper of a certificate that no longer counts is not green', async (t2) => {
    const gone = await house.issue()
    const before = await pdfOf(gone)
    await house.record(`/certificates/${gone}/revocation`, { from: '2024-12-01', reason: 'void' })
    for (const paper of [before, await pdfOf(gone)]) {
      const page = await check(paper)
      t2.equal(page.title, 'This is the registry’s own document', 'its words are the same')
      t2.equal(page.tone, 'suspended')
      t2.match(page.text, 'The certificate Revoked')
    }
  })

  await tt.test('a name that was erased since can’t be compared, and is no forgery', async (t2) => {
    const paper = await pdfOf()
    await house.record(`/persons/${house.personId}/erasure`, { reason: 'asked-by-the-person' })
    const page = await check(paper)
    t2.equal(page.title, 'It says the same, but for a name')
    t2.match(page.text, 'The register shows this name no longer')
    t2.match(page.text, NAME, 'what the reader holds is repeated to the reader alone')
  })
})

void t.test('the script that is served is made of its source', async (tt) => {
  tt.equal(readFileSync(CHECK_FILE, 'utf8'), await checkScript(), 'run npm run build:check')
})

void t.test('an address that sends many files waits, and is told so', async (tt) => {
  const house = await servedCouncil({ RATE_LIMIT_PER_ADDRESS: '20' })
  tt.teardown(() => house.remove())
  const answers = []
  for (let n = 0; n < 3; n++) answers.push(await checkFile(house.server.url, '{}'))
  tt.same(
    answers.map(({ status }) => status),
    [422, 422, 429],
  )
  tt.match(answers[2]?.title, 'Too many files')
})

/** One page whose content is `stream`, deflated `times` times over. */
function pdfOfStream(stream: Buffer, times: number): Buffer {
  let packed = stream
  for (let n = 0; n < times; n++) packed = deflateSync(packed, { level: 9 })
  const filters = Array.from({ length: times }, () => '/FlateDecode').join(' ')
  const head = `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n4 0 obj<</Length ${packed.length}/Filter[${filters}]>>stream\n`
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    packed,
    Buffer.from('\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF'),
  ])
}

void t.test('a hostile PDF takes neither the process nor its time', async (tt) => {
  const bomb = pdfOfStream(Buffer.alloc(300 * 1024 * 1024, 0x20), 2)
  tt.ok(bomb.length < 100_000, `${bomb.length} bytes`)
  const slow = pdfOfStream(Buffer.alloc(60_000_000, 'q Q '), 1)
  let turns = 0
  const ticking = setInterval(() => turns++, 20)
  for (const [name, pdf, limits] of [
    ['too much memory', bomb, { ms: 120_000, bytes: 150 * 1024 * 1024 }],
    ['too much time', slow, { ms: 500, bytes: Infinity }],
  ] as const) {
    turns = 0
    const strict = new PdfReader(limits)
    const before = performance.now()
    tt.same(await strict.read(pdf), { ok: false, problem: 'too-much' }, name)
    tt.ok(performance.now() - before < 20_000, 'it ends')
    tt.ok(turns > 5, `${turns}: the process goes on meanwhile`)
  }
  const reader = new PdfReader()
  tt.teardown(() => reader.close())
  clearInterval(ticking)
  const good = await reader.read(await forged(UNKNOWN))
  tt.ok(good.ok, 'and the next is read')
  const many = await Promise.all(Array.from({ length: 12 }, () => reader.read(Buffer.from('%PDF-'))))
  tt.same(
    many.map((one) => !one.ok && one.problem),
    [...Array.from({ length: 10 }, () => 'not-a-pdf'), 'busy', 'busy'],
    'no more wait than there is room for',
  )
})
