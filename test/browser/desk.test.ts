/// <reference lib="dom" />
import t from 'tap'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { servedCouncil } from '../support/evidence.ts'
import { cli, keyKnown } from '../support/served.ts'

const browser = await openBrowser()
if (!browser) {
  t.pass(NO_BROWSER, { skip: NO_BROWSER })
} else {
  const house = await servedCouncil({ PUBLIC_URL: 'http://localhost' })
  t.teardown(async () => {
    await browser.close()
    await house.remove()
  })
  const { server, data } = house
  const keyOf = (...args: string[]) => keyKnown(server.url, cli(data, ['key', 'create', ...args]).out.trim())
  const issuerKey = await keyOf('--role', 'issuer', '--issuer', 'council')

  await t.test(
    'an issuer signs in, records an award, mends what was wrong, revokes it; without a script',
    async (t) => {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        locale: 'ru-RU',
        viewport: { width: 390, height: 844 },
      })
      const page = await context.newPage()
      await page.goto(`${server.url}/desk/`)
      await page.fill('[name=key]', 'crk_nonsense')
      await page.press('[name=key]', 'Enter')
      t.match(await page.textContent('[role=alert]'), 'не годится')
      await page.fill('[name=key]', issuerKey)
      await page.press('[name=key]', 'Enter')
      t.match(await page.textContent('main'), 'council/')
      await page.click('a[href^="/desk/award"]')
      await page.fill('[name="title.ru"]', 'Сертификат о статусе')
      await page.fill('[name="organizationId"]', 'nobody')
      await page.fill('[name="name.ru"]', 'Фонд')
      await page.fill('[name="issuedOn"]', '2024-11-07')
      await page.click('form.desk button')
      t.equal(
        await page.getAttribute('[name="organizationId"]', 'aria-invalid'),
        'true',
        'the field that is wrong',
      )
      t.equal(await page.inputValue('[name="title.ru"]'), 'Сертификат о статусе', 'what was typed stays')
      await page.fill('[name="organizationId"]', 'fund')
      await page.click('form.desk button')
      await page.waitForURL('**/desk/c/**')
      const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
      await page.click('summary:has-text("Отозвать")')
      await page.fill('#revoke-from', '2024-12-01')
      await page.fill('#revoke-reason', 'Выдан по ошибке.')
      await page.click('form[action$="/revoke"] button')
      t.match(await page.textContent('.preview'), 'Отозван', 'what the public will see')
      t.notMatch(
        await (await fetch(`${server.url}/c/${id}?lang=ru`)).text(),
        'Отозван',
        'nothing is recorded yet',
      )
      await page.click('form[action$="/revoke"] button')
      t.match(await page.textContent('[role=status]'), 'Записано')
      const seen = await (await fetch(`${server.url}/c/${id}?lang=ru`)).text()
      t.match(seen, 'Отозван')
      t.match(seen, 'Выдан по ошибке.')
      await page.click('summary:has-text("Отозвать")')
      await page.fill('#revoke-from', '2024-12-02')
      await page.fill('#revoke-reason', 'Ещё раз.')
      await page.click('form[action$="/revoke"] button')
      t.match(await page.textContent('[role=alert]'), /./, 'a second revocation is refused in words')
      t.equal(await page.inputValue('#revoke-reason'), 'Ещё раз.')
      const next = await house.issue()
      await page.goto(`${server.url}/desk/c/${next}?lang=ru`)
      await page.click('summary:has-text("Заменить")')
      await page.fill('#supersede-by', next)
      await page.fill('#supersede-from', '2025-01-01')
      await page.fill('#supersede-reason', 'Сам собой.')
      await page.click('form[action$="/supersede"] button')
      t.match(await page.textContent('.note'), /./, 'not by itself')
      await page.fill('#supersede-by', house.id)
      await page.click('form[action$="/supersede"] button')
      t.match(await page.textContent('.preview'), 'Заменён')
      await page.click('form[action$="/supersede"] button')
      t.match(await page.textContent('[role=status]'), 'Записано')
      t.match(await (await fetch(`${server.url}/c/${next}?lang=ru`)).text(), 'Заменён')
      await page.click('button.quiet')
      t.ok(await page.locator('[name=key]').isVisible(), 'signed out')
    },
  )

  await t.test('an auditor reads the history, narrows it down, and gets the proof of an event', async (t) => {
    const context = await browser.newContext({
      bypassCSP: true,
      javaScriptEnabled: true,
      locale: 'en-GB',
      viewport: { width: 360, height: 800 },
    })
    const page = await context.newPage()
    await page.goto(`${server.url}/desk/?lang=en`)
    await page.fill('[name=key]', await keyOf('--role', 'auditor'))
    await page.press('[name=key]', 'Enter')
    await page.waitForURL('**/desk/events**')
    t.match(await page.textContent('ol.events'), 'IssuerRegistered')
    await page.click('details.filters summary')
    await page.selectOption('#type', 'AwardIssued')
    await page.click('form.wide button')
    await page.waitForURL('**type=AwardIssued**')
    t.notMatch(await page.textContent('ol.events'), 'IssuerRegistered')
    t.notMatch(await page.textContent('ol.events'), 'Жээнбекова', 'no name of a person')
    t.same(await violations(page), [])
    t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360)
    const proof = await page.getAttribute('a[href$=".tlog-proof"]', 'href')
    t.match(await (await fetch(`${server.url}${proof}`)).text(), /^c2sp.org\/tlog-proof@v1\n/)
    await page.goto(`${server.url}/desk/award`)
    await page.goto(`${server.url}/desk/events?after=nonsense&until=2000-01-01`)
    t.equal(await page.locator('ol.events li').count(), 0)
  })

  await t.test('no rule of WCAG 2.2 AA broken', async (t) => {
    const context = await browser.newContext({ bypassCSP: true, viewport: { width: 360, height: 800 } })
    const page = await context.newPage()
    await page.goto(`${server.url}/desk/?lang=ky`)
    t.same(await violations(page), [])
    await page.fill('[name=key]', issuerKey)
    await page.press('[name=key]', 'Enter')
    for (const path of ['/desk/', '/desk/award', `/desk/c/${house.id}`, `/desk/c/${house.id}/correct`]) {
      await page.goto(`${server.url}${path}?lang=ky`)
      t.same(await violations(page), [], path)
      t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, path)
    }
  })

  await t.test('a form of somebody else’s, a stolen hour, another role: nothing is recorded', async (t) => {
    const signIn = async (key: string) =>
      fetch(`${server.url}/desk/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ key }),
      })
    const signed = await signIn(issuerKey)
    t.equal(signed.status, 303)
    const cookie = signed.headers.get('set-cookie') ?? ''
    t.match(cookie, /HttpOnly.*SameSite=Strict/)
    t.notMatch(cookie, issuerKey)
    const send = async (path: string, body: Record<string, string>) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: cookie.split(';')[0] ?? '' },
        body: new URLSearchParams(body),
      })
    const revoke = { from: '2024-12-01', reason: 'Forged.' }
    t.equal((await send(`/desk/c/${house.id}/revoke`, revoke)).status, 403, 'without the form’s word')
    t.equal((await send(`/desk/c/${house.id}/revoke`, { ...revoke, csrf: 'guessed' })).status, 403)
    const html = await (
      await fetch(`${server.url}/desk/`, { headers: { cookie: cookie.split(';')[0] ?? '' } })
    ).text()
    const csrf = /name="csrf" value="(?<csrf>[^"]+)"/.exec(html)?.groups?.['csrf'] ?? ''
    t.not(csrf, '')
    t.equal((await send(`/desk/c/${house.id}/paint`, { csrf })).status, 404)
    t.equal((await send('/desk/award', { csrf })).status, 422)
    const [keyId] = /(?<=crk_)[^_]+/.exec(issuerKey) ?? []
    await house.record('/issuers/council/key-revocations', { keyId, reason: 'Lost.' })
    t.equal(
      (await send(`/desk/c/${house.id}/revoke`, { ...revoke, csrf })).status,
      403,
      'a revoked key is signed out',
    )
    t.match(await (await fetch(`${server.url}/api/v1/certificates/${house.id}`)).json(), {
      verdict: { status: 'valid' },
    })
    for (let n = 0; n < 12; n++) await signIn('crk_wrong_key')
    t.equal((await signIn('crk_wrong_key')).status, 429, 'guessing is slow')
  })
}
