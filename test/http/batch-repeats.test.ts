import { createHmac } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import canonicalize from 'canonicalize'
import t from 'tap'
import { readKey } from '../../src/commands/access-key.ts'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import { checked, count, furnished, HEAD, ids, rowsOf, settled, tableOf } from '../support/batches.ts'
import { DeskClient } from '../support/desk.ts'

const { server, keys, record } = await furnished(t)
t.teardown(() => server.stop())
const headers = { authorization: `Bearer ${server.key}` }
const logText = async () => (await fetch(`${server.url}/api/v1/events?limit=1000`, { headers })).text()
const desk = await DeskClient.open(server.url, keys[0])
const colleague = await DeskClient.open(server.url, keys[1])

/** Checks and records a table; its page before, and the certificates that came of it. */
async function recorded(table: string | Uint8Array, by = desk, more: Record<string, string> = {}) {
  const { path, page } = await checked(by, table, more)
  await by.send(`${path}/record`, {})
  await settled(by, path)
  const { text: result } = await by.get(`${path}/result.csv`)
  return { path, page, result, ids: ids(result) }
}

await t.test('who holds the log can’t try names against it, not even of an erased person', async (t) => {
  const table = `kind;title.en;recipientType;name.en;position.en;issuedOn
status;Merit;person;Hidden Person;Head;2024-11-06\n`
  const [id = ''] = (await recorded(table)).ids
  const certificate = await (
    await fetch(`${server.url}/api/v1/certificates/${id}`, {
      headers: { ...headers, accept: 'application/json' },
    })
  ).text()
  t.match(certificate, 'Hidden Person')
  t.match(certificate, '"Head"', 'with the position')
  const personId = /"personId":"(?<id>[^"]+)"/.exec(certificate)?.groups?.['id']
  const erased = await fetch(`${server.url}/api/v1/persons/${personId}/erasure`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'asked-by-the-person' }),
  })
  t.ok(erased.ok)
  const log = await logText()
  t.ok(log.includes(id))
  const seeds = [...log.matchAll(/"idSeed":"(?<seed>[^"]+)"/g)].map(({ groups }) => groups?.['seed'] ?? '')
  t.ok(seeds.length > 0, 'seeds of identifiers stand in the log')
  const person = { name: { en: 'Hidden Person' }, position: { en: 'Head' } }
  const input = {
    issuerId: 'council',
    kind: 'status',
    title: { en: 'Merit' },
    recipient: { type: 'person', person },
    issuedOn: '2024-11-06',
  }
  for (const seed of seeds)
    for (const said of [input, ['council', input]]) {
      const mac = (text: string) => createHmac('sha256', Buffer.from(seed, 'base64url')).update(text)
      const key = `batch:${mac(canonicalize(said) ?? '').digest('base64url')}:1`
      const guess = certificateIdFrom(
        mac(JSON.stringify(['council/batch', key]))
          .digest()
          .subarray(0, 10),
      )
      t.notOk(log.includes(guess), 'a right name confirms nothing')
    }
  const again = await checked(desk, table)
  t.match(again.page, /<strong>1<\/strong> recorded before/, 'and nobody erased is recorded again')
})

await t.test('a decision that the session takes meanwhile makes no other row', async (t) => {
  const table = `kind;title.en;organizationId;name.en;issuedOn;sessionId;agendaItem
status;Between;fund;F;2024-11-06;s-34;1\n`
  const first = await recorded(table)
  await record('/sessions/s-34/decisions', { item: 1, decisionNumber: '34/1', takenOn: '2024-11-06' })
  const again = await recorded(table)
  t.match(again.page, /<strong>1<\/strong> recorded before/)
  t.same(again.ids, first.ids)
})

await t.test('a result that is uploaded again finds its rows', async (t) => {
  const table = `kind;title.en;organizationId;name.en;issuedOn
status;-E minus;fund;F;2024-11-06\nstatus;E plain;fund;F;2024-11-06\n`
  const first = await recorded(table)
  t.match(first.result, "'-E minus", 'no formula')
  const again = await recorded(first.result)
  t.match(again.page, /<strong>2<\/strong> recorded before/)
  t.same(again.ids, first.ids)
})

await t.test('columns are the same whatever language their reader has', async (t) => {
  const table =
    'kind;Название;organizationId;Алуучу;issuedOn;Получатель\nstatus;Грамота;fund;Фонд;2024-11-06;Фонд\n'
  const fieldsIn = async (language: string) => {
    const { location } = await desk.upload(`/desk/batch?lang=${language}`, table, 'c.csv')
    const { text } = await desk.get(location)
    return [...text.matchAll(/value="(?<field>[^"]*)" selected/g)].map(({ groups }) => groups?.['field'])
  }
  const wanted = ['kind', 'title.ru', 'organizationId', 'name.ky', 'issuedOn', 'name.ru']
  for (const language of ['ky', 'ru', 'en']) t.same((await fieldsIn(language)).slice(0, 6), wanted, language)
})

