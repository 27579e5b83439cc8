/**
 * `eventstoredb-kill9.ts --node 'COMMAND' [--node 'COMMAND' …] [--rounds 5] [--down 3000]`: two registry processes on the
 * EventStoreDB (one node or several) that `EVENTSTORE_URL` names. Each COMMAND starts one of its nodes in the foreground. Writers issue awards over HTTP
 * through both; every round kills the leading node with -9 and starts it again `--down` milliseconds later. At the end every acknowledged
 * award must be there once, on both registries, and both read models must be what a replay gives. Persons go to `PERSONAL_URL` where it is set.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { certificate } from './registry.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const WRITERS = 16
/** A registry follows again at the latest this long after its log is back. */
const CAUGHT_UP_MS = 15_000
const env = { ...process.env, NODE_OPTIONS: '' }

type Registry = {
  readonly child: ChildProcess
  readonly url: string
  readonly key: string
  readonly data: string
}

const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    down: { type: 'string', default: '3000' },
  },
})
const servers = process.env['EVENTSTORE_URL']?.match(/[\w.-]+:\d+/g)?.slice(-values.node.length) ?? []

/** EventStoreDB takes every EVENTSTORE_… for a setting of its own, and ends where it does not know one. */
const { EVENTSTORE_URL: _url, ...nodeEnv } = env as Record<string, string | undefined>
const startNode = (command: string) =>
  spawn('sh', ['-c', `exec ${command}`], { env: nodeEnv, stdio: 'ignore', detached: true })

/** Which node leads, as each of them tells over HTTP; the first one where nobody says. */
async function leader(): Promise<number> {
  for (const server of servers) {
    const answer = await fetch(`http://${server}/gossip?format=json`).catch(() => undefined)
    if (!answer?.ok) continue
    const { members } = (await answer.json()) as {
      members: { state: string; isAlive: boolean; httpEndPointIp: string; httpEndPointPort: number }[]
    }
    const leading = members.find(({ state, isAlive }) => state === 'Leader' && isAlive)
    const found = servers.findIndex((one) => one.endsWith(`:${leading?.httpEndPointPort}`))
    if (found >= 0) return found
  }
  return 0
}

