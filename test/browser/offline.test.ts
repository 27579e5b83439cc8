/// <reference lib="dom" />
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { OFFLINE_PAGE, offlinePage } from '../../src/offline/build.ts'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { servedCouncil } from '../support/evidence.ts'

void t.test('the page that is committed is the one that its sources make', async (tt) => {
  tt.ok(
    (await offlinePage()) === readFileSync(OFFLINE_PAGE, 'utf8'),
    'else run npm run build:offline and commit it',
  )
})

void t.test('the saved page judges an evidence file without a network', async (tt) => {
  const browser = await openBrowser()
  if (!browser) return void tt.pass(NO_BROWSER, { skip: NO_BROWSER })
  tt.teardown(() => browser.close())
  const house = await servedCouncil()
  tt.teardown(() => house.remove())
  const evidence = JSON.stringify(await house.evidenceOf(house.id, house.server.key))
  const write = (name: string, text: string) => {
    writeFileSync(join(house.data, name), text)
    return join(house.data, name)
  }
  const good = write('good.json', evidence)
  const changed = write('changed.json', evidence.replace('Кеңештин статусу', 'Кеңештин статусы'))
  const broken = write('broken.json', evidence.slice(0, -10))

  const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  const asked: string[] = []
  const faults: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => faults.push(message.text()))
  await page.goto(pathToFileURL(OFFLINE_PAGE).href)
  const outcome = async (text: string) => {
    await page.waitForFunction(
      (want) => document.querySelector('#outcome')?.textContent?.includes(want),
      text,
      { timeout: 10_000 },
    )
    return true
  }
  await page.setInputFiles('#file', good)
  tt.ok(await outcome('UNCONFIRMED'), 'a file can not vouch for its own log')
  await page.fill('#vkey', house.vkey)
  await page.press('#vkey', 'Tab')
  tt.ok(await outcome('VALID'))
  tt.equal((await page.textContent('#answer'))?.includes('✗'), false)
  tt.same(await violations(page), [])
  await page.setInputFiles('#file', changed)
  tt.ok(await outcome('NOT VALID'))
  await page.setInputFiles('#file', broken)
  tt.ok(await outcome('no evidence file'))
  await page.fill('#vkey', 'nonsense')
  await page.setInputFiles('#file', good)
  tt.ok(await outcome('no key of a log'))
  tt.same(asked.slice(1), [], 'nothing is asked for')
  tt.same(faults, [])
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((one) => one.getBoundingClientRect().right > 390)
      .map((one) => one.outerHTML.slice(0, 200)),
  )
  tt.same(wide, [], 'nothing is wider than a telephone')
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  tt.ok(width <= 390, `${width} px on a telephone`)

  const served = await browser.newPage()
  served.on('console', (message) => faults.push(message.text()))
  await served.goto(`${house.server.url}/verify-offline.html`)
  await served.fill('#vkey', house.vkey)
  await served.setInputFiles('#file', good)
  await served.waitForFunction(() => document.querySelector('#outcome')?.textContent === 'VALID')
  tt.same(faults, [], 'the server’s policy allows the page and no more')
})
