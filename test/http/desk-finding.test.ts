import t from 'tap'
import { furnished } from '../support/batches.ts'
import { DeskClient } from '../support/desk.ts'

const { server, keys } = await furnished(t)
t.teardown(() => server.stop())
const desk = await DeskClient.open(server.url, keys[0])
const find = async (query: Record<string, string>) =>
  JSON.parse((await desk.get(`/desk/find?${new URLSearchParams(query)}`)).text) as {
    id: string
    label: string
  }[]

await t.test('a session is found by its number and by its body', async (t) => {
  for (const q of ['34', 'Council 34']) {
    const [first] = await find({ q, kind: 'session', lang: 'en' })
    t.equal(first?.id, 's-34', q)
    t.match(first?.label, /^Session 34: .*, 6 November 2024$/, 'called by its number, its body and its day')
  }
  const [inRussian] = await find({ q: '34', kind: 'session', lang: 'ru' })
  t.match(inRussian?.label, /^Заседание 34: .*, 6 ноября 2024 г\.$/)
})

await t.test('an organisation is found, and nothing by nothing', async (t) => {
  const found = await find({ q: 'state fu', kind: 'organization', lang: 'en' })
  t.ok(
    found.some(({ id }) => id === 'fund'),
    'by the beginning of its name',
  )
  t.notOk(
    found.some(({ id }) => id === 's-34'),
    'no session among the organisations',
  )
  t.strictSame(await find({ q: '', kind: 'session' }), [])
  t.strictSame(await find({ q: 'zzzzzz', kind: 'session' }), [])
})

await t.test('nobody finds here who is not signed in', async (t) => {
  const answer = await fetch(`${server.url}/desk/find?q=34&kind=session`, { redirect: 'manual' })
  t.match(answer.headers.get('content-type'), 'text/html', 'the page to sign in')
  t.notMatch(await answer.text(), 's-34')
})
