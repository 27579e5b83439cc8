/// <reference lib="dom" />
import t from 'tap'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { servedCouncil } from '../support/evidence.ts'
import { readPdf } from '../support/pdf.ts'
import { cli, keyKnown } from '../support/served.ts'

const HTML = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&amp;{{7*7}}'
const PILE = Array.from('Zalgo', (letter) => letter + '\u0300\u0321\u0334\u0347\u0363'.repeat(2)).join('')
/** The longest and worst names that the registry takes. */
const NAMES = {
  word: 'Ы'.repeat(500),
  latin: 'W'.repeat(500),
  html: HTML,
  pile: PILE.repeat(9),
  joined: 'а\u200d'.repeat(240),
  hebrew: 'ועדת '.repeat(90).trim(),
  emoji: '👩‍👩‍👧‍👦'.repeat(40),
} as const
/** What it does not take: of 10,000 letters, or made to deceive. */
const REFUSED = {
  'ten thousand letters in a word': 'Ы'.repeat(10_000),
  'ten thousand in words': 'Фонд '.repeat(2_000),
  'a text that turns around': `Фонд\u202eгнп.exe`,
  'an isolate that is left open': `Фонд\u2067abc`,
  'letters of no width': `Фо\u200bнд`,
  'a pile of marks': `Ф${'\u0300'.repeat(11)}онд`,
  'a line break': 'Фонд\nЭкинчи',
  'half a letter': 'Фонд\ud800',
} as const

