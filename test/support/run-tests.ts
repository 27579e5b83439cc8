/**
 * `npm test`: runs tap on the Node that runs this file and ends with one plain line, `N passed, N failed`, for whoever
 * reads it by machine. The numbers are assertions, as tap itself counts them in the raw TAP that it writes; a file that
 * dies without a failed assertion counts as one failure. Exit code 1 where anything failed or nothing ran.
 *
 * Arguments go to tap as they are: `npm test -- test/domain/award.test.ts`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { tally } from './tally.ts'

const TAP = join(import.meta.dirname, '../../node_modules/tap/dist/esm/run.mjs')

const folder = mkdtempSync(join(tmpdir(), 'registry-tap-'))
const raw = join(folder, 'raw.tap')
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const child = spawn(process.execPath, [TAP, `--output-file=${raw}`, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Tests that start `node` by name get this one, not whichever the machine has.
  env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
const [code] = (await once(child, 'exit')) as [number | null]

const counted = tally(existsSync(raw) ? readFileSync(raw, 'utf8') : '')
const failed = counted.failed === 0 && code !== 0 ? 1 : counted.failed
if (counted.skipped > 0) console.log(`${counted.skipped} assertions skipped`)
console.log(`${counted.passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || counted.passed === 0 ? 1 : 0
