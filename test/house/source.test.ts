import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')
const MAX_LINES = 250

const files = (pattern: string) => globSync(pattern, { cwd: ROOT }).sort()
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const SOURCES = files('src/**/*.ts').map((path) => ({ path, text: textOf(path) }))

/** Calls that read the clock and that the linter has no rule for: `new Date()` and `new Date` without arguments. */
const READS_CLOCK = /\bnew Date\s*(?:\(\s*\)|(?![\s(\w]))/
const EXPORTED = /^export (?:async |abstract )*(?:function\*?|class) (\w+)/

/** Exported functions and classes of a file without a docstring right above. Types and values may speak for themselves. */
function undocumented(text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    const name = EXPORTED.exec(line)?.[1]
    return name !== undefined && !lines[index - 1]?.trimEnd().endsWith('*/') ? [name] : []
  })
}

/** Links of a Markdown text to files beside it, without their anchors. */
function fileLinks(text: string): readonly string[] {
  const prose = text.replace(/^```.*?^```/gms, '')
  return [...prose.matchAll(/\]\((?!https?:|mailto:|#)(?<target>[^)#\s]+)/g)].map(
    ({ groups }) => groups?.['target'] ?? '',
  )
}

void t.test(`every source file has fewer than ${MAX_LINES} lines`, async (t) => {
  t.ok(SOURCES.length > 50, 'the sources are found')
  const long = SOURCES.filter(({ text }) => text.split('\n').length > MAX_LINES).map(({ path }) => path)
  t.same(long, [])
})

void t.test('every exported function and class says what it does', async (t) => {
  t.same(undocumented('export function a() {}\n/** B. */\nexport class B {}\n'), ['a'], 'the scan sees')
  t.same(
    SOURCES.flatMap(({ path, text }) => undocumented(text).map((name) => `${path}: ${name}`)),
    [],
  )
})

/** The command line, and the saved page, which has no command line to be given a clock by. */
const ENTRIES = ['src/main.ts', 'src/offline/page.ts']

void t.test('only the entry points read the clock', async (t) => {
  for (const code of ['new Date()', 'new Date( )', 'x = new Date;']) t.match(code, READS_CLOCK)
  for (const code of ['new Date(now)', 'new DateRange()']) t.notMatch(code, READS_CLOCK)
  const readers = SOURCES.filter(({ path, text }) => !ENTRIES.includes(path) && READS_CLOCK.test(text))
  t.same(
    readers.map(({ path }) => path),
    [],
  )
})

void t.test('links between documents lead somewhere', async (t) => {
  t.same(fileLinks('[a](b.md#c) [d](https://e) [f](#g)\n```sh\n[h](i)\n```\n'), ['b.md'], 'the scan sees')
  const documents = files('{*.md,docs/**/*.md,examples/**/*.md}')
  t.ok(documents.includes('README.md'))
  const broken = documents.flatMap((path) =>
    fileLinks(textOf(path))
      .filter((target) => !existsSync(join(ROOT, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  )
  t.same(broken, [])
})
