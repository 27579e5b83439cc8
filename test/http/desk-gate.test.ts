import t from 'tap'
import { furnished } from '../support/batches.ts'
import { DeskClient } from '../support/desk.ts'
import { cli, keyKnown } from '../support/served.ts'

const FORM = 'application/x-www-form-urlencoded'
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
const [key] = keys
const keyOf = (...args: string[]) => keyKnown(server.url, cli(data, ['key', 'create', ...args]).out.trim())
const send = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { 'content-type': FORM, accept: 'text/html', ...headers },
  })
const totalOf = async () => {
  const answer = await fetch(`${server.url}/api/v1/certificates?limit=100`)
  return ((await answer.json()) as { certificates: readonly unknown[] }).certificates.length
}

await t.test('whatever is sent to the sign-in is answered in words', async (t) => {
  for (const [body, type] of [
    ['key=a&key=b', FORM],
    ['{"key":1}', 'application/json'],
    ['null', 'application/json'],
  ] as const) {
    const answer = await send('/desk/sign-in', body, { 'content-type': type })
    t.equal(answer.status, 401, body)
    t.match(await answer.text(), 'role="alert"')
  }
  const signed = await send('/desk/sign-in', `key=nonsense&key=${key}`)
  t.equal(signed.status, 303, 'a field that is sent twice counts as its last')
  const cookie = signed.headers.get('set-cookie') ?? ''
  for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/desk']) t.match(cookie, attribute)
})

await t.test('a page of another site signs nobody in and nobody out', async (t) => {
  for (const site of ['cross-site', 'same-site']) {
    const signed = await send('/desk/sign-in', `key=${key}`, { 'sec-fetch-site': site })
    t.equal(signed.status, 403, site)
    t.equal(signed.headers.get('set-cookie'), null, 'no session')
    const out = await send('/desk/sign-out', 'x=1', { 'sec-fetch-site': site })
    t.equal(out.status, 403)
    t.equal(out.headers.get('set-cookie'), null, 'the cookie stays')
  }
  const own = await send('/desk/sign-in', `key=${key}`, { 'sec-fetch-site': 'same-origin' })
  t.equal(own.status, 303, 'our own page does')
})

await t.test('a form without the word of its session records nothing', async (t) => {
  const desk = await DeskClient.open(server.url, key)
  const before = await totalOf()
  for (const csrf of ['', 'x', desk.csrf.slice(1), `${desk.csrf}x`, 'ы'.repeat(desk.csrf.length)]) {
    const answer = await desk.send('/desk/award', { ...AWARD, csrf })
    t.equal(answer.status, 403, csrf)
  }
  const another = await DeskClient.open(server.url, key)
  t.equal(
    (await desk.send('/desk/award', { ...AWARD, csrf: another.csrf })).status,
    403,
    'of another session',
  )
  t.equal(await totalOf(), before)
})

await t.test('a key that is revoked ends its sessions, also in the midst of a form', async (t) => {
  const short = await keyOf('--role', 'issuer', '--issuer', 'council')
  const desk = await DeskClient.open(server.url, short)
  const before = await totalOf()
  t.equal((await desk.send('/desk/award', { ...AWARD, do: 'preview' })).status, 200)
  await record('/issuers/council/key-revocations', { keyId: short.split('_')[1], reason: 'lost' })
  t.equal((await desk.send('/desk/award', AWARD)).status, 403)
  t.match((await desk.get('/desk/')).text, 'action="/desk/sign-in"', 'asked to sign in')
  t.equal(await totalOf(), before)
})