await t.test('numbers that the register holds to be one are told before anything is recorded', async (t) => {
  const { page } = await checked(
    desk,
    `${HEAD}\nstatus;D1;fund;F;2024-11-06;n-7\nstatus;D2;fund;F;2024-11-06;N-7 \n`,
  )
  t.match(page, /<strong>1<\/strong> Rows with errors/)
  t.match(page, 'The same number stands in row 2')
})

await t.test('a row names the event alongside that it rests on', async (t) => {
  await record('/sessions/s-34/alongside-events', {
    alongsideId: 'panel',
    kind: 'panel',
    title: { en: 'Panel' },
  })
  const table = `kind;title.en;organizationId;name.en;issuedOn;Session;Alongside
status;Took part;fund;F;2024-11-06;s-34;panel\n`
  const [id = ''] = (await recorded(table)).ids
  const answer = await (await fetch(`${server.url}/api/v1/certificates/${id}`)).json()
  t.match(answer, { certificate: { basis: { sessionId: 's-34', alongsideId: 'panel' } } })
})

await t.test('one issuer’s uploads push out nobody else’s', async (t) => {
  const { path } = await checked(colleague, tableOf(rowsOf(1, 900)))
  await record('/issuers', { id: 'other', name: { en: 'Other' }, body: 'other' })
  await record('/issuers/other/accreditations', {
    accreditationId: 'b',
    kinds: ['status'],
    from: '2020-01-01',
  })
  const { key } = (await record('/issuers/other/keys', { role: 'issuer' })) as { key: string }
  const rival = await DeskClient.open(server.url, key)
  for (let n = 0; n < 34; n++) await rival.upload('/desk/batch', `a\n${n}\n`, `${n}.csv`)
  t.equal(count((await rival.get('/desk/batch')).text, /href="\/desk\/batch\/[\w-]{16}/g), 8)
  t.equal((await desk.get(path)).status, 200)
})

await t.test('what is stopped can go on from its page', async (t) => {
  const sent = await desk.upload('/desk/batch', tableOf(rowsOf(600, 2_000)), 's.csv')
  const path = sent.location.split('?')[0] ?? ''
  const plan = {
    kind: 'status',
    ...Object.fromEntries(HEAD.split(';').map((name, at) => [`column.${at}`, name])),
  }
  await desk.send(`${path}/check`, plan)
  await desk.send(`${path}/stop`, {})
  const halted = await settled(desk, path)
  t.match(halted, 'Stopped. Nothing is recorded.')
  t.match(halted, /<select[^>]* name="column\.0"/, 'the columns stand there to check again')
  await desk.send(`${path}/check`, plan)
  t.match(await settled(desk, path), /<strong>600<\/strong> to be recorded/)
  await desk.send(`${path}/record`, {})
  await desk.send(`${path}/stop`, {})
  const left = await settled(desk, path)
  t.match(left, 'Stopped. What was recorded stays')
  const before = ids((await desk.get(`${path}/result.csv`)).text).length
  t.ok(before > 0 && before < 600, `${before} were recorded`)
  await desk.send(`${path}/check`, {})
  t.match(await settled(desk, path), new RegExp(`<strong>${before}</strong> recorded before`))
  await desk.send(`${path}/record`, {})
  await settled(desk, path)
  t.equal(ids((await desk.get(`${path}/result.csv`)).text).length, 600)
})

await t.test('a key that is revoked records nothing more', async (t) => {
  const { path, page } = await checked(desk, tableOf(rowsOf(1_500, 5_000)))
  t.match(page, /<strong>1500<\/strong> to be recorded/)
  await desk.send(`${path}/record`, {})
  const { keyId } = readKey(keys[0]) ?? {}
  await record('/issuers/council/key-revocations', { keyId, reason: 'Stolen.' })
  const ended = await settled(colleague, path)
  t.match(ended, 'the access key that began this does not count any more')
  const many = ids((await colleague.get(`${path}/result.csv`)).text).length
  t.ok(many < 1_500, `${many} were recorded until then`)
  await setTimeout(500)
  const again = await checked(colleague, tableOf(rowsOf(1_500, 5_000)))
  t.match(again.page, new RegExp(`<strong>${many}</strong> recorded before`), 'none came after')
})
