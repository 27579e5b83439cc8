/// <reference lib="dom" />
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import t from 'tap'
import { NO_BROWSER, openBrowser, violations } from '../support/browser.ts'
import { servedCouncil } from '../support/evidence.ts'
import { cli, keyKnown, post } from '../support/served.ts'

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
  const issuerKey = () =>
    keyKnown(server.url, cli(data, ['key', 'create', '--role', 'issuer', '--issuer', 'council']).out.trim())
  const keys = [await issuerKey(), await issuerKey()] as const
  const seat = async (key: string, options: Parameters<typeof browser.newContext>[0] = {}) => {
    const page = await (await browser.newContext(options)).newPage()
    await page.goto(`${server.url}/desk/`)
    await page.fill('[name=key]', key)
    await page.press('[name=key]', 'Enter')
    await page.waitForSelector('nav.rooms')
    return page
  }
  const within = (deed: string) => `form[action$="/${deed}"]`
  const openDeed = (page: Page, deed: string) => page.click(`details:has(${within(deed)}) > summary`)
  const isClean = async (page: Page, name: string) => {
    t.same(await violations(page), [], name)
    const { width } = page.viewportSize() ?? { width: 0 }
    t.ok(
      (await page.evaluate(() => document.documentElement.scrollWidth)) <= width,
      `${name}: no sideways scrolling`,
    )
  }

  await t.test('a session from its agenda to the protocol’s distribution, without a script', async (t) => {
    const page = await seat(keys[0], {
      javaScriptEnabled: false,
      locale: 'ru-RU',
      viewport: { width: 360, height: 800 },
    })
    await page.goto(`${server.url}/desk/organizations`)
    await page.click('summary')
    await page.fill('[name=id]', 'ministry')
    await page.fill('[name="name.ru"]', 'Министерство')
    await page.click('form.desk button')
    t.match(await page.textContent('h2'), 'Министерство')
    await page.goto(`${server.url}/desk/sessions`)
    await page.click('summary')
    t.equal(await page.inputValue('[name=body]'), 'council', 'whose session it is stands there')
    await page.fill('[name=id]', 's-34')
    await page.fill('[name=number]', '34')
    await page.fill('[name=startsOn]', '2024-11-07')
    await page.fill('[name=endsOn]', '2024-11-06')
    await page.fill('[name="city.ru"]', 'Астана')
    await page.click('form.desk button')
    t.equal(await page.getAttribute('[name=endsOn]', 'aria-invalid'), 'true')
    await page.fill('[name=startsOn]', '2024-11-06')
    await page.fill('[name=endsOn]', '2024-11-07')
    await page.click('form.desk button')
    t.match(await page.textContent('[role=status]'), 'Записано')
    await openDeed(page, 'agenda')
    await page.fill('[name="items.ru"]', '1. О статусе Фонда\n\n2. Разное')
    await page.fill('[name="items.ky"]', 'Фонддун статусу жөнүндө\nАр кандай')
    await page.click(`${within('agenda')} button`)
    t.match(await page.textContent('main'), 'Пункты без решения: 1, 2')
    await openDeed(page, 'decisions')
    t.equal(await page.inputValue(`${within('decisions')} [name=item]`), '1', 'the first that lacks one')
    await page.fill(`${within('decisions')} [name=decisionNumber]`, '34/2')
    await page.fill(`${within('decisions')} [name="text.ru"]`, 'Присвоить статус.')
    await page.click(`${within('decisions')} button`)
    await openDeed(page, 'participants')
    await page.fill(`${within('participants')} [name=organizationId]`, 'nobody')
    await page.fill(`${within('participants')} [name="name.ru"]`, 'Мухтаров Т.К.')
    await page.click(`${within('participants')} button`)
    t.equal(
      await page.getAttribute(`${within('participants')} [name=organizationId]`, 'aria-invalid'),
      'true',
    )
    t.equal(await page.inputValue(`${within('participants')} [name="name.ru"]`), 'Мухтаров Т.К.')
    await page.fill(`${within('participants')} [name=organizationId]`, 'ministry')
    await page.click(`${within('participants')} button`)
    await openDeed(page, 'protocol')
    await page.fill(`${within('protocol')} [name=number]`, '34')
    await page.fill(`${within('protocol')} [name=date]`, '2024-11-07')
    await page.fill(`${within('protocol')} [name=sha256]`, 'ab'.repeat(32))
    await page.fill(`${within('protocol')} [name=location]`, 'https://example.org/34.pdf')
    await page.click(`${within('protocol')} button`)
    await openDeed(page, 'distributions')
    await page.fill(`${within('distributions')} [name=on]`, '2024-11-10')
    await page.check('[name="to.organization.ministry"]')
    await page.check('[name="to.participant.p1"]')
    t.match(await page.textContent(within('distributions')), 'Мухтаров Т.К.', 'by name')
    await page.click(`${within('distributions')} button`)
    const session = await (await fetch(`${server.url}/api/v1/sessions/s-34`)).json()
    t.match(session.state, {
      agenda: [{ number: 1, title: { ru: 'О статусе Фонда', ky: 'Фонддун статусу жөнүндө' } }, { number: 2 }],
      decisions: [{ item: 1, decisionNumber: '34/2' }],
      distributions: [{ to: [{ organizationId: 'ministry' }, { participantId: 'p1' }], on: '2024-11-10' }],
    })
    await openDeed(page, 'closing')
    await page.click(`${within('closing')} button`)
    t.match(await page.textContent('.note'), /./, 'items without a decision keep it open')
  })

  await t.test(
    'the preview follows what is typed; the session’s decision is offered; nothing is recorded before',
    async (t) => {
      const page = await seat(keys[0], { locale: 'ru-RU', viewport: { width: 1280, height: 900 } })
      const failures: string[] = []
      page.on('pageerror', ({ message }) => failures.push(message))
      page.on('console', (message) => {
        if (/Content.Security.Policy/i.test(message.text())) failures.push(message.text())
      })
      await page.goto(`${server.url}/desk/award`)
      await page.fill('[name="title.ru"]', 'Сертификат о статусе')
      await page.fill('[name=organizationId]', 'Министерств')
      await page.waitForSelector('datalist option[value=ministry]', { state: 'attached' })
      await page.fill('[name=organizationId]', 'ministry')
      await page.fill('[name="name.ru"]', 'Министерство')
      await page.fill('[name=issuedOn]', '2024-11-07')
      await page.fill('[name=sessionId]', '34')
      await page.waitForSelector('datalist option[value="s-34"]', { state: 'attached' })
      await page.fill('[name=sessionId]', 's-34')
      await page.waitForSelector('[name=agendaItem] option[value="1"]', { state: 'attached' })
      t.match(await page.textContent('[name=agendaItem]'), 'Решение 34/2')
      await page.selectOption('[name=agendaItem]', '1')
      await page.waitForFunction(() => document.querySelector('#preview')?.textContent?.includes('34/2'))
      t.equal(await page.inputValue('[name=decisionNumber]'), '34/2')
      t.equal(await page.inputValue('[name=protocolNumber]'), '34')
      t.match(await page.textContent('#preview'), 'Действителен')
      t.equal(await page.locator('#preview.stale').count(), 0)
      await page.fill('[name="title.ru"]', '')
      await page.waitForSelector('#preview.stale .preview', { timeout: 10_000 })
      await page.fill('[name="title.ru"]', '<img src=x onerror=alert(1)>')
      await page.waitForFunction(() =>
        document.querySelector('#preview')?.textContent?.includes('<img src=x'),
      )
      t.equal(await page.locator('#preview img').count(), 0)
      await page.fill('[name="title.ru"]', 'Сертификат о статусе')
      await page.waitForFunction(() =>
        document.querySelector('#preview .title')?.textContent?.includes('статусе'),
      )
      const before = await (await fetch(`${server.url}/api/v1/certificates?recipient=ministry`)).json()
      t.same(before.certificates, [])
      await page.click('form#award button:not([name])')
      await page.waitForURL('**/desk/c/**')
      const { certificates } = await (
        await fetch(`${server.url}/api/v1/certificates?recipient=ministry`)
      ).json()
      t.match(certificates, [
        { certificate: { basis: { sessionId: 's-34', agendaItem: 1, decisionNumber: '34/2' } } },
      ])
      t.same(failures, [])
      await page.goto(`${server.url}/desk/sessions/s-34`)
      t.equal(await page.locator('input[type=file]').count(), 0, 'the protocol is published already')
    },
  )

  await t.test('a file’s SHA-256 is computed in the browser', async (t) => {
    const page = await seat(keys[0])
    const session = { body: 'council', startsOn: '2024-12-01', endsOn: '2024-12-01', format: 'online' }
    await post(server.url, keys[0], '/sessions', {
      ...session,
      id: 's-35',
      number: 35,
      place: { city: { en: 'Osh' } },
    })
    await page.goto(`${server.url}/desk/sessions/s-35`)
    await openDeed(page, 'protocol')
    await page.setInputFiles('input[type=file]', 'package.json')
    const wanted = hash('sha256', readFileSync('package.json'), 'hex')
    await page.waitForFunction(
      (digest) => document.querySelector<HTMLInputElement>('[name=sha256]')?.value === digest,
      wanted,
    )
    t.equal(await page.inputValue('[name=sha256]'), wanted)
  })

  await t.test('what was recorded is found by its ID, and page by page', async (t) => {
    const page = await seat(keys[0], { javaScriptEnabled: false })
    const first = await house.issue()
    for (let n = 0; n < 50; n++) await house.issue()
    await page.goto(`${server.url}/desk/`)
    t.equal(await page.locator('ul.list .id').count(), 50)
    t.notMatch(await page.textContent('main'), first)
    await page.click('a[href*="before="]')
    t.match(await page.textContent('main'), first)
    await page.goto(`${server.url}/desk/`)
    await page.fill('#id', first.toLowerCase().replaceAll('-', ' '))
    await page.press('#id', 'Enter')
    t.match(await page.textContent('main'), first)
    await page.goto(`${server.url}/desk/`)
    await page.fill('#id', 'nonsense')
    await page.press('#id', 'Enter')
    t.match(await page.textContent('h1'), /./, 'no ID is told in words')
  })

  await t.test(
    'a correction: what it said stays, nothing can be emptied, an old form undoes nothing',
    async (t) => {
      const page = await seat(keys[0], { javaScriptEnabled: false, locale: 'ru-RU' })
      const id = await house.issue()
      const correct = `${server.url}/desk/c/${id}/correct`
      await page.goto(correct)
      const stale = await page.context().newPage()
      await stale.goto(correct)
      const title = await page.inputValue('[name="title.ky"]')
      await page.fill('[name="title.ky"]', '')
      await page.fill('[name="title.en"]', '')
      await page.fill('[name="title.ru"]', '')
      await page.fill('[name=reason]', 'Опечатка.')
      await page.click('form#correction button')
      t.equal(await page.getAttribute('[name="title.ky"]', 'aria-invalid'), 'true')
      await page.fill('[name="title.ky"]', `${title} (жаңы)`)
      await page.click('form#correction button')
      t.match(await page.textContent('.preview ins'), '(жаңы)')
      t.match(await page.textContent('.preview del'), title)
      await page.click('form#correction button:not([name])')
      t.match(await page.textContent('[role=status]'), 'Записано')
      t.match(await (await fetch(`${server.url}/api/v1/certificates/${id}`)).json(), {
        certificate: { title: { ky: `${title} (жаңы)` }, corrections: [{ reason: 'Опечатка.' }] },
      })
      await stale.fill('[name=reason]', 'Другое.')
      await stale.fill('[name=serialNumber]', 'A-77')
      await stale.click('form#correction button')
      t.equal(await stale.locator('[role=alert]').count(), 1, 'made before the other correction')
      await page.goto(correct)
      await page.fill('[name=reason]', 'Ничего.')
      await page.click('form#correction button')
      t.equal(await page.locator('[role=alert]').count(), 1, 'what corrects nothing is refused')
    },
  )

  await t.test('an accepted certificate of a person is corrected in both names', async (t) => {
    const page = await seat(keys[0], { javaScriptEnabled: false, locale: 'ru-RU' })
    const person = { name: { ru: 'Муктаров Т.К.' }, position: { ru: 'Директор' } }
    const award = { issuerId: 'council', kind: 'status', title: { ru: 'Грамота' }, issuedOn: '2024-11-07' }
    const issued = await post(server.url, keys[0], '/certificates', {
      ...award,
      recipient: { type: 'person', person },
    })
    const { id } = issued as { id: string }
    await page.goto(`${server.url}/desk/c/${id}`)
    await page.click(`details:has(${within('accept')}) > summary`)
    await page.fill(`${within('accept')} [name="person.ru"]`, 'Жээнбекова А.')
    await page.fill(`${within('accept')} [name=acceptedOn]`, '2024-11-08')
    await page.fill(`${within('accept')} [name="place.ru"]`, 'Астана')
    await page.click(`${within('accept')} button`)
    await page.click(`${within('accept')} button`)
    t.match(await page.textContent('[role=status]'), 'Записано')
    t.equal(await page.locator(within('accept')).count(), 0, 'it is accepted once')
    await page.goto(`${server.url}/desk/c/${id}/correct`)
    await page.fill('[name="name.ru"]', 'Мухтаров Т.К.')
    await page.fill('[name="person.ru"]', 'Жээнбекова Айгуль')
    await page.fill('[name=reason]', 'Написание.')
    await page.click('form#correction button')
    t.match(await page.textContent('.preview'), 'Мухтаров Т.К.')
    await page.click('form#correction button:not([name])')
    const shown = await (await fetch(`${server.url}/c/${id}?lang=ru`)).text()
    for (const name of ['Муктаров', 'Мухтаров', 'Жээнбекова Айгуль']) t.match(shown, name)
    const answer = await (await fetch(`${server.url}/api/v1/certificates/${id}`)).json()
    t.match(JSON.stringify(answer), 'Директор', 'the position stays')
  })

  await t.test(
    'four eyes: proposed, seen and approved by a second person in Kyrgyz on a phone, by keyboard',
    async (t) => {
      await house.record('/issuers/council/approval-requirements', { reason: 'The statute asks for two.' })
      const first = await seat(keys[0], { javaScriptEnabled: false, locale: 'ru-RU' })
      await first.goto(`${server.url}/desk/award`)
      t.match(await first.textContent('.note'), 'двух лиц')
      await first.fill('[name="title.ru"]', 'Вторая награда')
      await first.selectOption('[name=recipientType]', 'person')
      await first.fill('[name="name.ru"]', 'Асанова Б.')
      await first.fill('[name=issuedOn]', '2024-11-07')
      await first.click('button[value=more]')
      await first.fill('[name="function.1.ru"]', 'Учёт')
      await first.click('form#award button:not([name])')
      await first.waitForURL('**/desk/proposals/**')
      const id = new URL(first.url()).pathname.split('/').at(-1) ?? ''
      t.equal(await first.locator(within('approve')).count(), 0, 'not by whoever proposed')
      t.match(await first.textContent('.preview'), 'Учёт')
      t.equal((await fetch(`${server.url}/c/${id}`)).status, 404)
      const second = await seat(keys[1], {
        bypassCSP: true,
        locale: 'ky',
        viewport: { width: 360, height: 800 },
      })
      await isClean(second, 'overview')
      await second.focus(`a[href^="/desk/proposals/${id}"]`)
      await second.keyboard.press('Enter')
      await second.waitForURL('**/desk/proposals/**')
      t.match(await second.textContent('.preview'), 'Асанова Б.')
      await isClean(second, 'proposal')
      await second.focus(`${within('approve')} button`)
      await second.keyboard.press('Enter')
      await second.waitForURL(`**/desk/c/${id}**`)
      t.match(await (await fetch(`${server.url}/c/${id}?lang=ky`)).text(), 'Асанова Б.')
      for (const path of [
        'sessions',
        'sessions/s-34',
        'organizations',
        'organizations/ministry',
        'award',
        'proposals',
      ]) {
        await second.goto(`${server.url}/desk/${path}?lang=ky`)
        await isClean(second, path)
      }
      await first.goto(`${server.url}/desk/award`)
      await first.fill('[name="title.ru"]', 'Третья награда')
      await first.selectOption('[name=recipientType]', 'person')
      await first.fill('[name="name.ru"]', 'Асанова Б.')
      await first.fill('[name=issuedOn]', '2024-11-07')
      await first.click('form#award button:not([name])')
      await first.click('summary')
      await first.fill('[name=reason]', 'Передумали.')
      await first.click(`${within('decline')} button`)
      t.match(await first.textContent('main'), 'Передумали.')
      await first.click('a[href*="like="]')
      t.equal(
        await first.inputValue('[name="title.ru"]'),
        'Третья награда',
        'what was proposed need not be typed again',
      )
      t.equal(await first.inputValue('[name=recipientType]'), 'person')
      t.equal(await first.inputValue('[name="name.ru"]'), 'Асанова Б.')
    },
  )
}
