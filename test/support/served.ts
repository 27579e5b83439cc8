import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
// tap loads its own hooks into every child by NODE_OPTIONS; the server is to run as it does in life.
const plainEnv = { ...process.env, NODE_OPTIONS: '' }

/** The command line in a process of its own, to its end. */
export function cli(data: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--data', data, ...args], {
    encoding: 'utf8',
    env: { ...plainEnv, ...env },
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  return { code: status, out: stdout, err: stderr }
}

/** A registry's server in a process of its own, over a data folder. `key` is the registrar's, at the first start. */
export function serveData(data: string, env: Record<string, string> = {}) {
  return serveCommand(data, ['serve'], env, /listening at (?<url>http:[^"]+)"/)
}

/** A command that serves; `listening` finds its address in what it says. */
export async function serveCommand(
  data: string,
  command: readonly string[],
  env: Record<string, string>,
  listening: RegExp,
) {
  const child = spawn(process.execPath, [MAIN, '--data', data, ...command], {
    env: { ...plainEnv, PORT: '0', RATE_LIMIT_PER_ADDRESS: '1000000', RATE_LIMIT_PER_KEY: '1000000', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stderr.on('data', (chunk) => (said.err += String(chunk)))
  child.stdout.on('data', (chunk) => (said.out += String(chunk)))
  const ended = once(child, 'exit')
  const address = () => listening.exec(said.out + said.err)?.groups?.['url']
  while (address() === undefined) {
    await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended])
    if (child.exitCode !== null) throw new Error(`${command[0]} ended: ${said.err}`)
  }
  const url = address() ?? ''
  const key = /crk_\S+/.exec(said.err)?.[0] ?? ''
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
  }
  return { url, key, said, stop, pid: child.pid ?? 0 }
}

/** Waits until a server knows a key: one that the command line granted a moment ago it has still to read in the log. */
export async function keyKnown(url: string, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}` }
  while ((await fetch(`${url}/api/v1/proposals`, { headers })).status === 401) await setTimeout(50)
  return key
}

/** Posts a command as JSON; throws where it is refused. */
export async function post(url: string, key: string, path: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
