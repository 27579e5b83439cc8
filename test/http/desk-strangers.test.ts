import t from 'tap'
import { checked, furnished, rowsOf, tableOf } from '../support/batches.ts'
import { DeskClient } from '../support/desk.ts'
import { cli, keyKnown } from '../support/served.ts'

const AWARD = {
  kind: 'status',
  'title.en': 'Status',
  recipientType: 'organization',
  organizationId: 'fund',
  'name.en': 'State Fund',
  issuedOn: '2024-11-07',
}

const { data, server, record, keys } = await furnished(t)
t.teardown(() => server.stop())
const [key, colleague] = keys
const keyOf = (...args: string[]) => keyKnown(server.url, cli(data, ['key', 'create', ...args]).out.trim())
const totalOf = async () => {
  const answer = await fetch(`${server.url}/api/v1/certificates?limit=100`)
  return ((await answer.json()) as { certificates: readonly unknown[] }).certificates.length
}

await t.test('what is another issuer’s is looked at and not touched', async (t) => {
  await record('/organizations', { id: 'ministry', name: { en: 'Ministry' } })
  await record('/issuers', { id: 'ministry', name: { en: 'Ministry' }, body: 'ministry' })
  const stranger = await DeskClient.open(server.url, await keyOf('--role', 'issuer', '--issuer', 'ministry'))
  const desk = await DeskClient.open(server.url, key)
  const issued = await desk.send('/desk/award', AWARD)
  t.equal(issued.status, 303)
  const certificate = issued.location.split('?')[0] ?? ''
  for (const [deed, fields] of [
    ['revoke', { from: '2024-12-01', reason: 'mischief' }],
    ['suspend', { from: '2024-12-01', reason: 'mischief' }],
    ['accept', { 'person.en': 'Mallory', acceptedOn: '2024-12-01' }],
    ['correct', { 'title.en': 'Mischief', reason: 'mischief' }],
  ] as const) {
    const answer = await stranger.send(`${certificate}/${deed}`, { ...fields, seen: '1' })
    t.equal(answer.status, 422, deed)
    t.match(answer.text, 'role="alert"')
  }
  const proposed = await desk.send('/desk/award', { ...AWARD, 'title.en': 'Secret draft', do: 'propose' })
  const proposal = proposed.location.split('?')[0] ?? ''
  t.match(proposal, /^\/desk\/proposals\//)
  t.equal((await stranger.get(proposal)).status, 404)
  for (const decision of ['approve', 'decline'])
    t.equal((await stranger.send(`${proposal}/${decision}`, { reason: 'x' })).status, 404)
  t.notMatch((await stranger.get(`/desk/award?like=${proposal.split('/').at(-1)}`)).text, 'Secret draft')
  t.notMatch((await stranger.get('/desk/proposals')).text, 'Secret draft')
  const { path } = await checked(desk, tableOf(rowsOf(2)))
  for (const page of [path, `${path}/result.csv`]) t.equal((await stranger.get(page)).status, 404, page)
  for (const act of ['check', 'record', 'stop'])
    t.equal((await stranger.send(`${path}/${act}`, {})).status, 404, act)
  const verdict = await fetch(`${server.url}/api/v1/certificates/${certificate.split('/').at(-1)}`)
  t.equal(
    ((await verdict.json()) as { verdict: { status: string } }).verdict.status,
    'valid',
    'nothing happened to it',
  )
})

await t.test('who proposed does not approve, nor does a proposal get two answers', async (t) => {
  const [first, second] = [
    await DeskClient.open(server.url, key),
    await DeskClient.open(server.url, colleague),
  ]
  const before = await totalOf()
  const proposed = await first.send('/desk/award', { ...AWARD, 'title.en': 'For two', do: 'propose' })
  const path = proposed.location.split('?')[0] ?? ''
  t.equal((await first.send(`${path}/approve`, {})).status, 422, 'the same key')
  const answers = await Promise.all([
    second.send(`${path}/approve`, {}),
    second.send(`${path}/decline`, { reason: 'both at once' }),
    second.send(`${path}/approve`, {}),
  ])
  const { text } = await second.get(`/desk/proposals/${path.split('/').at(-1)}`)
  const isApproved = text.includes('Approved by')
  t.equal(
    await totalOf(),
    before + (isApproved ? 1 : 0),
    'one certificate where approved, none where declined',
  )
  t.equal(answers[1].status, isApproved ? 422 : 303)
})
