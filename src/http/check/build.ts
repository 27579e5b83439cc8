/**
 * `npm run build:check`: makes the script of the pages that take a file from `browser.ts`, with the one reading of an
 * ID in it. The script is committed, since the bundler is none of the server's dependencies; a test compares it with a
 * fresh one.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'

/** Where the script lies; the server sends it from there. */
export const CHECK_FILE = join(import.meta.dirname, 'check.min.js')

/** The script's text. */
export async function checkScript(): Promise<string> {
  const { output } = await build({
    input: join(import.meta.dirname, 'browser.ts'),
    write: false,
    platform: 'browser',
    output: { format: 'esm', minify: true },
    logLevel: 'silent',
  })
  return output[0].code
}

if (import.meta.main) writeFileSync(CHECK_FILE, await checkScript())
