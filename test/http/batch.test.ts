import t from 'tap'
import writeWorkbook from 'write-excel-file/node'
import { checked, count, furnished, HEAD, ids, rowsOf, settled, tableOf } from '../support/batches.ts'
import { DeskClient } from '../support/desk.ts'
import { cli, post, serveData } from '../support/served.ts'

void t.test('a table is checked, recorded, and found again in whatever order and hand', async (t) => {
  const { server, keys } = await furnished(t)
  t.teardown(() => server.stop())
  const desk = await DeskClient.open(server.url, keys[0])
  const rows = rowsOf(300)
  const first = await checked(desk, tableOf(rows))
  t.match(first.page, /<strong>300<\/strong> to be recorded/)
  t.match(first.page, 'Award 0', 'the first row as the public will see it')
  const before = (await (await fetch(`${server.url}/api/v1/certificates`)).json()) as { certificates: [] }
  t.same(before.certificates, [], 'nothing is recorded before it is asked for')
  await desk.send(`${first.path}/record`, {})
  t.match(await settled(desk, first.path), /<strong>300<\/strong> recorded/)
  const result = (await desk.get(`${first.path}/result.csv`)).text
  const recorded = ids(result)
  t.equal(new Set(recorded).size, 300)
  t.match(result, `http://localhost/c/${recorded[0]}`)
  const seen = await (await fetch(`${server.url}/api/v1/certificates/${recorded[0]}`)).json()
  t.match(seen, { certificate: { title: { en: 'Award 0' }, serialNumber: 'N-0', issuedOn: '2024-11-06' } })
  const colleague = await DeskClient.open(server.url, keys[1])
  const again = await checked(colleague, tableOf([...rows].reverse().concat(rowsOf(1, 300))))
  t.match(again.page, /<strong>300<\/strong> recorded before/)
  t.match(again.page, /<strong>1<\/strong> to be recorded/)
  await colleague.send(`${again.path}/record`, {})
  await settled(colleague, again.path)
  const repeated = ids((await colleague.get(`${again.path}/result.csv`)).text)
  t.same(new Set(repeated.slice(0, 300)), new Set(recorded), 'the same certificates')
  t.equal((await desk.get(again.path)).status, 200, 'a colleague’s table is the issuer’s')
})

