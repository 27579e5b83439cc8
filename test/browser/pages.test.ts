/// <reference lib="dom" />
import t from 'tap'
import type { Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { servedCouncil } from '../support/evidence.ts'

const browser = await openBrowser()
if (!browser) {
  t.pass(NO_BROWSER, { skip: NO_BROWSER })
} else {
  const house = await servedCouncil()
  t.teardown(async () => {
    await browser.close()
    await house.remove()
  })
  const { id, server } = house
  const faults: string[] = []
  const open = async (
    path: string,
    options: Parameters<typeof browser.newContext>[0] = {},
  ): Promise<Page> => {
    const context = await browser.newContext({ javaScriptEnabled: true, ...options })
    const page = await context.newPage()
    page.on('console', (message) => faults.push(`${path}: ${message.text()}`))
    await page.goto(`${server.url}${path}`)
    return page
  }
  const hostile = '<script>alert(1)</script>\u202eгнп.exe"\'&'
  await house.record('/organizations', {
    id: 'long',
    name: { en: 'Л'.repeat(190), ru: hostile.replace('\u202e', '') },
  })

  await t.test(
    'someone with a certificate in hand: types its ID, badly, and sees what it is worth',
    async (t) => {
      const page = await open('/', { locale: 'ky-KG', viewport: { width: 390, height: 844 } })
      t.equal(await page.getAttribute('html', 'lang'), 'ky')
      await page.keyboard.press('Tab')
      t.match(await page.evaluate(() => document.activeElement?.className), 'skip')
      await page.focus('#id')
      await page.keyboard.type(id.toLowerCase().replaceAll('-', ' '))
      await page.keyboard.press('Enter')
      await page.waitForURL(`**/c/${id}?lang=ky`)
      t.equal(await page.textContent('h1'), 'Күчүндө')
      t.match(await page.textContent('main'), 'Жээнбекова Айсулуу')
      await page.fill('#at', '2024-11-06')
      await page.press('#at', 'Enter')
      await page.waitForURL('**at=2024-11-06**')
      t.equal(await page.textContent('h1'), 'Азырынча күчүнө кире элек')
      await page.click('nav a[lang=en]')
      t.equal(await page.textContent('h1'), 'Not yet valid', 'the day stays where the language changes')
      await page.goto(`${server.url}/c/${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}?lang=en`)
      t.match(await page.textContent('h1'), 'mistyped')
      t.equal(
        await page.inputValue('#id'),
        `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`,
        'what was typed stays',
      )
    },
  )

  await t.test(
    'every page: no rule of WCAG 2.2 AA broken, nothing wider than a telephone, light and dark',
    async (t) => {
      for (const colorScheme of ['light', 'dark'] as const)
        for (const path of [
          '/',
          `/c/${id}`,
          '/c/nonsense',
          '/search?q=fund',
          '/organizations/fund',
          '/organizations/long',
          '/issuers/council',
          '/operations',
          '/organizations/none',
        ]) {
          const page = await open(`${path}${path.includes('?') ? '&' : '?'}lang=ru`, {
            colorScheme,
            viewport: { width: 360, height: 800 },
            bypassCSP: true,
          })
          t.same(await violations(page), [], `${path} ${colorScheme}`)
          t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, path)
          await page.context().close()
        }
    },
  )

  await t.test('without JavaScript, in Kyrgyz letters of our own fonts, and small', async (t) => {
    const page = await open(`/c/${id}?lang=ky`, { javaScriptEnabled: false })
    t.equal(await page.textContent('h1'), 'Күчүндө')
    const answer = await fetch(`${server.url}/c/${id}?lang=ky`)
    const text = await answer.text()
    t.notMatch(text, /<script|style="| on[a-z]+="/)
    t.match(answer.headers.get('content-security-policy'), "default-src 'none'")
    const style = /href="(?<path>\/assets\/style[^"]+)"/.exec(text)?.groups?.['path'] ?? ''
    const bytes = text.length + (await (await fetch(`${server.url}${style}`)).text()).length
    t.ok(bytes < 60_000, `${bytes} bytes`)
  })

  await t.test('the QR code leads to the page', async (t) => {
    const page = await open(`/c/${id}`, { deviceScaleFactor: 4 })
    const image = await page.locator('.qr img').screenshot()
    const pixels = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes]))
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
      const context = canvas.getContext('2d')
      context?.drawImage(bitmap, 0, 0)
      const data = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? []
      return { width: bitmap.width, height: bitmap.height, data: [...data] }
    }, image.toString('base64'))
    const text = decodeQR({ ...pixels, data: Uint8Array.from(pixels.data) })
    t.equal(text, `https://registry.test/c/${id}`)
  })

  await t.test('hostile names are shown, and do nothing', async (t) => {
    const page = await open('/organizations/long?lang=ru')
    t.match(await page.textContent('h1'), '<script>alert(1)</script>')
    t.equal(await page.locator('script').count(), 0)
    const search = await open(
      `/search?lang=en&q=${encodeURIComponent(`"><img src=x onerror=alert(1)>${hostile}`)}`,
    )
    t.equal(await search.locator('img').count(), 0)
    for (const path of [
      '/c/%00',
      '/c/%F0%9F%8E%96',
      `/c/${'9'.repeat(150)}`,
      '/search?q=%00&cursor=zzz',
      '/c?id=',
      '/c/x?at=2024-02-30',
    ])
      t.ok((await fetch(`${server.url}${path}`)).status < 500, path)
  })

  await t.test('one address, many forms', async (t) => {
    for (const [accept, type] of [
      ['text/html,application/xhtml+xml,*/*;q=0.8', /^text\/html/],
      ['*/*', /^text\/html/],
      ['application/pdf', /^application\/pdf/],
      ['application/json', /^application\/json/],
      ['application/vc+jwt', /^application\/vc\+jwt/],
    ] as const) {
      const answer = await fetch(`${server.url}/c/${id}`, { headers: { accept } })
      t.equal(answer.status, 200, accept)
      t.match(answer.headers.get('content-type'), type, accept)
    }
  })

  await t.test('whoever runs it sees how the node is doing', async (t) => {
    const page = await open('/operations?lang=en')
    t.match(await page.textContent('[role=status]'), 'reads and writes')
    t.match(await page.textContent('dl'), /[1-9]\d* leaves, [1-9]\d* in the checkpoint/)
  })

  await t.test('an address that leads nowhere says so in the reader’s language', async (t) => {
    const page = await open('/nowhere?lang=ky', { viewport: { width: 390, height: 844 } })
    t.equal(await page.textContent('h1'), 'Бул жерде эч нерсе жок')
    t.ok(await page.locator('#id').isVisible(), 'and how to go on')
    const api = await fetch(`${server.url}/api/v1/nowhere`, { headers: { accept: 'text/html' } })
    t.match(api.headers.get('content-type'), 'application/problem+json')
  })

  t.same(
    faults.filter((fault) => !/status of 40[04]/.test(fault)),
    [],
    'no page complains',
  )
}
