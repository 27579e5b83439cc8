import t from 'tap'
import { buildServer } from '../../src/http/server.ts'
import { listCertificates } from '../../src/queries/certificates.ts'
import { certificate, councilKey, must, openTestRegistry, withCouncil } from '../support/registry.ts'

const ISSUED = 45

/** A council with a session and 45 certificates: every fifth revoked, every third for excellence, one a day. */
async function filled() {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  await must(
    rig.run('session.convene', undefined, {
      id: 'session-34',
      body: 'council',
      number: 34,
      startsOn: '2024-11-06',
      endsOn: '2024-11-07',
      place: { city: { en: 'Astana' }, country: 'KZ' },
      format: 'hybrid',
    }),
  )
  for (let n = 0; n < ISSUED; n++) {
    const input = {
      ...certificate,
      kind: n % 3 === 0 ? 'excellence' : 'status',
      issuedOn: `2024-${n < 30 ? '11' : '12'}-${String((n % 30) + 1).padStart(2, '0')}`,
      ...(n === 7 && { basis: { sessionId: 'session-34' } }),
    }
    const { id } = await must(
      rig.run('certificate.issue', undefined, input, { actor: councilKey, key: `k${n}` }),
    )
    if (n % 5 === 0)
      await must(
        rig.run('certificate.revoke', id, { from: '2025-01-01', reason: 'void' }, { actor: councilKey }),
      )
  }
  const app = await buildServer(rig.registry, { logger: false, version: 'test' })
  const get = async (path: string) => (await app.inject({ url: path })).body
  const close = async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  }
  return { rig, app, get, close }
}

const idsIn = (page: string) =>
  [...page.matchAll(/href="\/c\/(?<id>[^?"]+)/g)].map(({ groups }) => groups?.['id'])
const nextIn = (page: string) =>
  /rel="next" href="(?<path>[^"]+)"/.exec(page)?.groups?.['path']?.replaceAll('&amp;', '&')

