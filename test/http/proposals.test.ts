import t from 'tap'
import { buildServer } from '../../src/http/server.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'

void t.test('an award is proposed, hidden from strangers, approved by a second key, and read', async (t) => {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  await must(rig.run('issuer.register', undefined, { id: 'registry', name: { en: 'Registry' } }))
  await must(rig.run('issuer.register', undefined, { id: 'other', name: { en: 'Other' }, body: 'fund' }))
  const grant = async (issuer: string, role: string) =>
    (await must(rig.run('issuer.grant-key', issuer, { role }))).extra?.key ?? ''
  const [clerk, head, other, auditor, registrar] = [
    await grant('council', 'issuer'),
    await grant('council', 'issuer'),
    await grant('other', 'issuer'),
    await grant('registry', 'auditor'),
    await grant('registry', 'registrar'),
  ]
  const limits = { perKey: 1e9, perAddress: 1e9 }
  const app = await buildServer(rig.registry, { logger: false, version: 'test', limits })
  t.teardown(async () => {
    await app.close()
    await rig.registry.close()
    rig.remove()
  })
  const ask = async (method: 'GET' | 'POST', path: string, key: string | undefined, payload?: object) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const answer = await app.inject({
      method,
      url: `/api/v1${path}`,
      headers,
      ...(payload && { payload }),
    })
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
  }
  const reason = 'two signatures'
  t.match(await ask('POST', '/issuers/council/approval-requirements', clerk, { reason }), { status: 403 })
  t.match(await ask('POST', '/issuers/council/approval-requirements', registrar, { reason }), { status: 200 })
  t.match(await ask('GET', '/issuers/council', undefined), {
    body: { state: { approval: { required: true } } },
  })
  t.match(await ask('POST', '/certificates', clerk, certificate), {
    status: 409,
    body: { type: /approval-required$/ },
  })
  const proposed = await ask('POST', '/proposals', clerk, certificate)
  t.match(proposed, {
    status: 201,
    headers: { etag: '"0"' },
    body: { state: { state: { status: 'proposed' } } },
  })
  const { id } = proposed.body
  t.equal(proposed.headers.location, `/api/v1/proposals/${id}`)
  t.match(await ask('GET', `/certificates/${id}`, undefined), { status: 404 }, 'a proposal is no certificate')
  t.match(await ask('GET', `/proposals/${id}`, undefined), { status: 401 })
  t.match(await ask('GET', `/proposals/${id}`, other), { status: 404 })
  t.match(await ask('GET', '/proposals', undefined), { status: 401 })
  t.same((await ask('GET', '/proposals', other)).body.proposals, [])
  for (const key of [clerk, head, auditor, registrar])
    t.match(await ask('GET', '/proposals?status=proposed', key), { body: { proposals: [{ id }] } })
  t.match(await ask('POST', `/proposals/${id}/approval`, clerk, {}), {
    status: 403,
    body: { type: /second-person-needed$/ },
  })
  t.match(await ask('POST', `/proposals/${id.toLowerCase()}/approval`, head, {}), {
    status: 200,
    body: { id, visible: true, state: { state: { status: 'approved' } } },
  })
  t.match(await ask('GET', `/certificates/${id}`, undefined), { body: { verdict: { status: 'valid' } } })
  const more = await ask('POST', '/proposals', clerk, { ...certificate, title: { en: 'Another' } })
  t.match(await ask('POST', `/proposals/${more.body.id}/refusal`, head, { reason }), { status: 200 })
  t.match(await ask('POST', `/proposals/${more.body.id}/approval`, head, {}), { status: 409 })
  const person = { name: { ky: 'Муктаров Талант' } }
  const draft = await ask('POST', '/proposals', clerk, {
    ...certificate,
    recipient: { type: 'person', person },
  })
  t.match(await ask('GET', `/proposals/${draft.body.id}`, clerk), {
    body: { persons: [{ state: 'shown', name: person.name }] },
  })
  const search = () => ask('GET', '/search?q=Mukhtarov', undefined)
  t.same((await search()).body.hits, [], 'nobody is found by a draft')
  await ask('POST', `/proposals/${draft.body.id}/approval`, head, {})
  t.match((await search()).body.hits, [{ id: draft.body.id }, {}], 'the certificate and the person')
  await ask('POST', `/proposals/${more.body.id}/refusal`, head, { reason })
  const page = await ask('GET', '/proposals?limit=2', clerk)
  t.equal(page.body.proposals[1].id, more.body.id, 'the latest first')
  const next = await ask('GET', `/proposals?limit=1&cursor=${page.body.next}`, clerk)
  t.equal(next.body.proposals[0].id, id)
  t.match(await ask('GET', '/proposals?cursor=bm8', clerk), { status: 400 })
})
