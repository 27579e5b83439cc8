import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const env = {
  ...process.env,
  NODE_OPTIONS: '',
  PORT: '0',
  RATE_LIMIT_PER_KEY: '1000000',
  RATE_LIMIT_PER_ADDRESS: '1000000',
}

/**
 * A server whose files may not grow beyond so many blocks of 1,024 bytes: to it, the disk is full there. tap's
 * NODE_OPTIONS would load a handler that ends the process on SIGXFSZ, which Node ignores.
 */
async function serve(data: string, blocks: string) {
  const child = spawn(
    'bash',
    [
      '-c',
      `ulimit -f ${blocks}; unset NODE_OPTIONS; exec "$0" "$@"`,
      process.execPath,
      MAIN,
      '--data',
      data,
      'serve',
    ],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const ready = Promise.withResolvers<string>()
  t.teardown(() => void child.kill('SIGKILL'))
  let key = ''
  const said: string[] = []
  const read = (text: string) => {
    if (!text.includes('"answered"')) said.push(text)
    key ||= /crk_\S+/.exec(text)?.[0] ?? ''
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
    if (url) ready.resolve(url)
  }
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', read)
  child.once('exit', (code, signal) =>
    t.comment(`the server ended with ${code ?? signal}: ${said.slice(-5).join('\n')}`),
  )
  const url = await ready.promise
  return { child, url, key }
}

void t.test('a full disk: commands get 503, reads go on, nothing acknowledged is lost', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'registry-full-'))
  t.teardown(() => rmSync(data, { recursive: true }))
  const small = await serve(data, '2000')
  const post = async (url: string, key: string, n: number) => {
    const answer = await fetch(`${url}/api/v1/organizations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': `fund-${n}`,
      },
      body: JSON.stringify({
        id: `fund-${n}`,
        name: { en: `Fund ${n}`, ru: 'ф'.repeat(150), ky: 'ң'.repeat(150) },
      }),
    })
    await answer.body?.cancel()
    return { n, status: answer.status, retryAfter: answer.headers.get('retry-after') }
  }
  const answers: Awaited<ReturnType<typeof post>>[] = []
  while (answers.filter(({ status }) => status === 503).length < 5 && answers.length < 10_000)
    answers.push(
      ...(await Promise.all(
        Array.from({ length: 300 }, (_, at) => post(small.url, small.key, answers.length + at)),
      )),
    )
  t.same(new Set(answers.map(({ status }) => status)), new Set([201, 503]))
  t.equal((await fetch(`${small.url}/health/ready`)).status, 503, 'and it says so')
  t.ok(answers.every(({ status, retryAfter }) => status === 201 || retryAfter !== null))
  t.equal((await fetch(`${small.url}/api/v1/organizations/fund-0`)).status, 200, 'reads go on')
  t.equal((await fetch(`${small.url}/health/live`)).status, 200)
  small.child.kill('SIGTERM')
  const [code] = await once(small.child, 'exit')
  t.equal(code, 0, 'it stops as ever')

  const large = await serve(data, 'unlimited')
  const lost: number[] = []
  for (const { n, status } of answers)
    if (status === 201 && (await fetch(`${large.url}/api/v1/organizations/fund-${n}`)).status !== 200)
      lost.push(n)
  t.same(lost, [])
  const refused = answers.find(({ status }) => status === 503)?.n ?? -1
  t.match(
    await post(large.url, small.key, refused),
    { status: 201 },
    'the same request, repeated once there is room',
  )
  large.child.kill('SIGTERM')
  await once(large.child, 'exit')
  const { status, stdout } = spawnSync(process.execPath, [MAIN, '--data', data, 'check'], {
    encoding: 'utf8',
    env,
  })
  t.equal(status, 0, stdout)
})
