/**
 * Takes the pictures of docs/screenshots: the first real case in the registry, looked at by each of its users. For
 * people to look at, not for tests to compare: `node test/support/screenshots.ts [NAME]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { NO_BROWSER, openBrowser } from './browser.ts'
import { cli, post, serveData } from './served.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'docs/screenshots')
const only = process.argv[2]

const browser = await openBrowser()
if (!browser) throw new Error(NO_BROWSER)
const data = mkdtempSync(join(tmpdir(), 'registry-screenshots-'))
const server = await serveData(data, { PUBLIC_URL: 'http://localhost' })

const DESKTOP = { width: 1280, height: 900 }
const TABLET = { width: 820, height: 1180 }
const PHONE = { width: 390, height: 844 }

/** A picture of a page; `print` as it goes to paper. */
async function take(
  name: string,
  path: string,
  options: BrowserContextOptions & {
    readonly key?: string
    readonly act?: (page: Page) => Promise<void>
  } = {},
): Promise<void> {
  if (only !== undefined && only !== name) return
  const { key, act, ...rest } = options
  const context = await browser!.newContext({ locale: 'ky', viewport: DESKTOP, ...rest })
  const page = await context.newPage()
  if (key !== undefined) {
    await page.goto(`${server.url}/desk/`)
    await page.fill('[name=key]', key)
    await page.press('[name=key]', 'Enter')
    await page.waitForURL(/desk\/.+/)
  }
  await page.goto(`${server.url}${path}`)
  await act?.(page)
  await page.waitForTimeout(300)
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true })
  await context.close()
  console.log(name)
}

try {
  const imported = cli(data, ['import', join(ROOT, 'examples/session-34.json')])
  if (imported.code !== 0) throw new Error(imported.err)
  const issuer = 'interstate-council'
  cli(data, ['key', 'rotate', '--issuer', issuer])
  const keyOf = (...args: string[]) => cli(data, ['key', 'create', ...args]).out.trim()
  const clerk = keyOf('--role', 'issuer', '--issuer', issuer)
  const auditor = keyOf('--role', 'auditor')
  const session = 'interstate-council-34'
  const { id } = (await post(server.url, clerk, '/certificates', {
    issuerId: issuer,
    kind: 'status',
    title: {
      ky: 'Мамлекеттер аралык Кеңештин статусун алгандыгы жана функцияларын бергендиги үчүн сертификат',
      ru: 'Сертификат о получении статуса Межгосударственного совета и передаче его функций',
      en: 'Certificate for obtaining the status of the Interstate Council and being given its functions',
    },
    recipient: {
      type: 'organization',
      organizationId: 'state-fund',
      nameAsWritten: { ky: 'Кыргызпатентке караштуу Мамлекеттик фонд', en: 'State Fund under Kyrgyzpatent' },
    },
    basis: { sessionId: session },
    issuedOn: '2024-11-07',
  })) as { id: string }
  await post(server.url, clerk, `/certificates/${id}/acceptance`, {
    person: { name: { ky: 'Муктаров Т.К.' } },
    acceptedOn: '2024-11-07',
  })
  await post(server.url, clerk, `/certificates/${id}/corrections`, {
    changes: [{ field: 'acceptance.person', after: { name: { ky: 'Мухтаров Т.К.' } } }],
    reason: 'The text spells the name in two ways.',
  })

  await take('front', '/')
  await take('front-phone', '/', { viewport: PHONE, locale: 'ru' })
  await take('certificate', `/c/${id}`)
  await take('certificate-tablet', `/c/${id}`, { viewport: TABLET, locale: 'ru' })
  await take('certificate-print', `/c/${id}`, { act: (page) => page.emulateMedia({ media: 'print' }) })
  await take('search', '/search?q=mukhtarov&lang=en')
  await take('session', `/sessions/${session}`)
  await take('organization', '/organizations/state-fund')
  await take('desk', '/desk/', { key: clerk })
  await take('desk-award', '/desk/award?lang=ru', {
    key: clerk,
    act: async (page) => {
      await page.fill('[name="title.ru"]', 'Сертификат о статусе Совета')
      await page.fill('[name=organizationId]', 'state-fund')
      await page.fill('[name="name.ru"]', 'Государственный фонд')
      await page.fill('[name=issuedOn]', '2024-11-06')
      await page.fill('[name=sessionId]', session)
      await page.waitForSelector('#preview:not(.stale) a[href*="/sessions/"]')
    },
  })
  await take('desk-correct', `/desk/c/${id}/correct?lang=ru`, { key: clerk, viewport: TABLET })
  await take('desk-session', `/desk/sessions/${session}`, { key: clerk })
  await take('desk-batch', '/desk/batch?lang=ru', { key: clerk })
  await take('auditor-events', '/desk/events?lang=en', { key: auditor })
  await take('auditor-register', '/desk/register?lang=en', { key: auditor })
  await take('auditor-checkpoints', '/desk/checkpoints?lang=en', { key: auditor })
  await take('auditor-integrity', '/desk/integrity?lang=en', { key: auditor })
  await take('operations', '/operations?lang=en')
  await post(server.url, server.key, `/certificates/${id}/revocation`, {
    from: '2025-01-01',
    reason: 'A picture for the documentation.',
  })
  await take('revoked-phone-dark', `/c/${id}?lang=ru`, { viewport: PHONE, colorScheme: 'dark' })
} finally {
  await browser.close()
  await server.stop()
  rmSync(data, { recursive: true, force: true })
}
