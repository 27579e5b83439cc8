import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs every bench, one after another, each a process of its own. Sizes are such that all take some minutes; flags
 * are passed on and win: `npm run bench -- --events 1000000 --json`.
 */
const SCRIPTS = [
  ['append', '--rounds', '3', '--seconds', '2'],
  ['record', '--rounds', '3', '--seconds', '4'],
  ['verify', '--events', '200000', '--rounds', '3', '--seconds', '3'],
  ['transparency', '--events', '200000', '--rounds', '3', '--seconds', '2'],
  ['credentials'],
  ['pages'],
  ['page-load'],
  ['rebuild', '--events', '200000'],
  ['eventstoredb'],
  ['scale', '--awards', '100000'],
]

for (const [name, ...sizes] of SCRIPTS) {
  const script = new URL(`./${name}.ts`, import.meta.url).pathname
  const child = spawn(process.execPath, [script, ...sizes, ...process.argv.slice(2)], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) process.exitCode = 1
}
