import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { eventsIn } from '../support/events-in.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const SAMPLE = join(import.meta.dirname, '../../examples/session-34.json')

const folder = () => mkdtempSync(join(tmpdir(), 'registry-cli-'))
const cli = (data: string, ...args: string[]) => {
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--data', data, ...args], {
    encoding: 'utf8',
    env,
  })
  return { code: status, out: stdout, err: stderr }
}

const AWARDS = [
  { command: 'organization.register', id: 'council', name: { en: 'Council' } },
  { command: 'organization.register', id: 'fund', name: { en: 'Fund' } },
  { command: 'issuer.register', id: 'council', name: { en: 'Council' }, body: 'council' },
  { command: 'issuer.accredit', id: 'council', accreditationId: 'a', kinds: ['status'], from: '2024-01-01' },
  {
    command: 'certificate.issue',
    issuerId: 'council',
    kind: 'status',
    title: { en: 'Status' },
    recipient: { type: 'organization', organizationId: 'fund', nameAsWritten: { en: 'Fund' } },
    issuedOn: '2024-11-07',
    validUntil: '2025-11-07',
  },
]
const ndjson = (rows: readonly object[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`

void t.test('the sample imports once however often it is run, and a dry run records nothing', async (t) => {
  const data = folder()
  t.teardown(() => rmSync(data, { recursive: true }))
  t.match(cli(data, 'import', SAMPLE, '--dry-run'), { code: 0, out: /nothing was recorded/ })
  t.match(cli(data, 'replay'), { code: 0, out: '' })
  const first = JSON.parse(cli(data, 'import', SAMPLE, '--json').out)
  t.match(first, { already: 0, problems: [] })
  t.match(JSON.parse(cli(data, 'import', SAMPLE, '--json').out), { recorded: 0, already: first.recorded })
  const history = cli(data, 'replay').out
  t.equal(history.trim().split('\n').length, first.recorded)
  t.notMatch(history, 'Исмаилбеков', 'the log names no person')
  t.equal(cli(data, 'replay', '--until', '3').out.trim().split('\n').length, 3)
  t.match(cli(data, 'check'), { code: 0, out: /^sound/ })
})

void t.test('every bad row is named by line and field, and none is recorded', async (t) => {
  const data = folder()
  t.teardown(() => rmSync(data, { recursive: true }))
  const file = join(data, 'rows.ndjson')
  const issue = AWARDS[4] ?? {}
  const bad = [
    { ...issue, issuedOn: '2024-02-30' },
    { ...issue, colour: 'red' },
    { command: 'award.paint' },
    { ...issue, recipient: { type: 'organization', organizationId: 'nobody', nameAsWritten: { en: 'N' } } },
  ]
  writeFileSync(file, `${ndjson([...AWARDS, ...bad])}{"command":\n`)
  const { problems } = JSON.parse(cli(data, 'import', file, '--json').out)
  t.strictSame(
    problems.map(({ line }: { line: number }) => line).toSorted((a: number, b: number) => a - b),
    [6, 7, 8, 9, 10],
  )
  t.match(
    problems.find(({ line }: { line: number }) => line === 6),
    { pointer: '/issuedOn' },
  )
  t.equal(cli(data, 'import', file).code, 65)
  t.equal(cli(data, 'replay').out, '')
  t.match(JSON.parse(cli(data, 'import', file, '--skip-invalid', '--json').out), { recorded: AWARDS.length })
})

void t.test('in a bundle of one line, a bad row leaves the others, and no key is swallowed', async (t) => {
  const data = folder()
  t.teardown(() => rmSync(data, { recursive: true }))
  const file = join(data, 'one-line.json')
  const sample = JSON.parse(readFileSync(SAMPLE, 'utf8'))
  const award = { kind: 'status', recipient: 'state-fund', title: { en: 'Status' } }
  const good = { ...sample, awards: [award] }
  writeFileSync(
    file,
    JSON.stringify({ ...good, awards: [award, { ...award, recipient: 'No organisation' }] }),
  )
  const skipped = JSON.parse(cli(data, 'import', file, '--skip-invalid', '--json').out)
  t.match(skipped.problems, [{ line: 1, pointer: '/awards/1/recipient' }])
  writeFileSync(file, JSON.stringify(good))
  t.match(JSON.parse(cli(data, 'import', file, '--json').out), { recorded: 0, already: skipped.recorded })
  writeFileSync(
    file,
    JSON.stringify({
      ...good,
      session: { ...sample.session, mood: 1 },
      awards: [{ ...award, validUntl: '' }],
    }),
  )
  t.match(JSON.parse(cli(data, 'import', file, '--dry-run', '--json').out).problems, [
    { pointer: '/session/mood' },
    { pointer: '/awards/0/validUntl' },
  ])
})

void t.test('an import killed with -9 goes on where it was', async (t) => {
  const data = folder()
  t.teardown(() => rmSync(data, { recursive: true }))
  const file = join(data, 'rows.ndjson')
  const issue = (_: unknown, n: number) => ({ ...AWARDS[4], title: { en: `Status ${n}` } })
  const rows = [...AWARDS.slice(0, 4), ...Array.from({ length: 1_500 }, issue)]
  writeFileSync(file, ndjson(rows))
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = spawn(process.execPath, [MAIN, '--data', data, 'import', file], { env, stdio: 'ignore' })
  const there = () => cli(data, 'replay').out.split('\n').length - 1
  while (child.exitCode === null && eventsIn(data) <= 4) await sleep(5)
  child.kill('SIGKILL')
  if (child.signalCode === null) await once(child, 'exit')
  t.equal(child.signalCode, 'SIGKILL', 'it was killed at work')
  const before = there()
  t.ok(before > 4 && before < rows.length, `${before} of ${rows.length}`)
  const second = JSON.parse(cli(data, 'import', file, '--json').out)
  t.match(second, { recorded: rows.length - before, already: before })
  t.equal(there(), rows.length)
})

void t.test('a node starts from the read model of another one', async (t) => {
  const data = folder()
  const fresh = folder()
  t.teardown(() => [data, fresh].forEach((one) => rmSync(one, { recursive: true })))
  const rows = join(data, 'rows.ndjson')
  writeFileSync(rows, ndjson(AWARDS))
  cli(data, 'import', rows)
  const saved = join(data, 'saved')
  t.match(cli(data, 'read-model', 'backup', saved), { code: 2, err: /no read model/ })
  cli(data, 'rebuild')
  const made = JSON.parse(cli(data, 'read-model', 'backup', saved, '--json').out)
  t.match(cli(data, 'read-model', 'backup', saved), { code: 65, err: /holds a backup/ })
  t.match(cli(fresh, 'read-model', 'restore', saved), { code: 65, err: /ahead of this log/ })
  cli(data, 'backup', join(fresh, 'moved'))
  const moved = join(fresh, 'moved')
  t.same(JSON.parse(cli(moved, 'read-model', 'restore', saved, '--json').out), { position: made.position })
  t.match(cli(moved, 'check'), { code: 0, out: /^sound/ })
})

void t.test('verify and history answer from the log, with exit codes', async (t) => {
  const data = folder()
  t.teardown(() => rmSync(data, { recursive: true }))
  const file = join(data, 'rows.ndjson')
  writeFileSync(file, ndjson(AWARDS))
  t.equal(cli(data, 'import', file).code, 0)
  const id = /"stream":"award-([^"]+)"/.exec(cli(data, 'replay').out)?.[1] ?? ''
  t.match(cli(data, 'verify', id, '--at', '2025-01-01'), { code: 0, out: /VALID/ })
  t.match(cli(data, 'verify', id.toLowerCase().replaceAll('-', ' '), '--at', '2026-01-01'), {
    code: 10,
    out: /EXPIRED/,
  })
  t.match(cli(data, 'verify', `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`), {
    code: 2,
    err: /mistyped/,
  })
  t.match(cli(data, 'history', id), { code: 0, out: /AwardIssued/ })
  t.match(cli(join(data, 'nowhere'), 'verify', id), { code: 2, err: /no registry/ })
  const backup = join(data, 'backup')
  t.equal(cli(data, 'backup', backup).code, 0)
  t.match(cli(backup, 'verify', id, '--at', '2025-01-01'), { code: 0 })
  t.match(cli(data, 'backup', backup), { code: 2, err: /not empty/ })
})

async function serve(data: string): Promise<{ child: ChildProcess; url: string; key: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', PORT: '0' }
  const child = spawn(process.execPath, [MAIN, '--data', data, 'serve'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr?.on('data', (chunk) => (err += chunk))
  while (!/listening at (http:[^"]+)"/.test(out)) {
    const [chunk] = await once(child.stdout as NodeJS.ReadableStream, 'data')
    out += chunk
  }
  return {
    child,
    url: /listening at (http:[^"]+)"/.exec(out)?.[1] ?? '',
    key: /crk_\S+/.exec(err)?.[0] ?? '',
  }
}

void t.test(
  'a server shares its folder with commands but not with another server, and stops gracefully',
  async (t) => {
    const data = folder()
    t.teardown(() => rmSync(data, { recursive: true }))
    const { child, url, key } = await serve(data)
    t.match(key, /^crk_/, 'the first start shows a registrar key')
    t.match(cli(data, 'serve'), { code: 69, err: /in use|another/i })
    t.equal(cli(data, 'import', SAMPLE).code, 0)
    const found = await fetch(`${url}/api/v1/organizations/state-fund`)
    t.equal(found.status, 200, 'what another process recorded is there at once')
    const body = JSON.stringify({ id: 'new', name: { en: 'New' } })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    t.equal((await fetch(`${url}/api/v1/organizations`, { method: 'POST', headers, body })).status, 201)
    t.equal(cli(data, 'rebuild').code, 0)
    const other = JSON.stringify({ id: 'newer', name: { en: 'Newer' } })
    t.match(
      await (await fetch(`${url}/api/v1/organizations`, { method: 'POST', headers, body: other })).json(),
      { visible: true },
      'the server goes over to the rebuilt read model',
    )
    t.equal((await fetch(`${url}/api/v1/organizations/new`)).status, 200)
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    t.equal(code, 0)
    t.match(cli(data, 'check'), { code: 0 })
    const again = await serve(data)
    t.equal(again.key, '', 'a later start makes no key')
    again.child.kill('SIGKILL')
    await once(again.child, 'exit')
    const after = await serve(data)
    t.equal((await fetch(`${after.url}/health/ready`)).status, 200, 'kill -9 leaves no lock behind')
    after.child.kill('SIGTERM')
    await once(after.child, 'exit')
  },
)

void t.test('check finds a read model and a log that were tampered with', async (t) => {
  const data = folder()
  t.teardown(() => rmSync(data, { recursive: true }))
  t.equal(cli(data, 'import', SAMPLE).code, 0)
  t.equal(cli(data, 'rebuild').code, 0)
  const model = new DatabaseSync(join(data, 'read-model.sqlite'))
  model.exec("UPDATE organization SET state = replace(state, 'KG', 'KZ') WHERE id = 'state-fund'")
  model.close()
  t.match(cli(data, 'check'), { code: 12, out: /read model/ })
  t.equal(cli(data, 'rebuild').code, 0)
  t.equal(cli(data, 'check').code, 0)
  const log = new DatabaseSync(join(data, 'log.sqlite'))
  for (const { name } of log.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    log.exec(`DROP TRIGGER "${String(name)}"`)
  log.exec('DELETE FROM event WHERE position = 2')
  log.close()
  t.match(cli(data, 'check'), { code: 12 })
})

void t.test('help names every command, and wrong usage ends with 2', async (t) => {
  const { code, out } = cli('.', '--help')
  t.equal(code, 0)
  for (const name of [
    'serve',
    'import',
    'verify',
    'history',
    'replay',
    'rebuild',
    'check',
    'backup',
    'key',
    'demo',
    'Exit codes',
  ])
    t.match(out, name)
  const help = cli('.', 'verify', '--help').out
  for (const part of ['--at', '--data', 'Exit codes']) t.match(help, part)
  t.equal(cli('.', 'paint').code, 2)
  t.match(readFileSync(MAIN, 'utf8'), /process\.env/)
})

void t.test('kill -9 under a load of awards loses none and doubles none', async (t) => {
  const script = join(import.meta.dirname, '../support/kill9-awards.ts')
  const { status, stdout } = spawnSync(process.execPath, [script, '--rounds', '2'], { encoding: 'utf8' })
  t.equal(status, 0, stdout)
  t.match(stdout, /2 rounds, [1-9][0-9]* acknowledged awards, 0 problems/)
})
