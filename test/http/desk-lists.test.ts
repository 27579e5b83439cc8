import t from 'tap'
import { furnished } from '../support/batches.ts'
import { DeskClient } from '../support/desk.ts'

const { server, keys, record } = await furnished(t)
t.teardown(() => server.stop())
const desk = await DeskClient.open(server.url, keys[0])
const subjectsOf = (text: string, base: string) =>
  [...text.matchAll(new RegExp(`href="${base}/(?<id>[^"?]+)\\?`, 'g'))].map(
    ({ groups }) => groups?.['id'] ?? '',
  )
const nextOf = (text: string) =>
  /<a rel="next" href="(?<path>[^"]+)"/.exec(text)?.groups?.['path']?.replaceAll('&amp;', '&')

for (const [base, api, more] of [
  ['/desk/organizations', '/organizations', (n: number) => ({ name: { en: `Office ${n}` } })],
  [
    '/desk/sessions',
    '/sessions',
    (n: number) => ({
      body: 'council',
      number: 100 + n,
      startsOn: '2025-01-01',
      endsOn: '2025-01-01',
      format: 'online',
      place: { city: { en: 'Osh' } },
    }),
  ],
] as const)
  await t.test(`${base} shows everything there is, in pages`, async (t) => {
    const before = subjectsOf((await desk.get(`${base}?lang=en`)).text, base).length
    for (let n = 0; n < 101; n++) await record(api, { id: `more-${n}`, ...more(n) })
    const shown: string[] = []
    let pages = 0
    for (let path: string | undefined = `${base}?lang=en`; path !== undefined; pages++) {
      const { text } = await desk.get(path)
      shown.push(...subjectsOf(text, base))
      path = nextOf(text)
    }
    t.equal(pages, 2)
    t.equal(shown.length, before + 101)
    t.equal(new Set(shown).size, shown.length, 'none twice')
    t.equal((await desk.get(`${base}?cursor=%25`)).status, 400, 'a cursor that is none of ours')
  })