void t.test('every error by row and column before anything is recorded', async (t) => {
  const { server, keys, record } = await furnished(t)
  t.teardown(() => server.stop())
  const desk = await DeskClient.open(server.url, keys[0])
  await record('/certificates', {
    issuerId: 'council',
    kind: 'status',
    title: { en: 'Before' },
    recipient: { type: 'organization', organizationId: 'fund', nameAsWritten: { en: 'F' } },
    issuedOn: '2024-11-06',
    serialNumber: 'TAKEN',
  })
  const table = `${HEAD};sessionId;agendaItem;validUntil
status;Good;Мамфонд;F;2024-11-06;G-1;s-34;1;
status;;fund;F;2024-11-06;G-2;;;
status;T;nobody;F;2024-11-06;G-3;;;
status;T;Эгиз;F;2024-11-06;G-4;;;
status;T;fund;F;31.02.2024;G-5;;;
status;T;fund;F;2024-11-06;TAKEN;;;
status;T;fund;F;2024-11-06;G-1;;;
excellence;T;fund;F;2024-11-06;G-8;;;
status;T;fund;F;2024-11-06;G-9;s-99;;
status;T;fund;F;2024-11-06;G-10;s-34;7;
status;T;fund;F;2024-11-06;G-11;;;2024-01-01
status;T;fund;F;2124-11-06;G-12;;;
status;Good;fund;F;2024-11-06;G-13;;;
status;=cmd|calc;fund;F;2024-11-06;G-14;;;
`
  const { path, page } = await checked(desk, table)
  t.match(page, /<strong>3<\/strong> to be recorded/)
  t.match(page, /<strong>11<\/strong> Rows with errors/)
  for (const row of [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    t.match(page, new RegExp(`Row ${row}<`), `row ${row}`)
  const { text: errors } = await desk.get(`${path}/errors.csv`)
  const told = Object.fromEntries(
    errors.split('\r\n').map((line) => [line.split(',')[0], line.split(',')[1]] as const),
  )
  t.match(told, {
    3: 'title.en',
    4: 'organizationId',
    5: 'organizationId',
    6: 'issuedOn',
    8: 'serialNumber',
    10: 'sessionId',
    12: 'validUntil',
    13: 'issuedOn',
  })
  t.match(page, 'Look again (1)', 'the same title and recipient twice')
  const refused = await desk.send(`${path}/record`, {})
  t.equal(refused.status, 409, 'not while rows have errors')
  await desk.send(`${path}/record`, { good: '1' })
  t.match(await settled(desk, path), /<strong>3<\/strong> recorded/)
  const { text: result } = await desk.get(`${path}/result.csv`)
  t.notMatch(result, /(?:^|,)=cmd/m, 'no cell is a formula')
  t.equal(ids(result).length, 3)
})

void t.test('persons by a workbook, columns named in Russian; nothing of them in the log', async (t) => {
  const { server, keys } = await furnished(t)
  t.teardown(() => server.stop())
  const desk = await DeskClient.open(server.url, keys[0])
  const head = ['Вид', 'Название (рус)', 'Получатель, на русском', 'Тип получателя', 'Дата выдачи'].map(
    (value) => ({ value }),
  )
  const line = (name: string) => [
    { value: 'Статус' },
    { value: 'Грамота' },
    { value: name },
    { value: 'человек' },
    { value: new Date(Date.UTC(2024, 10, 6)), type: Date, format: 'dd.mm.yyyy' },
  ]
  const book = [head, line('Асанова Б.'), line('Асанова Б.'), line('Жээнбекова А.')]
  const bytes = await writeWorkbook(book as never).toBuffer()
  const { path, fields, page } = await checked(desk, bytes)
  t.same(Object.values(fields), ['kind', 'title.ru', 'name.ru', 'recipientType', 'issuedOn'])
  t.match(page, /<strong>3<\/strong> to be recorded/)
  await desk.send(`${path}/record`, {})
  await settled(desk, path)
  const first = ids((await desk.get(`${path}/result.csv`)).text)
  t.equal(new Set(first).size, 3, 'equal rows are told apart by count')
  const again = await checked(desk, bytes)
  t.match(again.page, /<strong>3<\/strong> recorded before/)
  const headers = { authorization: `Bearer ${server.key}` }
  const log = await (await fetch(`${server.url}/api/v1/events`, { headers })).text()
  t.equal(count(log, /"AwardIssued"/g), 3)
  t.notMatch(log, /Асанова|Жээнбекова/)
  t.notMatch(server.said.out + server.said.err, /Асанова|Жээнбекова/)
})

void t.test('killed in the midst: the same table goes on', async (t) => {
  const { data, server, keys } = await furnished(t)
  const desk = await DeskClient.open(server.url, keys[0])
  const table = tableOf(rowsOf(2_000))
  const { path } = await checked(desk, table)
  void desk.send(`${path}/record`, {}).catch(() => undefined)
  for (;;) {
    const { certificates } = (await (await fetch(`${server.url}/api/v1/certificates?limit=50`)).json()) as {
      certificates: unknown[]
    }
    if (certificates.length === 50) break
  }
  await server.stop('SIGKILL')
  const restarted = await serveData(data, { PUBLIC_URL: 'http://localhost' })
  t.teardown(() => restarted.stop())
  const next = await DeskClient.open(restarted.url, keys[1])
  t.equal((await next.get(path)).status, 404, 'tables are kept in memory alone')
  const { path: more, page } = await checked(next, table)
  const done = Number(/<strong>(?<many>\d+)<\/strong> recorded before/.exec(page)?.groups?.['many'])
  t.ok(done >= 50 && done < 2_000, `${done} were recorded before the kill`)
  await next.send(`${more}/record`, {})
  await settled(next, more)
  const result = ids((await next.get(`${more}/result.csv`)).text)
  t.equal(new Set(result).size, 2_000)
  const statistics = await (await fetch(`${restarted.url}/api/v1/statistics`)).json()
  t.match(JSON.stringify(statistics), /2000/)
})

void t.test('four eyes: rows are proposed, and found again as proposals', async (t) => {
  const { server, keys, record } = await furnished(t)
  t.teardown(() => server.stop())
  await record('/issuers/council/approval-requirements', { reason: 'two' })
  const desk = await DeskClient.open(server.url, keys[0])
  const { path, page } = await checked(desk, tableOf(rowsOf(3)))
  t.match(page, /<strong>3<\/strong> to be proposed/)
  await desk.send(`${path}/record`, {})
  t.match(await settled(desk, path), /<strong>3<\/strong> proposed/)
  const waiting = (await (
    await fetch(`${server.url}/api/v1/proposals`, { headers: { authorization: `Bearer ${keys[1]}` } })
  ).json()) as { proposals: { id: string }[] }
  t.equal(waiting.proposals.length, 3)
  t.match((await checked(desk, tableOf(rowsOf(3)))).page, /<strong>3<\/strong> recorded before/)
  const [first] = waiting.proposals
  await post(server.url, keys[1], `/proposals/${first?.id}/refusal`, { reason: 'Not this one.' })
  const again = (await checked(desk, tableOf(rowsOf(3)))).page
  t.match(again, /<strong>2<\/strong> recorded before/)
  t.match(again, /<strong>1<\/strong> Rows with errors/, 'what was declined is not passed over in silence')
})

void t.test('what is no table, too large, somebody else’s or gone', async (t) => {
  const { server, keys, record, data } = await furnished(t)
  t.teardown(() => server.stop())
  const desk = await DeskClient.open(server.url, keys[0])
  const tried = (bytes: string | Uint8Array) => desk.upload('/desk/batch', bytes, 'x.csv')
  t.match(await tried(''), { status: 422, text: /role="alert"/ })
  t.match(await tried('%PDF-1.7'), { status: 422 })
  t.match(await tried('x'.repeat(11 * 1024 * 1024)), { status: 422, text: /too large/ })
  t.match(await desk.upload('/desk/batch', 'a\n1', 'x.csv', { csrf: 'guessed' }), { status: 403 })
  t.match(await desk.get('/desk/batch/nothing'), { status: 404 })
  t.match(await desk.send('/desk/batch/nothing/record', {}), { status: 404 })
  t.match(await desk.send('/desk/batch', { file: 'no file' }), { status: 415 })
  const { path } = await checked(desk, tableOf(rowsOf(1)))
  await record('/issuers', { id: 'rival', name: { en: 'Rival' }, body: 'other' })
  const key = cli(data, ['key', 'create', '--role', 'issuer', '--issuer', 'rival']).out.trim()
  const rival = await DeskClient.open(server.url, key)
  for (const file of ['', '/errors.csv', '/result.csv'])
    t.equal((await rival.get(`${path}${file}`)).status, 404, file)
  t.equal((await rival.send(`${path}/record`, {})).status, 404)
  const { text } = await desk.get('/desk/batch/template.csv')
  t.match(text, /Kind,"?Title, in Kyrgyz/)
  const template = await checked(
    desk,
    text.trim() + '\nstatus,,,T,organization,fund,,,F,,,,,,,,,2024-11-06\n',
  )
  t.match(template.page, /<strong>1<\/strong> to be recorded/, 'the template is matched whole')
})
