/**
 * `npm run build:offline`: puts the judgement of `src/credentials` and everything it needs into one HTML file that works
 * opened from a disk, without a network. The file is committed; a test compares it with a fresh one.
 */
import { hash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'

const HERE = import.meta.dirname
/** Where the page lies; the server sends it from there. */
export const OFFLINE_PAGE = join(HERE, '../http/verify-offline.html')

const MODULES = ['crypto', 'fs', 'path', 'util', 'zlib']

/** The page's text. */
export async function offlinePage(): Promise<string> {
  const { output } = await build({
    input: join(HERE, 'page.ts'),
    write: false,
    platform: 'browser',
    treeshake: true,
    resolve: {
      alias: Object.fromEntries(MODULES.map((name) => [`node:${name}`, join(HERE, `node/${name}.ts`)])),
    },
    transform: {
      inject: { Buffer: [join(HERE, 'node/buffer.ts'), 'Buffer'] },
      define: { 'import.meta.dirname': '""', 'process.env.NODE_ENV': '"production"' },
    },
    output: { format: 'iife', minify: true },
    logLevel: 'silent',
  })
  const script = output[0].code.replaceAll('</script', '<\\/script').trim()
  const page = readFileSync(join(HERE, 'page.html'), 'utf8').replace('/* the program */', () => script)
  const style = /<style>(?<text>.*?)<\/style>/s.exec(page)?.groups?.['text'] ?? ''
  const policy = `default-src 'none'; script-src '${digest(script)}'; style-src '${digest(style)}'`
  return page.replace('the policy', () => policy)
}

const digest = (text: string) => `sha256-${hash('sha256', text, 'base64')}`

if (import.meta.main) writeFileSync(OFFLINE_PAGE, await offlinePage())
