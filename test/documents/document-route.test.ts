import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import { KeptPapers } from '../../src/documents/kept-papers.ts'
import { Press } from '../../src/documents/press.ts'
import type { Paper } from '../../src/documents/paper.ts'
import type { CredentialIssuer } from '../../src/signing/credential-issuer.ts'
import { buildServer } from '../../src/http/server.ts'
import { PersonalStoreUnavailableError } from '../../src/personal/personal-store.ts'
import { NAME, servedCouncil } from '../support/evidence.ts'
import {
  filesWith,
  certificate,
  councilKey,
  must,
  openTestRegistry,
  withCouncil,
} from '../support/registry.ts'
import { readPdf } from '../support/pdf.ts'

const UNKNOWN = certificateIdFrom(new Uint8Array(10))

void t.test('a served certificate as PDF', async (tt) => {
  const house = await servedCouncil()
  tt.teardown(() => house.remove())
  const path = (id: string) => `/api/v1/certificates/${id}/document.pdf`
  const fetched = async (id = house.id, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${house.server.url}${path(id)}`, { headers })
    return { answer, bytes: Buffer.from(await answer.arrayBuffer()), tag: answer.headers.get('etag') ?? '' }
  }
  const first = await fetched()

  tt.equal(first.answer.status, 200)
  tt.equal(first.answer.headers.get('content-type'), 'application/pdf')
  tt.equal(first.answer.headers.get('content-disposition'), `inline; filename="certificate-${house.id}.pdf"`)
  tt.match(first.answer.headers.get('cache-control'), /private|no-store/)
  tt.match(first.tag, /^"\d+-\d+-[\w-]{43}"$/)
  const read = await readPdf(first.bytes)
  tt.match(read.text, `https://registry.test/c/${house.id}`)
  tt.ok(read.text.includes('Кеңештин статусу'))
  tt.ok(read.text.includes(NAME))
  tt.notOk(read.text.includes('not shown'))

  await tt.test('the same bytes again, or none where the reader has them', async (t2) => {
    // A signature's date has seconds: what is made anew would show it.
    await sleep(1_100)
    const again = await fetched()
    t2.ok(again.bytes.equals(first.bytes))
    t2.equal(again.tag, first.tag)
    const unchanged = await fetched(house.id, { 'if-none-match': first.tag })
    t2.equal(unchanged.answer.status, 304)
    t2.equal(unchanged.bytes.length, 0)
    const other = await fetched(house.id, { 'if-none-match': '"0-0-x"' })
    t2.equal(other.answer.status, 200)
  })

  await tt.test('the credential in it is valid', async (t2) => {
    const credential = read.attachments[`${house.id}.json`] ?? ''
    const { outcome } = await judged(house.server.url, credential)
    t2.equal(outcome, 'valid')
    const { outcome: bent } = await judged(house.server.url, credential.replace('Status of', 'Statue of'))
    t2.equal(bent, 'not-valid')
  })

  await tt.test('an ID that is none, is mistyped, or is nobody’s', async (t2) => {
    t2.equal((await fetched('nonsense')).answer.status, 400)
    t2.equal(
      (await fetched(`${house.id.slice(0, -1)}${house.id.endsWith('A') ? 'B' : 'A'}`)).answer.status,
      400,
    )
    t2.equal((await fetched(UNKNOWN)).answer.status, 404)
    t2.equal((await fetched(house.id.toLowerCase())).answer.status, 200, 'read as forgivingly as elsewhere')
  })

  await tt.test('a correction makes another', async (t2) => {
    await house.record(`/certificates/${house.id}/corrections`, {
      changes: [{ field: 'title', after: { ky: 'Кеңештин жаңы статусу' } }],
      reason: 'misread',
    })
    const later = await fetched()
    t2.not(later.tag, first.tag)
    const { text } = await readPdf(later.bytes)
    t2.ok(text.includes('жаңы статусу'))
    t2.ok(text.includes('Оңдолгон күнү'))
  })

  await tt.test('an erased person is on none from then on', async (t2) => {
    const before = await fetched()
    t2.ok((await readPdf(before.bytes)).text.includes(NAME))
    await house.record(`/persons/${house.personId}/erasure`, { reason: 'asked-by-the-person' })
    const after = await fetched()
    t2.not(after.tag, before.tag)
    const { text } = await readPdf(after.bytes)
    t2.notOk(text.includes(NAME))
    t2.ok(text.includes('өчүрүлгөн'))
    const held = await fetched(house.id, { 'if-none-match': before.tag })
    t2.equal(held.answer.status, 200, 'a reader who keeps the old one is told')
    t2.same(filesWith(house.data, [NAME]), [])
  })
})

void t.test('while the personal store is away the paper says that a name is not shown', async (tt) => {
  const rig = await openTestRegistry()
  const app = await buildServer(rig.registry, { logger: false, version: 'test', publicUrl: 'https://r.test' })
  tt.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  await withCouncil(rig)
  const { id } = await must(
    rig.run('certificate.issue', undefined, certificate, { actor: councilKey, key: 'k' }),
  )
  rig.registry.personal.get = () => Promise.reject(new PersonalStoreUnavailableError('away'))
  await must(
    rig.run(
      'certificate.accept',
      id,
      { person: { name: { ky: NAME } }, acceptedOn: '2024-11-07' },
      { actor: councilKey },
    ),
  )
  const { statusCode, rawPayload } = await app.inject(`/api/v1/certificates/${id}/document.pdf`)
  tt.equal(statusCode, 200)
  const { text, attachments } = await readPdf(rawPayload)
  tt.notOk(text.includes(NAME))
  tt.ok(text.includes('аты азыр көрсөтүлбөйт'))
  tt.same(attachments, {}, 'no issuer signs here')
})

void t.test('a correction while the credential is being signed', async (tt) => {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  const by = { actor: councilKey }
  const { id } = await must(rig.run('certificate.issue', undefined, certificate, { ...by, key: 'k' }))
  const signed: string[] = []
  const versionedCredential = async (_id: string, recordedAt: string) => {
    signed.push(recordedAt)
    const correction = { changes: [{ field: 'title', after: { ky: 'Оңдолду' } }], reason: 'misread' }
    if (signed.length === 1) await must(rig.run('certificate.correct', id, correction, by))
    return { recordedAt }
  }
  const issuer = { base: 'https://r.test', versionedCredential } as unknown as CredentialIssuer
  const app = await buildServer(rig.registry, { logger: false, version: 'test', issuer })
  tt.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  const { rawPayload } = await app.inject(`/api/v1/certificates/${id}/document.pdf`)
  const { text, attachments } = await readPdf(rawPayload)
  tt.ok(text.includes('Оңдолду'))
  tt.equal(signed.length, 2)
  tt.not(signed[0], signed[1])
  tt.same(
    JSON.parse(attachments[`${id}.json`] ?? ''),
    { recordedAt: signed[1] },
    'sheet and attachment say the same',
  )
})

void t.test('the press goes on after a sheet that can’t be drawn, and after its thread ended', async (tt) => {
  const press = new Press()
  const sheet: Paper = {
    id: UNKNOWN,
    url: `https://r.test/c/${UNKNOWN}`,
    recordedAt: '2024-11-08T10:00:00.000Z',
    kind: 'status',
    title: { en: 'Deed' },
    recipient: { type: 'organization', nameAsWritten: { en: 'Fund' } },
    body: { en: 'Council' },
    basis: {},
    functions: [],
    issuedOn: '2024-11-07',
    validity: [],
    correctedOn: [],
  }
  await tt.rejects(press.print({ ...sheet, recordedAt: 'never' }), { message: /could not be made/ })
  const first = await press.print(sheet)
  tt.equal(first.subarray(0, 5).toString(), '%PDF-')
  const cut = tt.rejects(press.print(sheet), { message: 'the thread for PDFs ended' })
  await press.close()
  await cut
  tt.ok((await press.print(sheet)).equals(first))
  await press.close()
})

void t.test('what is kept', async (tt) => {
  const printed: string[] = []
  let failing = false
  const papers = new KeptPapers(async ({ id }) => {
    printed.push(id)
    if (failing) throw new Error('no ink')
    return Buffer.from(`${id} ${printed.length}`)
  })
  const found = (id: string, identity = id) => ({ paper: { id } as Paper, revision: 1, identity })
  const [one, same] = await Promise.all([papers.pdfOf(found('a')), papers.pdfOf(found('a'))])
  tt.equal(one, same, 'two who ask at once share one')
  tt.equal(await papers.pdfOf(found('a')), one)
  tt.not(await papers.pdfOf(found('a', 'says something else')), one)
  tt.same(printed, ['a', 'a'])
  const being = papers.pdfOf(found('b'))
  papers.forget()
  await being
  tt.not(await papers.pdfOf(found('b')), await being, 'also what was being made is forgotten')
  tt.not(await papers.pdfOf(found('a')), one)
  failing = true
  await tt.rejects(papers.pdfOf(found('c')), { message: 'no ink' })
  failing = false
  tt.match((await papers.pdfOf(found('c'))).toString(), 'c', 'a failure is not kept')
})

/** The verdict on a credential, by the same server. */
async function judged(url: string, credential: string): Promise<{ outcome: string }> {
  const answer = await fetch(`${url}/api/v1/verifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ credential: JSON.parse(credential) as unknown }),
  })
  return (await answer.json()) as { outcome: string }
}
