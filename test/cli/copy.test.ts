import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { acquireServerLock } from '../../src/log/server-lock.ts'
import { startDoubleProcess } from '../support/eventstoredb/double-process.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const SAMPLE = join(import.meta.dirname, '../../examples/session-34.json')

function folder(t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'registry-copy-'))
  t.teardown(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const cli = (env: Record<string, string>, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  return { code: status, out: stdout, err: stderr }
}

/** What a replay tells but for positions, which are each log's own. */
const history = (env: Record<string, string>, ...args: string[]) =>
  cli(env, ...args, 'replay')
    .out.trim()
    .split('\n')
    .map((line) => {
      const { position: _position, ...event } = JSON.parse(line) as Record<string, unknown>
      return event
    })

void t.test('a registry moves to EventStoreDB and back, with its persons', async (t) => {
  const double = await startDoubleProcess()
  t.teardown(() => double.stop())
  const env = { EVENTSTORE_URL: double.url }
  const [data, back, node] = [folder(t), folder(t), folder(t)]
  t.equal(cli({}, '--data', data, 'import', SAMPLE).code, 0)
  const events = history({}, '--data', data)

  const moved = cli(env, 'copy', '--from', data, '--to', 'eventstore', '--json')
  t.equal(moved.code, 0, moved.err)
  const { digest } = JSON.parse(moved.out)
  t.match(JSON.parse(moved.out), { events: events.length, before: 0 })
  t.same(history(env, '--data', node), events, 'a node on EventStoreDB replays the same')
  t.match(cli(env, 'copy', '--from', data, '--to', 'eventstore'), { out: /personal store was not copied/ })
  t.match(JSON.parse(cli(env, 'copy', '--from', data, '--to', 'eventstore', '--json').out), {
    before: events.length,
    digest,
  })

  const returned = JSON.parse(
    cli(env, 'copy', '--from', 'eventstore', '--to', back, '--personal-from', data, '--json').out,
  )
  t.match(returned, { events: events.length, digest })
  t.ok(returned.openings > 0, `${returned.openings} openings`)
  t.same(history({}, '--data', back), events)
  t.match(cli({}, '--data', back, 'check'), { code: 0, out: /^sound/ })
})

void t.test('what can not be copied is refused before anything is written', async (t) => {
  const [data, other] = [folder(t), folder(t)]
  const rows = ['--data', data, 'import', SAMPLE]
  t.match(cli({}, 'copy', '--from', data, '--to', other), { code: 2, err: /no log in/ })
  cli({}, ...rows)
  const row = join(other, 'row.ndjson')
  writeFileSync(row, JSON.stringify({ command: 'organization.register', id: 'x', name: { en: 'X' } }))
  t.equal(cli({}, '--data', other, 'import', row).code, 0)
  t.match(cli({}, 'copy', '--from', data, '--to', other), { code: 65, err: /holds other events/ })
  t.match(cli({}, 'copy', '--from', data, '--to', data), { code: 2, err: /the same log/ })
  t.match(cli({}, 'copy', '--from', data, '--to', 'eventstore'), { code: 2, err: /EVENTSTORE_URL/ })
  t.match(cli({}, 'copy', '--from', data), { code: 2, err: /--to/ })
  const lock = acquireServerLock(data)
  t.match(cli({}, 'copy', '--from', data, '--to', folder(t)), { code: 69, err: /another server/ })
  lock.release()
})

void t.test('a password in the settings is not repeated in an error', (t) => {
  for (const url of [
    'esdb://admin:s3cret@',
    'esdb://admin:s3%zzcret@localhost',
    'http://admin:s3cret@localhost',
  ]) {
    const { code, out, err } = cli({ EVENTSTORE_URL: url }, 'replay')
    t.equal(code, 2)
    t.match(err, /EVENTSTORE_URL/)
    t.notMatch(out + err, /s3/)
  }
  t.end()
})
