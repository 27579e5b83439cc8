/// <reference lib="dom" />
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import encodeQR from 'qr'
import decodeQR from 'qr/decode.js'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { certificatePdf } from '../../src/documents/certificate-pdf.ts'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { DETECTOR, filmOf } from '../support/camera.ts'
import { servedCouncil } from '../support/evidence.ts'

const folder = mkdtempSync(join(tmpdir(), 'registry-check-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

/** What another library reads of the pixels that the page's detector was shown. */
function readCode(width: number, height: number, gray: readonly number[]): string {
  try {
    return decodeQR({ width, height, data: Uint8Array.from(gray.flatMap((one) => [one, one, one, 255])) })
  } catch {
    return ''
  }
}

const browser = await openBrowser()
if (!browser) {
  t.pass(NO_BROWSER, { skip: NO_BROWSER })
} else {
  const house = await servedCouncil()
  const film = join(folder, 'film.y4m')
  writeFileSync(film, filmOf(`https://registry.test/c/${house.id}`))
  const filming = await openBrowser([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ])
  t.teardown(async () => {
    await browser.close()
    await filming?.close()
    await house.remove()
  })
  const { id, server } = house
  const faults: string[] = []
  const open = async (path: string, options: BrowserContextOptions = {}, by: Browser = browser) => {
    const context = await by.newContext(options)
    const page = await context.newPage()
    page.on('console', (message) => faults.push(`${path}: ${message.text()}`))
    page.on('pageerror', (error) => faults.push(`${path}: ${error.message}`))
    await page.goto(`${server.url}${path}`)
    return page
  }
  const withDetector = async (path: string, by: Browser = browser, options: BrowserContextOptions = {}) => {
    const context = await by.newContext(options)
    const page = await context.newPage()
    await page.exposeFunction('readCode', readCode)
    await page.addInitScript(DETECTOR)
    page.on('pageerror', (error) => faults.push(`${path}: ${error.message}`))
    await page.goto(`${server.url}${path}`)
    return page
  }
  const own = join(folder, 'own.pdf')
  writeFileSync(
    own,
    Buffer.from(await (await house.get(`/api/v1/certificates/${id}/document.pdf`)).arrayBuffer()),
  )
  const forged = join(folder, 'forged.pdf')
  writeFileSync(
    forged,
    await certificatePdf({
      id,
      url: `https://registry.test/c/${id}`,
      recordedAt: '2026-01-15T10:00:00.000Z',
      kind: 'status',
      title: { ky: 'Кеңештин статусу', en: 'Status of the Council' },
      recipient: { type: 'organization', nameAsWritten: { ky: `Жеке ${'фонд'.repeat(100)}` } },
      body: { en: 'Council' },
      basis: {},
      functions: [],
      issuedOn: '2024-11-07',
      validity: [{ from: '2024-11-07' }],
      correctedOn: [],
    }),
  )
  const send = async (page: Page, file: string) => {
    await page.setInputFiles('#file', file)
    await page.click('#check-file button')
    await page.waitForURL('**/check?lang=*')
  }

  await t.test('someone with a PDF in hand, without JavaScript, in Kyrgyz', async (t) => {
    const page = await open('/?lang=ky', { javaScriptEnabled: false })
    t.notOk(await page.locator('[data-drop]').isVisible(), 'nothing is promised that needs a script')
    await send(page, own)
    t.equal(await page.textContent('h1'), 'Бул реестрдин өз документи')
    await page.click(`a[href="/c/${id}?lang=ky"]`)
    t.equal(await page.textContent('h1'), 'Күчүндө')
    await page.goto(`${server.url}/?lang=ky`)
    await send(page, forged)
    t.equal(await page.textContent('h1'), 'Бул кагаз реестрге дал келбейт')
    t.match(await page.textContent('.differences del'), 'Жеке фонд')
    t.equal(await page.textContent('.differences ins'), 'Мамлекеттик фонд')
    await page.click('nav a[lang=en]')
    t.equal(await page.textContent('h1'), 'Check the file', 'another language asks for the file again')
  })

  await t.test('by keyboard alone', async (t) => {
    const page = await open('/?lang=en')
    await page.setInputFiles('#file', own)
    await page.focus('#file')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/check?lang=*')
    t.equal(await page.textContent('h1'), 'This is the registry’s own document')
    await page.focus('.steps summary')
    await page.keyboard.press('Enter')
    t.ok(await page.locator('.steps details[open] p').first().isVisible())
  })

  await t.test('a file that is dropped, a text that is pasted', async (t) => {
    const page = await open('/?lang=en')
    const credential = await (await house.get(`/api/v1/certificates/${id}/credential`)).text()
    t.ok(await page.locator('[data-drop]').isVisible(), 'it says that one may drop')
    await page.evaluate((text) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([text], 'credential.json', { type: 'application/json' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    }, credential)
    await page.waitForURL('**/check?lang=en')
    t.equal(await page.textContent('h1'), 'Genuine and valid')
    const paste = (text: string) =>
      page.evaluate((said) => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text', said)
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
      }, text)
    await page.goto(`${server.url}/?lang=en`)
    await paste(credential)
    await page.waitForURL('**/check?lang=en')
    t.equal(await page.textContent('h1'), 'Genuine and valid')
    await page.goto(`${server.url}/?lang=en`)
    await paste(`https://evil.example/c/${id}`)
    await paste('hello')
    await paste(id.toLowerCase().replaceAll('-', ' '))
    await page.waitForURL(`**/c/${id}?lang=en`)
  })

  await t.test('what a page may do: only the front page may ask for the camera', async (t) => {
    const policies = async (path: string) => {
      const { headers } = await fetch(`${server.url}${path}`)
      return [headers.get('permissions-policy'), headers.get('content-security-policy')].join(' | ')
    }
    t.match(await policies('/'), /camera=\(self\).*script-src 'self'/)
    t.match(await policies('/check'), /camera=\(\).*script-src 'self'/)
    for (const path of [`/c/${id}`, '/search?q=a', '/operations']) {
      t.match(await policies(path), /camera=\(\)/, path)
      t.notMatch(await policies(path), 'script-src', path)
    }
  })

  await t.test('without a reader of codes there is no button for the camera', async (t) => {
    const page = await open('/?lang=en')
    t.equal(await page.evaluate('typeof BarcodeDetector'), 'undefined', 'this Chromium has none')
    t.notOk(await page.locator('[data-scan]').isVisible())
  })

  await t.test('the camera reads the code on a paper', async (t) => {
    if (!filming) return t.fail('no browser')
    const page = await withDetector('/?lang=ky', filming)
    await page.click('[data-scan] > button')
    t.ok(await page.locator('dialog video').isVisible())
    await page.waitForURL(`**/c/${id}?lang=ky`)
    t.equal(await page.textContent('h1'), 'Күчүндө')
  })

  await t.test('the window of the camera closes, and says where there is none', async (t) => {
    const page = await withDetector('/?lang=en')
    await page.click('[data-scan] > button')
    await page.waitForFunction(() => document.querySelector('dialog .error')?.textContent !== '')
    t.match(await page.textContent('dialog .error'), 'camera can’t be used')
    await page.click('dialog button')
    t.notOk(await page.locator('dialog').isVisible())
  })

  await t.test('a picture of a code; of somebody else’s too', async (t) => {
    const picture = async (text: string) => {
      const page = await withDetector('/?lang=en')
      const svg = encodeQR(text, 'svg', { border: 4, scale: 8 })
      const drawn = await browser.newPage()
      await drawn.setContent(svg.replace('<svg ', '<svg width="400" height="400" '))
      const file = join(folder, 'code.png')
      writeFileSync(file, await drawn.locator('svg').screenshot())
      await page.setInputFiles('#file', file)
      await page.click('#check-file button')
      return page
    }
    const ours = await picture(`https://registry.test/c/${id}`)
    await ours.waitForURL(`**/c/${id}?lang=en`)
    for (const text of [
      `https://evil.example/c/${id}`,
      'https://registry.test/c/nonsense',
      'javascript:alert(1)',
    ]) {
      const page = await picture(text)
      await page.waitForFunction(() => document.querySelector('[data-said]')?.textContent !== '')
      t.match(await page.textContent('[data-said]'), 'No code of a certificate', text)
      t.equal(new URL(page.url()).pathname, '/', 'nothing was opened')
    }
  })

  await t.test('no rule of WCAG 2.2 AA broken, nothing wider than a telephone, light and dark', async (t) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const options = { colorScheme, viewport: { width: 360, height: 800 }, bypassCSP: true }
      const scanning = await withDetector('/?lang=ru', browser, options)
      await scanning.locator('[data-scan] > button').waitFor()
      t.same(await violations(scanning), [], `with the camera’s button, ${colorScheme}`)
      await scanning.click('[data-scan] > button')
      t.same(await violations(scanning), [], `with its window, ${colorScheme}`)
      for (const file of [undefined, own, forged]) {
        const page = await open('/?lang=ru', options)
        if (file !== undefined) await send(page, file)
        for (const step of await page.locator('.steps summary').all()) await step.click()
        t.same(await violations(page), [], `${file} ${colorScheme}`)
        t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, `${file}`)
        await page.context().close()
      }
    }
  })

  t.same(faults, [], 'no page complains')
}
