/// <reference lib="dom" />
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Page } from 'playwright-core'
import t from 'tap'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { servedCouncil } from '../support/evidence.ts'
import { CLIENT, openProvider, PERSON } from '../support/oidc-provider.ts'
import { cli, keyKnown } from '../support/served.ts'

/** A port that is free now: the registry has to be told its own address before it listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const browser = await openBrowser()
if (!browser) {
  t.pass(NO_BROWSER, { skip: NO_BROWSER })
} else {
  const port = await freePort()
  // Another site than the provider's 127.0.0.1, as in life: a `strict` cookie does not come along from there.
  const url = `http://localhost:${port}`
  const provider = await openProvider(`${url}/desk/oidc/callback`)
  const house = await servedCouncil({
    PORT: String(port),
    PUBLIC_URL: url,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    TRUST_PROXY: 'true',
  })
  t.teardown(async () => {
    await browser.close()
    await house.remove()
    await provider.close()
  })
  const key = await keyKnown(
    house.server.url,
    cli(house.data, ['key', 'create', '--role', 'issuer', '--issuer', 'council']).out.trim(),
  )
  const keyId = /(?<=crk_)[^_]+/.exec(key)?.[0] ?? ''
  provider.claims.set('aiperi', keyId)

  const visit = async (locale: string, address: string, javaScriptEnabled = false) => {
    const context = await browser.newContext({
      locale,
      javaScriptEnabled,
      bypassCSP: javaScriptEnabled,
      viewport: { width: 360, height: 800 },
      extraHTTPHeaders: { 'x-forwarded-for': address },
    })
    const page = await context.newPage()
    await page.goto(`${url}/desk/`)
    return page
  }
  const withKeyboard = async (page: Page, account: string) => {
    await page.focus('a.button')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/interaction/**')
    await page.fill('[name=account]', account)
    await page.focus('button[value=yes]')
    await page.keyboard.press('Enter')
  }

  await t.test(
    'an issuer signs in at the provider, acts as their key, signs out; without a script',
    async (t) => {
      const page = await visit('ru-RU', '10.0.0.1')
      t.equal(await page.textContent('a.button'), `Войти через ${new URL(provider.issuer).host}`)
      await withKeyboard(page, 'aiperi')
      await page.waitForURL(`${url}/desk/?lang=ru`)
      t.match(await page.textContent('main'), `council/${keyId}`, 'the strict cookie came along')
      t.equal(await page.locator('[name=key]').count(), 0)
      await page.click('a[href^="/desk/award"]')
      await page.fill('[name="title.ru"]', 'Сертификат о статусе')
      await page.fill('[name="organizationId"]', 'fund')
      await page.fill('[name="name.ru"]', 'Фонд')
      await page.fill('[name="issuedOn"]', '2024-11-07')
      await page.click('form.desk button')
      await page.waitForURL('**/desk/c/**')
      t.match(await page.textContent('[role=status]'), 'Записано')
      await page.goBack()
      await page.goBack()
      t.equal(page.url(), `${url}/desk/?lang=ru`, 'no address with a code stays behind')
      await page.click('button.quiet')
      await page.waitForURL('**/desk/oidc/signed-out**')
      t.match(await page.textContent('[role=alert]'), 'Здесь вы вышли')
      await page.click('[role=alert] a')
      t.match(page.url(), `${provider.issuer}/session/end`)
      await page.goto(`${url}/desk/`)
      t.ok(await page.locator('[name=key]').isVisible())
      t.notMatch(house.server.said.out, PERSON.email)
    },
  )

  await t.test('who has no key there is told what to ask for, in their language', async (t) => {
    const page = await visit('ky-KG', '10.0.0.2')
    await withKeyboard(page, 'stranger')
    await page.waitForURL('**/callback**')
    t.match(await page.textContent('[role=alert]'), '«registry_key» талаасына')
    await page.click('header a[lang=en]')
    t.equal(page.url(), `${url}/desk/?lang=en`, 'another language asks for no code twice')
    const refusing = await visit('en-GB', '10.0.0.3')
    await refusing.click('a.button')
    await refusing.click('button[value=no]')
    t.match(await refusing.textContent('[role=alert]'), 'broken off or refused')
    await refusing.fill('[name=key]', key)
    await refusing.press('[name=key]', 'Enter')
    t.match(await refusing.textContent('main'), `council/${keyId}`, 'the key still does')
  })

  await t.test(
    'a provider that is away: a page says so, and the key signs in; no rule of WCAG broken',
    async (t) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await visit('ky-KG', '10.0.0.4', true)
        await page.emulateMedia({ colorScheme })
        t.same(await violations(page), [])
        t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360)
        await withKeyboard(page, 'stranger')
        await page.waitForURL('**/callback**')
        t.same(await violations(page), [])
        t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360)
      }
      provider.held.intercept = ({ url: path }, response) => {
        if (path !== '/token') return false
        response.writeHead(502).end()
        return true
      }
      const page = await visit('en-GB', '10.0.0.5', true)
      await withKeyboard(page, 'aiperi')
      await page.waitForURL('**/callback**')
      t.match(await page.textContent('[role=alert]'), 'does not answer now')
      t.same(await violations(page), [])
      await page.fill('[name=key]', key)
      await page.press('[name=key]', 'Enter')
      t.match(await page.textContent('main'), `council/${keyId}`)
    },
  )
}
