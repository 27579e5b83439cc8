import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** What is to be said where no browser is: the tests that need one are skipped with it. */
export const NO_BROWSER =
  'no Chromium is installed here; pages go untested. Install one: apt-get install chromium'

/** Debian's Chromium, headless; `undefined` where there is none. */
export async function openBrowser(args: readonly string[] = []): Promise<Browser | undefined> {
  const executablePath = PLACES.find((path) => existsSync(path))
  if (executablePath === undefined) return undefined
  return chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...args],
  })
}

type Found = {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

/** What axe-core finds wrong with a page by WCAG 2.2 AA: each rule with the first element that breaks it. */
export async function violations(page: Page): Promise<readonly string[]> {
  const source = createRequire(import.meta.url).resolve('axe-core')
  await page.evaluate(readFileSync(source, 'utf8'))
  const found = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as Found
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}
