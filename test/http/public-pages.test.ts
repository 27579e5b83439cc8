import t from 'tap'
import { buildServer } from '../../src/http/server.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'

void t.test(
  'pages say whatever is recorded: a session, the award that rests on it, its issuer',
  async (t) => {
    const rig = await openTestRegistry()
    await withCouncil(rig)
    const limits = { perKey: 1e9, perAddress: 1e9 }
    const app = await buildServer(rig.registry, { logger: false, version: 'test', limits })
    t.teardown(async () => {
      await app.close()
      await rig.registry.close()
      rig.remove()
    })
    const page = async (path: string) =>
      (await app.inject({ url: `${path}${path.includes('?') ? '&' : '?'}lang=ru` })).body
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
    const record = (deed: string, input: object) => must(rig.run(`session.${deed}`, 's-34', input))
    await must(
      rig.run('session.convene', undefined, {
        id: 's-34',
        body: 'council',
        number: 34,
        startsOn: '2024-11-06',
        endsOn: '2024-11-07',
        place: { city: { ru: 'Астана' }, country: 'KZ' },
        format: 'hybrid',
        title: { ru: 'Юбилейное' },
      }),
    )
    await record('adopt-agenda', {
      items: [
        {
          number: 1,
          title: { ru: 'О статусе Фонда' },
          followsUp: { sessionNumber: 33, decisionNumber: '33/7' },
        },
      ],
    })
    await record('register-participants', {
      participants: [
        {
          participantId: 'p1',
          person: { name: { ru: 'Мухтаров Т.К.' } },
          organizationId: 'fund',
          attendance: 'online',
        },
      ],
    })
    await record('record-decision', {
      item: 1,
      decisionNumber: '34/2',
      text: { ru: 'Присвоить статус.' },
      takenOn: '2024-11-07',
    })
    const protocol = { number: '34', date: '2024-11-07', sha256: 'ab'.repeat(32) }
    await record('publish-protocol', { ...protocol, location: 'javascript:alert(1)' })
    await record('distribute-protocol', {
      to: [{ organizationId: 'fund' }, { participantId: 'p1' }],
      on: '2024-11-10',
    })
    await record('report-implementation', {
      item: 1,
      on: '2025-02-01',
      status: 'implemented',
      text: { ru: 'Фонд приступил.' },
    })
    await record('close', { on: '2024-11-07' })
    const session = await page('/sessions/s-34')
    for (const said of [
      'Юбилейное',
      'Астана , Казахстан',
      'очно и онлайн',
      'В продолжение: Заседание 33 Решение 33/7',
      'Решение 34/2 Присвоить статус. 7 ноября 2024',
      'javascript:alert(1)',
      'Протокол отправлен',
      '10 ноября 2024',
      'исполнено',
      'Фонд приступил.',
      'Закрыто',
    ])
      t.match(session, said)
    const markup = (await app.inject({ url: '/sessions/s-34' })).body
    t.notMatch(markup, /href="javascript/, 'what is no address of the web is no link')
    const basis = { sessionId: 's-34', agendaItem: 1, decisionNumber: '34/2', protocolNumber: '34' }
    const { id } = await must(rig.run('certificate.issue', undefined, { ...certificate, basis }))
    const shown = await page(`/c/${id}`)
    t.match(shown, 'Пункт повестки 1: О статусе Фонда')
    t.match(shown, 'Решение 34/2: Присвоить статус.')
    t.match(shown, 'Записал выдающий Interstate Council')
    for (let n = 0; n < 20; n++) await must(rig.run('certificate.issue', undefined, certificate))
    const issuer = (await app.inject({ url: '/issuers/council?lang=ru' })).body
    t.notMatch(issuer, id, 'the latest 20 first')
    const next = /href="(?<next>\/issuers\/council\?[^"]*before=[^"]+)"/.exec(issuer)?.groups?.['next'] ?? ''
    t.match((await app.inject({ url: next.replaceAll('&amp;', '&') })).body, id)
    t.notMatch(issuer, 'двух лиц')
    await must(rig.run('issuer.require-approval', 'council', { reason: 'two' }))
    t.match(await page('/issuers/council'), 'двух лиц')
  },
)

void t.test('a protocol that lies in the web is linked', async (t) => {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  const limits = { perKey: 1e9, perAddress: 1e9 }
  const app = await buildServer(rig.registry, { logger: false, version: 'test', limits })
  t.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  await must(
    rig.run('session.convene', undefined, {
      id: 's-1',
      body: 'council',
      number: 1,
      startsOn: '2024-11-06',
      endsOn: '2024-11-06',
      place: { city: { ru: 'Ош' } },
      format: 'online',
    }),
  )
  const protocol = {
    number: '1',
    date: '2024-11-07',
    sha256: 'ab'.repeat(32),
    location: 'https://example.org/1.pdf',
  }
  await must(rig.run('session.publish-protocol', 's-1', protocol))
  t.match((await app.inject({ url: '/sessions/s-1' })).body, 'href="https://example.org/1.pdf" rel="nofollow')
})
