import t from 'tap'
import { buildServer } from '../../src/http/server.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'

void t.test('every field that is corrected is shown with what it said and says, and when', async (t) => {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  const app = await buildServer(rig.registry, {
    logger: false,
    version: 'test',
    limits: { perKey: 1e9, perAddress: 1e9 },
  })
  t.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  await must(
    rig.run('session.convene', undefined, {
      id: 's-34',
      body: 'council',
      number: 34,
      startsOn: '2024-11-06',
      endsOn: '2024-11-07',
      place: { city: { en: 'Astana' } },
      format: 'hybrid',
    }),
  )
  const { id } = await must(
    rig.run('certificate.issue', undefined, {
      ...certificate,
      serialNumber: 'N-1',
      validUntil: '2027-11-07',
      functions: [{ name: { en: 'Keep the archive' }, from: '2024-11-07' }],
    }),
  )
  await must(
    rig.run('certificate.accept', id, {
      person: { name: { en: 'Mukhtarov T.' } },
      acceptedOn: '2024-11-07',
      place: { en: 'Astana' },
    }),
  )
  await must(
    rig.run('certificate.correct', id, {
      reason: 'as decided',
      changes: [
        { field: 'title', after: { en: 'Certificate of the status' } },
        { field: 'citation', after: { en: 'For its archive' } },
        { field: 'recipient.nameAsWritten', after: { en: 'The Fund' } },
        { field: 'acceptance.person', after: { name: { en: 'Muktarov T.' } } },
        { field: 'acceptance.acceptedOn', after: '2024-11-08' },
        { field: 'acceptance.place', after: { en: 'Almaty' } },
        { field: 'serialNumber', after: 'N-2' },
        { field: 'validUntil', after: '2028-11-07' },
        { field: 'basis', after: { sessionId: 's-34', decisionNumber: '34/2' } },
        { field: 'functions', after: [{ name: { en: 'Keep the library' }, until: '2026-01-01' }] },
      ],
    }),
  )
  const page = (await app.inject({ url: `/c/${id}?lang=en` })).body
  const part = /<h2 id="corrections">.*?<\/section>/s.exec(page)?.[0] ?? ''
  const changes = [...part.matchAll(/<div class="change">(?<all>.*?)<\/div><\/div>/gs)].map(({ groups }) =>
    (groups?.['all'] ?? '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
  t.strictSame(changes, [
    'Title It said Certificate of status Статусун алгандыгы үчүн сертификат It says Certificate of the status',
    'Citation It said — It says For its archive',
    'Recipient It said Мамлекеттик фонд It says The Fund',
    'Accepted by It said Mukhtarov T. It says Muktarov T.',
    'Accepted on It said 7 November 2024 It says 8 November 2024',
    'Accepted at It said Astana It says Almaty',
    'Number on the paper It said N-1 It says N-2',
    'Counts until It said 7 November 2027 It says 7 November 2028',
    'Rests on It said — It says Session 34: Interstate Council , 6 November 2024 Decision 34/2',
    'Functions conferred It said Keep the archive since 7 November 2024 It says Keep the library until 1 January 2026',
  ])
  t.match(part, 'href="/sessions/s-34?lang=en"')
  t.match(part, `<time datetime="${rig.registry.now().slice(0, 10)}">`, 'the day it was recorded')
})

void t.test('who received it is named once, and leads to the organisation', async (t) => {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  const limits = { perKey: 1e9, perAddress: 1e9 }
  const app = await buildServer(rig.registry, { logger: false, version: 'test', limits })
  t.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  const recipientOf = async (nameAsWritten: object) => {
    const recipient = { ...certificate.recipient, nameAsWritten }
    const { id } = await must(rig.run('certificate.issue', undefined, { ...certificate, recipient }))
    const page = (await app.inject({ url: `/c/${id}?lang=ky` })).body
    return [
      ...(/<dt>Кимге берилген<\/dt><dd>(?<said>.*?)<\/dd>/s.exec(page)?.groups?.['said'] ?? '').matchAll(
        />(?<text>[^<]+)</g,
      ),
    ].map(({ groups }) => groups?.['text'])
  }
  const name = (await app.inject({ url: '/api/v1/organizations/fund' })).json<{
    state: { names: { name: Record<string, string> }[] }
  }>().state.names[0]?.name
  t.ok(name)
  t.strictSame(await recipientOf(name ?? {}), Object.values(name ?? {}))
  t.strictSame(await recipientOf({ ky: 'Башкача жазылган' }), [
    'Башкача жазылган',
    name?.['ky'] ?? name?.['en'],
  ])
})
