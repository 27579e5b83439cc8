import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { eventsIn } from '../support/events-in.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const SAMPLE = join(import.meta.dirname, '../../examples/session-34.json')

/** A temporary folder of the test's own, so that whatever a command leaves behind is seen. */
const scratch = mkdtempSync(join(tmpdir(), 'registry-operations-'))
t.teardown(() => rmSync(scratch, { recursive: true, force: true }))
const env = { ...process.env, NODE_OPTIONS: '', TMPDIR: scratch }
const newFolder = () => mkdtempSync(join(scratch, 'data-'))
const leftOver = () => readdirSync(scratch).filter((name) => name.startsWith('certificate-registry-'))
const cli = (data: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--data', data, ...args], {
    encoding: 'utf8',
    env,
  })
  return { code: status, out: stdout, err: stderr }
}

void t.test('an import that is asked to stop finishes its row, says what is left, and goes on', async (t) => {
  const data = newFolder()
  const file = join(data, 'rows.ndjson')
  const rows = Array.from({ length: 3_000 }, (_, n) =>
    JSON.stringify({ command: 'organization.register', id: `fund-${n}`, name: { en: `Fund ${n}` } }),
  )
  writeFileSync(file, `${rows.join('\n')}\n`)
  const child = spawn(process.execPath, [MAIN, '--data', data, 'import', file], { env, stdio: 'pipe' })
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const ended = once(child, 'exit')
  const recorded = () => cli(data, 'replay').out.split('\n').length - 1
  while (child.exitCode === null && eventsIn(data) < 1) await sleep(5)
  child.kill('SIGINT')
  t.same(await ended, [130, null])
  const left = Number(/stopped: (?<left>\d+) of 3000 rows/.exec(said.join(''))?.groups?.['left'])
  const before = recorded()
  t.equal(before + left, rows.length)
  t.match(JSON.parse(cli(data, 'import', file, '--json').out), { recorded: left, already: before, left: 0 })
  t.same(leftOver(), [])
})

void t.test('no file of the registry can be read by another user', (t) => {
  const data = newFolder()
  t.equal(cli(data, 'import', SAMPLE).code, 0)
  t.equal(cli(data, 'rebuild').code, 0)
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
  t.ok(files.includes('personal.sqlite') && files.includes('read-model.sqlite'))
  for (const name of files) {
    const found = statSync(join(data, name))
    t.equal(found.mode & 0o077, 0, `${name} ${(found.mode & 0o777).toString(8)}`)
  }
  t.end()
})

void t.test('a command that was killed leaves no folder for long', (t) => {
  const dead = spawnSync(process.execPath, ['-e', ''], { env }).pid
  const folder = join(scratch, `certificate-registry-${dead}-abc123`)
  const running = join(scratch, `certificate-registry-${process.pid}-abc123`)
  for (const path of [folder, running]) spawnSync('mkdir', [path])
  cli(newFolder(), 'verify', '7G2K-9M4X-TQ0B-3HZD-V')
  cli(newFolder(), 'import', SAMPLE, '--dry-run')
  t.notOk(existsSync(folder), 'of a process that is gone')
  t.ok(existsSync(running), 'of a process that runs')
  rmSync(running, { recursive: true })
  t.end()
})

void t.test('a mistyped key is named wherever it stands, by a pointer that can be followed', (t) => {
  const data = newFolder()
  const file = join(data, 'bundle.json')
  const sample = JSON.parse(readFileSync(SAMPLE, 'utf8'))
  const { session } = sample
  const spoilt = {
    ...sample,
    'a/b~c': 1,
    session: {
      ...session,
      place: { ...session.place, citty: 'Astana' },
      alongside: session.alongside.map((one: object) => ({ ...one, hosst: 'x' })),
      agendaItemsNamed: session.agendaItemsNamed.map((one: object) => ({ ...one, followsUp_: 33 })),
    },
  }
  writeFileSync(file, JSON.stringify(spoilt))
  const { problems } = JSON.parse(cli(data, 'import', file, '--dry-run', '--json').out)
  const pointers = problems.map(({ pointer }: { pointer: string }) => pointer)
  for (const expected of [
    '/a~1b~0c',
    '/session/place/citty',
    '/session/alongside/0/hosst',
    '/session/agendaItemsNamed/0/followsUp_',
  ])
    t.ok(pointers.includes(expected), expected)
  t.equal(cli(data, 'import', file).code, 65)
  t.equal(cli(data, 'replay').out, '')
  t.end()
})

void t.test('erase takes a reason of the list, ends the name, and says when there is no such person', (t) => {
  const data = newFolder()
  t.equal(cli(data, 'import', SAMPLE).code, 0)
  const history = cli(data, 'replay').out
  const person = /"personId":"(?<id>[^"]+)"/.exec(history)?.groups?.['id'] ?? ''
  t.not(person, '')
  t.match(cli(data, 'erase', person), { code: 2, err: /reason/ })
  t.match(cli(data, 'erase', person, '--reason', 'because'), { code: 65 })
  t.match(cli(data, 'erase', 'nobody-here', '--reason', 'legal-order'), { code: 11 })
  t.equal(cli(data, 'erase', person, '--reason', 'legal-order', '--reference', '12/34').code, 0)
  t.match(cli(data, 'replay').out, /PersonErased/)
  t.match(cli(data, 'check'), { code: 0 })
  t.end()
})

void t.test('key create shows a key once, which the log does not hold', (t) => {
  const data = newFolder()
  t.equal(cli(data, 'import', SAMPLE).code, 0)
  const { code, out } = cli(data, 'key', 'create', '--role', 'auditor', '--label', 'audit office')
  const key = /crk_\S+/.exec(out)?.[0] ?? ''
  t.equal(code, 0)
  t.not(key, '')
  t.notMatch(cli(data, 'replay').out, key)
  t.match(cli(data, 'key', 'create', '--role', 'king'), { code: 65 })
  t.end()
})

void t.test('the demo ends well and leaves nothing', (t) => {
  const { code, out, err } = cli(newFolder(), 'demo')
  t.equal(code, 0, err)
  for (const word of ['revoked', 'corrected']) t.match(out, word)
  t.same(leftOver(), [])
  t.end()
})
