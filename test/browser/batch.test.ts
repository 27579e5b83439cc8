/// <reference lib="dom" />
import type { Page } from 'playwright-core'
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
  const key = await keyKnown(
    server.url,
    cli(data, ['key', 'create', '--role', 'issuer', '--issuer', 'council']).out.trim(),
  )
  const isClean = async (page: Page, name: string) => {
    t.same(await violations(page), [], name)
    t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, `${name}: fits a phone`)
  }

  await t.test(
    'many at once on a phone in Kyrgyz, without a script: columns, errors, recording, the result',
    async (t) => {
      const context = await browser.newContext({
        bypassCSP: true,
        javaScriptEnabled: false,
        locale: 'ky',
        viewport: { width: 360, height: 800 },
      })
      const page = await context.newPage()
      // axe runs in a page of its own, since the issuer's has no script.
      const looker = await (
        await browser.newContext({ bypassCSP: true, locale: 'ky', viewport: { width: 360, height: 800 } })
      ).newPage()
      const look = async (name: string) => {
        await looker.context().addCookies(await context.cookies())
        await looker.goto(page.url())
        await isClean(looker, name)
      }
      await page.goto(`${server.url}/desk/`)
      await page.fill('[name=key]', key)
      await page.press('[name=key]', 'Enter')
      await page.waitForSelector('nav.rooms')
      await page.click('a[href^="/desk/batch"]')
      await look('upload')
      const table = (second: string) =>
        `Аталышы (кырг);Уюм;Алуучу, кыргызча;Кимдир бирөө\nБиринчи сыйлык;fund;Мамлекеттик фонд;x\nЭкинчи сыйлык;${second};${'Узун'.repeat(60)};<b>y</b>\n`
      const upload = async (text: string) => {
        await page.setInputFiles('[name=file]', {
          name: 'сыйлыктар.csv',
          mimeType: 'text/csv',
          buffer: Buffer.from(text),
        })
        await page.click('form[enctype] button')
      }
      await upload(table('nobody'))
      t.equal(await page.inputValue('[name="column.0"]'), 'title.ky')
      t.equal(await page.inputValue('[name="column.1"]'), 'organizationId')
      t.equal(await page.inputValue('[name="column.3"]'), '', 'what no column is known by')
      t.match(await page.textContent('form.desk'), '<b>y</b>', 'shown as it is')
      await look('columns')
      await page.fill('[name=issuedOn]', '2024-11-07')
      await page.click('form.desk button:not(.quiet)')
      await page.waitForSelector('a[href*="errors.csv"]', { timeout: 15_000 })
      t.match(await page.textContent('main'), 'Сап 3')
      await look('errors')
      await page.click('a[href*="columns=1"]')
      t.equal(await page.inputValue('[name=issuedOn]'), '2024-11-07', 'what was chosen stays')
      await page.goto(`${server.url}/desk/batch`)
      await upload(table('fund'))
      await page.fill('[name=issuedOn]', '2024-11-07')
      await page.click('form.desk button:not(.quiet)')
      await page.waitForSelector('form[action$="/record"]', { timeout: 15_000 })
      t.match(await page.textContent('details'), 'Биринчи сыйлык', 'as the public will see it')
      await look('ready')
      await page.click('form[action$="/record"] button')
      await page.waitForSelector('a[href*="result.csv"]', { timeout: 15_000 })
      t.match(await page.textContent('[role=status]'), 'Даяр.')
      await look('done')
      const { certificates } = await (await fetch(`${server.url}/api/v1/certificates?limit=2`)).json()
      t.match(JSON.stringify(certificates), /Биринчи сыйлык.*/)
    },
  )
}
