import { once } from 'node:events'
import PDFDocument from 'pdfkit'
import t from 'tap'
import { checkFile, forged } from '../support/check.ts'
import { servedCouncil } from '../support/evidence.ts'

/** Adds an object to a PDF as an editor does, behind its end, and changes its first page to name it. */
function amended(pdf: Buffer, change: (page: string, added: string) => string, object: string): Buffer {
  const text = pdf.toString('latin1')
  const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? ''
  const size = Number(found(/\/Size (\d+)/))
  const page = /(?<number>\d+) 0 obj\n<<\n\/Type \/Page\n[\s\S]*?endobj/.exec(text)
  const at = Number(page?.groups?.['number'])
  const first = `\n${change(page?.[0] ?? '', `${size} 0 R`)}\n`
  const second = `${size} 0 obj\n${object}\nendobj\n`
  const place = (offset: number) => `${String(offset).padStart(10, '0')} 00000 n \n`
  const table = `xref\n${at} 1\n${place(text.length + 1)}${size} 1\n${place(text.length + first.length)}`
  const trailer = `trailer\n<</Size ${size + 1}/Root ${found(/\/Root (\d+ 0 R)/)}/Prev ${found(/startxref\s+(\d+)\s+%%EOF\s*$/)}>>\nstartxref\n${text.length + first.length + second.length}\n%%EOF\n`
  return Buffer.from(text + first + second + table + trailer, 'latin1')
}

const withAnnotation = (pdf: Buffer, annotation: string) =>
  amended(pdf, (page, added) => page.replace('/Annots [', `/Annots [${added} `), annotation)

void t.test('files that say one thing to the eye and another to a machine', async (tt) => {
  const house = await servedCouncil()
  tt.teardown(() => house.remove())
  const { id, server } = house
  const check = (file: Uint8Array | string, lang = 'en') => checkFile(server.url, file, { lang })
  const pageOf = async (query = '') =>
    (await fetch(`${server.url}/c/${id}?lang=en${query}`, { headers: { accept: 'text/html' } })).text()
  const credential = await (await house.get(`/api/v1/certificates/${id}/credential`)).text()

  await tt.test('what is laid over a page is read with it', async (t2) => {
    const plain = await forged(id)
    const over = 'Rect[100 400 500 500]/F 4/DA(/Helv 20 Tf 0 g)'
    for (const annotation of [
      `<</Type/Annot/Subtype/FreeText/Contents(Private Fund Ltd)/${over}>>`,
      `<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Private Fund Ltd)/${over}>>`,
      `<</Type/Annot/Subtype/Stamp/Contents(Private Fund Ltd)/${over}>>`,
    ]) {
      const page = await check(withAnnotation(plain, annotation))
      t2.equal(page.title, 'This paper differs from the register', annotation)
      t2.equal(page.tone, 'revoked')
      t2.match(page.text, 'Private Fund Ltd')
    }
    const link = `<</Type/Annot/Subtype/Link/${over}/A<</S/URI/URI(https://registry.test)>>>>`
    const linked = await check(withAnnotation(plain, link))
    t2.equal(linked.title, 'It says the same, but is another file', 'a plain link shows nothing')
  })

  await tt.test('where a part was not read, nothing is said of the whole', async (t2) => {
    const doc = new PDFDocument()
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.text(id)
    for (let n = 0; n < 40; n++) doc.addPage()
    doc.text('Private Fund Ltd')
    doc.end()
    await once(doc, 'end')
    const page = await check(Buffer.concat(chunks))
    t2.equal(page.title, 'Reading this PDF was given up')
    t2.equal(page.status, 422)
  })

  await tt.test('a member that stands twice says two things', async (t2) => {
    const evidence = JSON.stringify(await house.evidenceOf())
    for (const file of [
      credential.replace('{', '{"certificate":{"title":"Emperor"},'),
      credential.replace('{', '{"\\u0063ertificate":{"title":"Emperor"},'),
      evidence.replace('{', '{"credential":{"name":"Emperor"},'),
    ]) {
      const page = await check(file)
      t2.equal(page.title, 'This is none of the files that can be checked')
      t2.not(page.tone, 'valid')
    }
    t2.equal(
      (await check(JSON.stringify(JSON.parse(credential), null, 2))).tone,
      'valid',
      'spaces are no harm',
    )
  })

  await tt.test('a credential nested deeper than any stack', async (t2) => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const said = JSON.parse(credential) as { certificate: object }
    const bent = JSON.stringify({ ...said, certificate: { ...said.certificate, title: 'HERE' } })
    for (const file of [
      bent.replace('"HERE"', deep),
      await forged(id, { credential: bent.replace('"HERE"', deep) }),
    ]) {
      const page = await check(file)
      t2.equal(page.status, 200)
      t2.not(page.tone, 'valid')
    }
  })

  await tt.test('a day to come is not vouched for in green', async (t2) => {
    const page = await pageOf('&at=9999-12-31')
    t2.notMatch(page, 'class="verdict valid"')
    t2.match(page, 'That day is still to come')
    t2.match(await pageOf(), 'class="verdict valid"')
  })

  await tt.test('what the issuer might not confer is not green anywhere', async (t2) => {
    const paper = Buffer.from(
      await (await house.get(`/api/v1/certificates/${id}/document.pdf`)).arrayBuffer(),
    )
    t2.equal((await check(paper)).tone, 'valid')
    await house.record('/issuers/council/accreditation-withdrawals', {
      accreditationId: 'a',
      from: '2021-01-01',
      reason: 'fraud',
    })
    t2.equal((await check(paper)).tone, 'suspended')
    const page = await pageOf()
    t2.notMatch(page, 'class="verdict valid"')
    t2.match(page, '<h1>Not valid</h1>')
  })
})