const browser = await openBrowser()
if (!browser) {
  t.pass(NO_BROWSER, { skip: NO_BROWSER })
} else {
  const house = await servedCouncil()
  t.teardown(async () => {
    await browser.close()
    await house.remove()
  })
  const { server } = house
  const certificates: Record<string, string> = {}
  for (const [key, name] of Object.entries(NAMES)) {
    await house.record('/organizations', { id: `org-${key}`, name: { ky: name }, aliases: [{ en: name }] })
    const issued = (await house.record('/certificates', {
      issuerId: 'council',
      kind: 'status',
      title: { ky: name.repeat(4).slice(0, 2_000) },
      citation: { en: name },
      recipient: { type: 'organization', organizationId: `org-${key}`, nameAsWritten: { ky: name } },
      functions: [{ name: { ky: name }, from: '2024-11-07' }],
      issuedOn: '2024-11-07',
    })) as { readonly id: string }
    certificates[key] = issued.id
  }
  const pathsOf = (key: string) => [
    `/c/${certificates[key]}`,
    `/organizations/org-${key}`,
    `/search?q=${encodeURIComponent(NAMES[key as keyof typeof NAMES].slice(0, 40).toWellFormed())}`,
  ]

  await t.test('hostile names on a telephone: nothing is wider, nothing is run, all is there', async (t) => {
    for (const [key, name] of Object.entries(NAMES))
      for (const path of pathsOf(key)) {
        const context = await browser.newContext({ viewport: { width: 360, height: 800 } })
        const page = await context.newPage()
        const faults: string[] = []
        page.on('dialog', (dialog) => void dialog.dismiss().then(() => faults.push('a dialog')))
        page.on('console', (message) => faults.push(message.text()))
        await page.goto(`${server.url}${path}${path.includes('?') ? '&' : '?'}lang=ky`)
        t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, `${path} ${key}`)
        t.same(faults, [], path)
        t.equal(await page.locator('main script, main img[src=x]').count(), 0)
        if (!path.startsWith('/search'))
          t.ok((await page.textContent('main'))?.includes(name.normalize('NFC')), 'not cut')
        await context.close()
      }
  })

  await t.test('a pile of marks covers no other text', async (t) => {
    const context = await browser.newContext({ viewport: { width: 360, height: 800 } })
    const page = await context.newPage()
    const inkUnder = async (name: string) => {
      await page.goto(`${server.url}/organizations/fund?lang=ky`)
      // The same page with another name: what stands below must look alike, wherever it stands.
      await page.locator('h1 bdi').evaluate((element, text) => (element.textContent = text), name)
      return page.locator('dt').first().screenshot()
    }
    t.ok((await inkUnder('Z')).equals(await inkUnder('Z\u0321'.padEnd(400, '\u0321\u0347'))))
  })

  await t.test('what keeps marks in cuts no number off a list', async (t) => {
    const context = await browser.newContext({ viewport: { width: 360, height: 800 } })
    const page = await context.newPage()
    await page.goto(`${server.url}/organizations/fund?lang=ky`)
    const inkBeside = async (number: number) => {
      await page.locator('main').evaluate((main, value) => {
        main.innerHTML = `<ol><li value="${value}">Кеңеш</li></ol>`
      }, number)
      const item = await page.locator('main li').boundingBox()
      if (!item) throw new Error('no item')
      // Left of where the margin of the clip would end.
      return page.screenshot({ clip: { x: item.x - 40, y: item.y, width: 24, height: item.height } })
    }
    t.notOk((await inkBeside(11)).equals(await inkBeside(88)))
  })

  await t.test('on paper: the name goes on over lines and pages, whole', async (t) => {
    for (const [key, name] of Object.entries(NAMES)) {
      const answer = await house.get(`/api/v1/certificates/${certificates[key]}/document.pdf`)
      t.equal(answer.status, 200, key)
      const { text, elements } = await readPdf(new Uint8Array(await answer.arrayBuffer()))
      const squash = (said: string) => said.replace(/\s/g, '')
      if (key === 'word' || key === 'latin' || key === 'html') t.ok(squash(text).includes(squash(name)), key)
      t.ok(elements.length > 5, `${key}: and is tagged`)
    }
  })

  await t.test('no rule of WCAG 2.2 AA broken by a name', async (t) => {
    const context = await browser.newContext({ viewport: { width: 360, height: 800 }, bypassCSP: true })
    const page = await context.newPage()
    for (const key of ['word', 'html', 'hebrew'])
      for (const path of pathsOf(key)) {
        await page.goto(`${server.url}${path}${path.includes('?') ? '&' : '?'}lang=ky`)
        t.same(await violations(page), [], path)
      }
  })

  await t.test('what is too long or made to deceive is refused in clear words', async (t) => {
    for (const [what, name] of Object.entries(REFUSED)) {
      const answer = await fetch(`${server.url}/api/v1/organizations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id: 'refused', name: { ky: name } }),
      })
      t.equal(answer.status, 400, what)
      const { errors } = (await answer.json()) as { readonly errors: readonly { readonly pointer: string }[] }
      t.equal(errors[0]?.pointer, '/name/ky', what)
    }
    const joined = await fetch(`${server.url}/organizations/refused`)
    t.equal(joined.status, 404)
  })

  await t.test('at the desk too: the field is marked, and what was typed stays', async (t) => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 800 },
    })
    const page = await context.newPage()
    const key = await keyKnown(
      house.server.url,
      cli(house.data, ['key', 'create', '--role', 'issuer', '--issuer', 'council']).out.trim(),
    )
    await page.goto(`${server.url}/desk/?lang=en`)
    await page.fill('[name=key]', key)
    await page.press('[name=key]', 'Enter')
    await page.goto(`${server.url}/desk/award?lang=en`)
    await page.fill('[name="title.en"]', 'Certificate')
    await page.fill('[name="organizationId"]', 'fund')
    await page.fill('[name="name.en"]', 'W'.repeat(10_000))
    await page.fill('[name="issuedOn"]', '2024-11-07')
    await page.locator('form.desk button:not([formaction]):not(.quiet)').last().click()
    t.equal(await page.getAttribute('[name="name.en"]', 'aria-invalid'), 'true')
    t.match(await page.textContent('main'), '500')
    t.match(await page.inputValue('[name="name.en"]'), /^W{2000,}$/, 'as much of it as a form takes')
    t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360)
  })
}