async function serve(data: string): Promise<Registry> {
  const limits = { RATE_LIMIT_PER_KEY: '100000000', RATE_LIMIT_PER_ADDRESS: '100000000' }
  const child = spawn(process.execPath, [MAIN, '--data', data, 'serve'], {
    env: { ...env, ...limits, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr.on('data', (chunk) => (err += chunk))
  child.stdout.on('data', (chunk) => (out.length < 100_000 ? (out += chunk) : undefined))
  while (!/listening at http/.test(out)) {
    if (child.exitCode !== null) throw new Error(`a registry ended: ${err}`)
    await sleep(20)
  }
  const url = /listening at (http:[^"]+)"/.exec(out)?.[1] ?? ''
  return { child, url, key: /crk_\S+/.exec(err)?.[0] ?? '', data }
}

const post = ({ url }: Registry, key: string, path: string, body: object, idempotencyKey: string) =>
  fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify(body),
  })

/** Repeats what was not acknowledged, at either registry in turn, as a client does that has heard nothing. */
async function untilAcknowledged(
  registries: readonly Registry[],
  key: string,
  path: string,
  body: object,
  name: string,
): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const registry = registries[(attempt + name.length) % registries.length]
    const answer = registry && (await post(registry, key, path, body, name).catch(() => undefined))
    const text = await answer?.text().catch(() => undefined)
    if (answer?.ok && text !== undefined) return (JSON.parse(text) as { id: string }).id
    if (answer && answer.status < 500) throw new Error(`${name}: ${answer.status} ${text}`)
    await sleep(50)
  }
  throw new Error(`${name} was never acknowledged`)
}

const run = `run-${Date.now().toString(36)}`
const nodes = values.node.map(startNode)
const folders = [mkdtempSync(join(tmpdir(), 'node-a-')), mkdtempSync(join(tmpdir(), 'node-b-'))]
const [first, second] = [await serve(folders[0] ?? ''), await serve(folders[1] ?? '')]
const registries = [first, second]
const key = first.key || second.key
if (key === '') throw new Error('this EventStoreDB holds a registry already: its key is not known here')
for (const [path, body] of [
  ['/organizations', { id: 'council', name: { en: 'Council' } }],
  ['/organizations', { id: 'fund', name: { en: 'Fund' } }],
  ['/issuers', { id: 'council', name: { en: 'Council' }, body: 'council' }],
  ['/issuers/council/accreditations', { accreditationId: 'a', kinds: ['status'], from: '2020-01-01' }],
] satisfies [string, object][])
  await untilAcknowledged([first], key, path, body, `${run} ${path} ${JSON.stringify(body)}`.slice(0, 200))

const acknowledged = new Map<string, string>()
const stopping = new AbortController()
let longest = 0
const writers = Array.from({ length: WRITERS }, async (_, writer) => {
  for (let n = 0; !stopping.signal.aborted; n++) {
    const name = `${run}-w${writer}-${n}`
    const started = performance.now()
    const body = { ...certificate, serialNumber: name }
    acknowledged.set(name, await untilAcknowledged(registries, key, '/certificates', body, name))
    longest = Math.max(longest, performance.now() - started)
  }
})
for (let round = 1; round <= Number(values.rounds); round++) {
  await sleep(2_000 + Math.random() * 2_000)
  const before = acknowledged.size
  const killed = await leader()
  const node = nodes[killed]
  if (node?.pid !== undefined) process.kill(-node.pid, 'SIGKILL')
  await sleep(Number(values.down))
  nodes[killed] = startNode(values.node[killed] ?? 'true')
  for (let waited = 0; acknowledged.size < before + WRITERS * 2 && waited < 60_000; waited += 50)
    await sleep(50)
  console.log(`round ${round}: node ${killed} killed, ${acknowledged.size} acknowledged so far`)
}
stopping.abort()
await Promise.all(writers)

const problems: string[] = []
const ended = performance.now()
for (const [name, id] of acknowledged)
  for (const { url } of registries) {
    const ask = async () => (await fetch(`${url}/api/v1/certificates/${id}`)).status
    let status = await ask()
    while (status === 404 && performance.now() < ended + CAUGHT_UP_MS) {
      await sleep(100)
      status = await ask()
    }
    if (status !== 200) problems.push(`${name} is ${status} at ${url}`)
  }
console.log(`both registries had everything ${Math.round(performance.now() - ended)} ms after the last award`)
const history = await fetch(`${first.url}/api/v1/events?type=AwardIssued`, {
  headers: { authorization: `Bearer ${key}` },
})
const serials = (await history.text())
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { data: { serialNumber?: string } }).data.serialNumber ?? '')
  .filter((serial) => serial.startsWith(run))
if (new Set(serials).size !== serials.length) problems.push('an award was recorded twice')
if (serials.length !== acknowledged.size)
  problems.push(`${serials.length} awards, ${acknowledged.size} acknowledged`)
for (const { child, data } of registries) {
  child.kill('SIGTERM')
  await once(child, 'exit')
  const checked = spawnSync(process.execPath, [MAIN, '--data', data, 'check'], { env, encoding: 'utf8' })
  if (checked.status !== 0) problems.push(`check: ${checked.stdout}${checked.stderr}`)
}
for (const node of nodes) if (node.pid !== undefined) process.kill(-node.pid, 'SIGKILL')
for (const folder of folders) rmSync(folder, { recursive: true })
for (const problem of problems.slice(0, 10)) console.log(`  ${problem}`)
console.log(
  `${values.rounds} rounds, ${acknowledged.size} acknowledged awards, slowest ${Math.round(longest)} ms, ${problems.length} problems`,
)
process.exit(problems.length === 0 ? 0 : 1)
