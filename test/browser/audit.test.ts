/// <reference lib="dom" />
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import t from 'tap'
import { auditHouse } from '../support/audit-house.ts'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { servedCouncil } from '../support/evidence.ts'
import { certificate, must } from '../support/registry.ts'
import { cli, keyKnown } from '../support/served.ts'
import { until } from '../support/tlog.ts'

const browser = await openBrowser()
if (!browser) {
  t.pass(NO_BROWSER, { skip: NO_BROWSER })
} else {
  // A clock that the test sets: the register is to have a past.
  const house = await auditHouse({ heartbeatMs: 200 })
  const url = await house.app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(async () => {
    await browser.close()
    await house.close()
  })
  const issue = async () => (await must(house.run('certificate.issue', undefined, certificate))).id
  const first = await issue()
  house.clock.now += 3 * 86_400_000
  const second = await issue()
  await must(house.run('certificate.revoke', first, { from: '2026-01-01', reason: 'Жаңылыш берилген.' }))
  house.clock.now += 2 * 86_400_000
  t.ok(await house.covered())

  const faults: string[] = []
  const signedIn = async (
    key: string,
    options: Parameters<typeof browser.newContext>[0] = {},
    at = url,
  ): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage()
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${at}/desk/`)
    await page.fill('[name=key]', key)
    await page.press('[name=key]', 'Enter')
    await page.waitForURL(/\/desk\/.*lang=/)
    return page
  }

  await t.test('an auditor’s day without a script, in Kyrgyz, on a phone', async (t) => {
    const page = await signedIn(house.keys.auditor, {
      javaScriptEnabled: false,
      locale: 'ky-KG',
      viewport: { width: 360, height: 800 },
    })
    t.equal(await page.textContent('h1'), 'Окуялар')
    t.match(await page.textContent('#feed li:first-child'), 'Жокко чыгарылды')
    t.equal(await page.locator('#live').isVisible(), false, 'nothing that needs a script')
    await issue()
    await page.click('text=Жаңы окуяларды көрсөтүү')
    t.equal(await page.locator('#feed li').count(), 1, 'what is new since')
    await page.click('text=Эң жаңыларына')
    await page.click('summary:has-text("Тарытуу")')
    await page.selectOption('#type', 'AwardRevoked')
    await page.click('form.wide button')
    t.equal(await page.locator('#feed li').count(), 1)
    await page.click('#feed li a')
    t.match(await page.textContent('.note'), 'Далилденди')
    t.match(await page.textContent('pre'), 'Жаңылыш берилген.')
    await page.click('text=Ошол учурдагы реестр')
    t.match(await page.textContent('.counts'), /2 Баары1 Күчүндө.*1 Жокко чыгарылган/s)
    t.match(await page.textContent('#then'), second)
    await page.fill('#step', '0')
    await page.click('#slider button')
    t.match(await page.textContent('.counts'), /1 Баары1 Күчүндө.*0 Жокко чыгарылган/s)
    await page.click('#then .list a')
    t.match(await page.textContent('dl'), 'Күчүндө')
    t.match(await page.textContent('main'), 'Кийин жазылган')
    await page.click('text=Текшерүү чекиттери')
    t.match(await page.textContent('ol.events'), 'кол туура')
    await page.click('text=Окуялар')
    const file = page.waitForEvent('download')
    await page.click('a[download]')
    t.equal((await file).suggestedFilename(), 'events.ndjson')
    await page.click('button.quiet')
    t.ok(await page.locator('[name=key]').isVisible())
  })

  await t.test(
    'live: events come by themselves, wait while paused, are counted without chatter',
    async (t) => {
      const page = await signedIn(house.keys.registrar, { locale: 'en-GB', reducedMotion: 'reduce' })
      await page.goto(`${url}/desk/events?lang=en`)
      await page.locator('#live button').waitFor()
      await page.evaluate(() => {
        const told = document.querySelector('#live [role=status]')
        const seen: string[] = []
        Object.assign(globalThis, { seen })
        if (told)
          new MutationObserver(() => seen.push(told.textContent ?? '')).observe(told, { childList: true })
      })
      const name = '<img src=x onerror="document.title=1">'
      for (let n = 0; n < 3; n++)
        await must(house.run('organization.register', undefined, { id: `live-${n}`, name: { en: name } }))
      await page.locator('#feed li:first-child:has-text("organization-live-2")').waitFor()
      t.equal(await page.locator('#feed img').count(), 0, 'a name is text')
      await page.focus('#live button')
      await page.keyboard.press('Space')
      t.equal(await page.textContent('#live button'), 'Go on')
      await must(house.run('organization.register', undefined, { id: 'held', name: { en: 'Held' } }))
      await page.locator('#live [role=status]:has-text("waiting: 1")').waitFor()
      t.equal(await page.locator('#feed li:has-text("organization-held")').count(), 0)
      await page.keyboard.press('Space')
      await page.locator('#feed li:first-child:has-text("organization-held")').waitFor()
      t.same(await page.evaluate('seen'), ['Paused. New events waiting: 1'], 'told once of four')
      await page.click('#feed li:first-child a')
      t.match(await page.textContent('h1'), 'Organisation registered')
      await page.goto(`${url}/desk/events?lang=en&type=AwardIssued`)
      await must(house.run('organization.register', undefined, { id: 'other', name: { en: 'Other' } }))
      const id = await issue()
      await page.locator(`#feed li:first-child:has-text("${id}")`).waitFor()
      t.equal(await page.locator('#feed li:has-text("organization-other")').count(), 0, 'filters hold')
    },
  )

  await t.test('the slider answers to the keyboard, without leaving the page', async (t) => {
    const page = await signedIn(house.keys.auditor, { locale: 'ru-RU' })
    await page.goto(`${url}/desk/register?lang=ru`)
    await page.evaluate(() => Object.assign(globalThis, { stayed: true }))
    t.match(await page.textContent('.counts'), '1 Отозван')
    await page.focus('#step')
    await page.keyboard.press('Home')
    t.match(await page.textContent('output'), '15 января 2026')
    await page.locator('.counts:has-text("0 Отозван")').waitFor()
    t.match(page.url(), /step=0/)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.locator('.counts:has-text("1 Отозван")').waitFor()
    t.match(await page.textContent('#changed'), '18 января')
    t.equal(await page.evaluate('stayed'), true)
    t.equal(await page.evaluate(() => document.activeElement?.id), 'step')
  })

  await t.test('no rule of WCAG 2.2 AA broken, light and dark, 360 px wide', async (t) => {
    const paths = [
      '/desk/events',
      '/desk/events?actor=nobody&type=AwardIssued',
      `/desk/events/award-${first}/1`,
      '/desk/register',
      `/desk/register/${first}?recordedAt=2026-01-16T00:00:00Z`,
      '/desk/checkpoints',
      '/desk/integrity',
    ]
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await signedIn(house.keys.registrar, {
        bypassCSP: true,
        colorScheme,
        viewport: { width: 360, height: 800 },
      })
      for (const path of paths)
        for (const lang of colorScheme === 'dark' ? ['ky'] : ['ru', 'en']) {
          await page.goto(`${url}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
          t.same(await violations(page), [], `${path} ${lang} ${colorScheme}`)
          t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, path)
        }
    }
    const page = await signedIn(house.keys.issuer, { bypassCSP: true })
    await page.goto(`${url}/desk/events?lang=en`)
    t.match(await page.textContent('h1'), 'These rooms are for auditors')
    t.same(await violations(page), [])
  })

  await t.test(
    'an integrity run: beside the server’s answers, names what it finds, can be stopped',
    async (t) => {
      const real = await servedCouncil({ PUBLIC_URL: 'http://localhost', CHECK_EVERY: 'never' })
      t.teardown(real.remove)
      const { server, data } = real
      const key = await keyKnown(server.url, cli(data, ['key', 'create', '--role', 'auditor']).out.trim())
      const page = await signedIn(key, { locale: 'en-GB' }, server.url)
      const outcome = () => page.locator('.verdict.small').first().textContent()
      await page.goto(`${server.url}/desk/integrity?lang=en`)
      await page.click('#watched button')
      await page.locator('progress').waitFor()
      t.equal((await fetch(`${server.url}/health/live`)).status, 200, 'it answers meanwhile')
      await page.locator('.verdict.small').waitFor()
      t.equal(await outcome(), 'Sound')
      t.match(await page.textContent('ol.events li'), /Log \d+; Read model \d+; Transparency log \d+/)
      await page.click('#watched button')
      await page.click('#watched button.quiet')
      t.ok(await until(async () => (await outcome()) === 'Stopped before its end'))
      const db = new DatabaseSync(join(data, 'read-model.sqlite'), { timeout: 5_000 })
      db.exec("UPDATE organization SET state = replace(state, 'Council', 'Counsel')")
      db.close()
      const plain = await signedIn(key, { locale: 'en-GB', javaScriptEnabled: false }, server.url)
      await plain.goto(`${server.url}/desk/integrity?lang=en`)
      await plain.click('#watched button')
      t.match(await plain.content(), 'http-equiv="refresh"')
      await plain.locator('.verdict.small.revoked').waitFor({ timeout: 20_000 })
      t.match(await plain.textContent('ol.events li'), /Not sound.*Read model.*differs/s)
      t.notMatch(await plain.content(), 'http-equiv="refresh"', 'then it rests')
    },
  )

  await t.test('no page broke its own policy, and no script failed', (t) => {
    const own = faults.filter((fault) => !/status of 40[13]/.test(fault))
    t.same(own, [])
    t.end()
  })
}
