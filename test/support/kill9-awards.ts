/**
 * `kill9-awards.ts [--rounds 20]`: the real server is killed with -9 while 16 writers issue awards over HTTP, that many
 * times on one data folder. After each: every acknowledged award is there, repeating its request lands on it, and
 * no request is recorded twice. A line a round; exit code 0 where nothing was lost or doubled. `SEED` repeats the moments.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { randomFrom, testSeed } from './random.ts'
import { certificate } from './registry.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const WRITERS = 16

type Server = { readonly child: ChildProcess; readonly url: string; readonly key: string }

async function serve(data: string): Promise<Server> {
  const env = {
    ...process.env,
    PORT: '0',
    RATE_LIMIT_PER_KEY: '100000000',
    RATE_LIMIT_PER_ADDRESS: '100000000',
  }
  const child = spawn(process.execPath, [MAIN, '--data', data, 'serve'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr.on('data', (chunk) => (err += chunk))
  child.stdout.on('data', (chunk) => (out.length < 10_000 ? (out += chunk) : undefined))
  while (!/listening at http/.test(out)) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${err}`)
    await sleep(20)
  }
  return {
    child,
    url: /listening at (http:[^"]+)"/.exec(out)?.[1] ?? '',
    key: /crk_\S+/.exec(err)?.[0] ?? '',
  }
}

const post = (server: Server, key: string, path: string, body: object, idempotencyKey?: string) =>
  fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
    },
    body: JSON.stringify(body),
  })

async function prepare(server: Server): Promise<void> {
  const steps: readonly [string, object][] = [
    ['/organizations', { id: 'council', name: { en: 'Council' } }],
    ['/organizations', { id: 'fund', name: { en: 'Fund' } }],
    ['/issuers', { id: 'council', name: { en: 'Council' }, body: 'council' }],
    ['/issuers/council/accreditations', { accreditationId: 'a', kinds: ['status'], from: '2020-01-01' }],
  ]
  for (const [path, body] of steps)
    if (!(await post(server, server.key, path, body)).ok) throw new Error(path)
}

/** Issues awards until the server dies; `acknowledged` learns each ID by its idempotency key. */
async function writer(
  server: Server,
  key: string,
  name: string,
  acknowledged: Map<string, string>,
  asked: Set<string>,
): Promise<void> {
  for (let n = 0; ; n++) {
    const request = `${name}-${n}`
    asked.add(request)
    try {
      const response = await post(
        server,
        key,
        '/certificates',
        { ...certificate, serialNumber: request },
        request,
      )
      const { id } = (await response.json()) as { id: string }
      if (response.status === 201) acknowledged.set(request, id)
    } catch {
      return
    }
  }
}

async function judge(
  server: Server,
  key: string,
  acknowledged: ReadonlyMap<string, string>,
  asked: ReadonlySet<string>,
): Promise<string[]> {
  const problems: string[] = []
  for (const [request, id] of acknowledged) {
    const seen = await fetch(`${server.url}/api/v1/certificates/${id}`)
    if (seen.status !== 200) problems.push(`lost ${request}: ${seen.status}`)
  }
  for (const request of asked) {
    const response = await post(
      server,
      key,
      '/certificates',
      { ...certificate, serialNumber: request },
      request,
    )
    const { id } = (await response.json()) as { id?: string }
    const first = acknowledged.get(request)
    if (response.status !== 201 || (first !== undefined && first !== id))
      problems.push(`${request}: repeated as ${response.status} ${id}`)
  }
  const events = await (
    await fetch(`${server.url}/api/v1/events?type=AwardIssued`, {
      headers: { authorization: `Bearer ${key}` },
    })
  ).text()
  const serials = events
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data: { serialNumber: string } }).data.serialNumber)
  if (new Set(serials).size !== serials.length) problems.push('an award was recorded twice')
  for (const request of asked)
    if (!serials.includes(request)) problems.push(`${request} is not in the history`)
  return problems
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const seed = testSeed()
const random = randomFrom(seed)
const data = mkdtempSync(join(tmpdir(), 'registry-kill9-'))
console.log(`SEED=${seed}`)
let total = 0
let failures = 0
let key = ''
for (let round = 1; round <= Number(values.rounds); round++) {
  const server = await serve(data)
  key ||= server.key
  if (round === 1) await prepare(server)
  const acknowledged = new Map<string, string>()
  const asked = new Set<string>()
  const writers = Array.from({ length: WRITERS }, (_, n) =>
    writer(server, key, `r${round}w${n}`, acknowledged, asked),
  )
  const milliseconds = 200 + Math.floor(random() * 500)
  await sleep(milliseconds)
  server.child.kill('SIGKILL')
  await once(server.child, 'exit')
  await Promise.all(writers)
  const after = await serve(data)
  const problems = await judge(after, key, acknowledged, asked)
  after.child.kill('SIGKILL')
  await once(after.child, 'exit')
  total += acknowledged.size
  failures += problems.length
  console.log(
    `round ${round}: killed after ${milliseconds} ms, ${acknowledged.size} awards acknowledged of ${asked.size} asked, ${problems.length} problems`,
  )
  for (const problem of problems.slice(0, 5)) console.log(`  ${problem}`)
}
rmSync(data, { recursive: true })
console.log(`${values.rounds} rounds, ${total} acknowledged awards, ${failures} problems`)
process.exitCode = failures === 0 ? 0 : 1