void t.test('search narrowed down, pages and counts', async (tt) => {
  const { rig, app, get, close } = await filled()
  tt.teardown(close)
  const found = async (query: string) => new Set(idsIn(await get(`/search?lang=en&${query}`))).size

  await tt.test('a session is found by the name that people know', async (t2) => {
    const page = await get('/search?lang=ru&q=34')
    const hit =
      /<li><a href="\/sessions\/session-34[^"]*">(?<name>.*?)<\/li>/s.exec(page)?.groups?.['name'] ?? ''
    const said = hit
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
    t2.equal(said, 'Заседание 34: Interstate Council Заседание · 6 ноября 2024 г.')
  })

  await tt.test('by each condition alone and together', async (t2) => {
    t2.equal(await found('status=revoked'), 9)
    t2.equal(await found('kind=excellence'), 15)
    t2.equal(await found('status=revoked&kind=excellence'), 3)
    t2.equal(await found('from=2024-12-01'), 15)
    t2.equal(await found('from=2024-11-03&until=2024-11-05'), 3)
    t2.equal(await found('session=session-34'), 1)
    t2.equal(await found('issuer=nobody'), 0)
    t2.equal(await found('issuer=council&status=expired'), 0)
    t2.equal(await found('q=%D1%84%D0%BE%D0%BD%D0%B4&status=revoked'), 9, 'with a text')
    t2.equal(await found('q=%D1%84%D0%BE%D0%BD%D0%B4&status=valid&from=2024-12-01'), 12)
  })

  await tt.test('what was asked for stays in the form, on every page', async (t2) => {
    const first = await get('/search?lang=en&q=fond&status=valid&kind=status&from=2024-11-01')
    t2.match(first, '<option value="valid" selected>')
    t2.match(first, '<option value="status" selected>')
    t2.match(first, 'value="2024-11-01"')
    t2.match(first, 'value="fond"')
    t2.match(first, '<details class="narrow" open>')
    t2.match(first, '1–20 / 24')
    const path = nextIn(first) ?? ''
    t2.match(path, 'status=valid')
    const second = await get(path)
    t2.match(second, '21–24 / 24')
    t2.match(second, 'value="fond"')
    t2.equal(nextIn(second), undefined)
    t2.equal(new Set([...idsIn(first), ...idsIn(second)]).size, 24, 'each once')
  })

  await tt.test('conditions without a text, over pages', async (t2) => {
    const first = await get('/search?lang=en&status=valid')
    t2.match(first, 'class="badge valid"')
    const second = await get(nextIn(first) ?? '')
    t2.match(second, '21–36 / 36')
    t2.equal(new Set([...idsIn(first), ...idsIn(second)]).size, 36)
  })

  await tt.test('where nothing matches, each condition can be taken away', async (t2) => {
    const page = await get('/search?lang=en&q=fond&status=expired&kind=status')
    t2.match(page, 'No certificate matches all of this')
    t2.match(page, '/search?q=fond&amp;kind=status&amp;lang=en')
    t2.match(page, '/search?q=fond&amp;status=expired&amp;lang=en')
    t2.match(await get('/search?lang=en&q=qqqqqq'), 'Try fewer letters')
    t2.match(await get('/search?lang=en'), 'Type a name')
  })

  await tt.test('a condition that can’t be read is said; hostile ones do nothing', async (t2) => {
    t2.match(await get('/search?lang=en&from=yesterday'), 'could not be read')
    for (const query of [
      'status=constructor',
      'kind[]=a&kind=b',
      'from=2024-02-30',
      'cursor=%00&status=valid',
      'shown=1e9&status=valid',
      'issuer=%22%3E%3Cscript%3E',
      'q=%22%3E%3Cscript%3E&status=valid',
    ]) {
      const answer = await app.inject({ url: `/search?lang=en&${query}`, headers: { accept: 'text/html' } })
      t2.ok(answer.statusCode < 500, query)
      t2.notMatch(answer.body, '<script>', query)
    }
  })

  await tt.test('an organisation shows every award, page by page, with its status', async (t2) => {
    const first = await get('/organizations/fund?lang=en')
    t2.match(first, '1–20 / 45')
    const second = await get(nextIn(first) ?? '')
    const third = await get(nextIn(second) ?? '')
    t2.match(third, '41–45 / 45')
    t2.equal(nextIn(third), undefined)
    t2.equal(new Set([first, second, third].flatMap(idsIn)).size, ISSUED)
    t2.match(first, 'class="badge revoked"')
  })

  await tt.test('the API takes the same conditions', async (t2) => {
    const list = async (query: string) =>
      (JSON.parse(await get(`/api/v1/certificates?limit=100&${query}`)) as { certificates: unknown[] })
        .certificates.length
    t2.equal(await list('status=revoked&kind=excellence'), 3)
    t2.equal(await list('from=2024-12-01&until=2024-12-02'), 2)
    t2.equal((await app.inject({ url: '/api/v1/certificates?status=nonsense' })).statusCode, 400)
  })

  await tt.test('a page looks at no more than it may', (t2) => {
    const { db } = rig.registry.readModel
    db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
      INSERT INTO certificate(id, revision, issuer, body, recipient, kind, issued_on, document, verdicts, history)
      SELECT 'X' || i, 0, issuer, body, recipient, kind, issued_on, document, '[{"status":"expired"}]', history
      FROM n, (SELECT * FROM certificate LIMIT 1)`)
    const page = { today: '2026-01-15', limit: 20 }
    const first = listCertificates(rig.registry.readModel, { status: 'revoked' }, page)
    t2.same(first.certificates, [], 'none among the latest 2,000')
    const second = listCertificates(
      rig.registry.readModel,
      { status: 'revoked' },
      { ...page, before: first.next },
    )
    t2.equal(second.certificates.length, 9)
    t2.equal(second.next, undefined)
    t2.end()
  })
})

void t.test('a page that names a person is kept, and not beyond an erasure', async (tt) => {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  const app = await buildServer(rig.registry, { logger: false, version: 'test' })
  tt.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  const { id } = await must(
    rig.run('certificate.issue', undefined, certificate, { actor: councilKey, key: 'k' }),
  )
  const person = { name: { ky: 'Жээнбекова Айсулуу' } }
  const accepted = await must(
    rig.run('certificate.accept', id, { person, acceptedOn: '2024-11-07' }, { actor: councilKey }),
  )
  const personId = /"personId":"(?<id>[^"]+)"/.exec(JSON.stringify(accepted.state))?.groups?.['id'] ?? ''
  const { readModel } = rig.registry
  const prepare = readModel.prepare.bind(readModel)
  let asked = 0
  readModel.prepare = (sql) => {
    if (sql.includes('FROM certificate')) asked++
    return prepare(sql)
  }
  const page = async () => (await app.inject({ url: `/c/${id}?lang=en` })).body
  const first = await page()
  tt.match(first, 'Жээнбекова')
  tt.ok(asked > 0)
  asked = 0
  tt.equal(await page(), first)
  tt.equal(asked, 0, 'the second reader has the kept one')
  await must(rig.run('person.erase', personId, { reason: 'asked-by-the-person' }))
  const after = await page()
  tt.notMatch(after, 'Жээнбекова')
  tt.match(after, 'name erased')
})
