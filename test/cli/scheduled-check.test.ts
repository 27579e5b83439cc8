import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { readConfig } from '../../src/cli/config.ts'
import type { CheckHealth } from '../../src/http/health-routes.ts'
import { cli, post, serveData } from '../support/served.ts'
import { until } from '../support/tlog.ts'

const scratch = mkdtempSync(join(tmpdir(), 'registry-checks-'))
t.teardown(() => rmSync(scratch, { recursive: true, force: true }))

async function health(url: string): Promise<CheckHealth | undefined> {
  return ((await (await fetch(`${url}/health/ready`)).json()) as { check?: CheckHealth }).check
}

function edit(file: string, ...statements: string[]): void {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  for (const sql of statements) db.exec(sql)
  db.close()
}

void t.test('CHECK_EVERY is a time or never', (t) => {
  t.equal(readConfig({}).CHECK_EVERY, 86_400_000)
  t.equal(readConfig({ CHECK_EVERY: '90s' }).CHECK_EVERY, 90_000)
  t.equal(readConfig({ CHECK_EVERY: '7d' }).CHECK_EVERY, 604_800_000)
  t.equal(readConfig({ CHECK_EVERY: 'never' }).CHECK_EVERY, undefined)
  for (const wrong of ['', '0s', '24', '1.5h', '25d', '-1h', 'daily'])
    t.throws(() => readConfig({ CHECK_EVERY: wrong }), { message: /^CHECK_EVERY / }, wrong)
  t.end()
})

void t.test('serve checks itself beside its work, and health shows what it found', async (t) => {
  const data = mkdtempSync(join(scratch, 'data-'))
  const server = await serveData(data, { CHECK_EVERY: '1s' })
  t.teardown(() => server.stop('SIGKILL'))
  const { url, key, said } = server
  t.match(await health(url), { running: false, last: undefined }, 'nothing yet')
  t.ok(await until(async () => (await health(url))?.running), 'answers while it runs')
  t.ok(await until(async () => (await health(url))?.last?.sound === true))
  const first = (await health(url))?.last?.at ?? ''
  for (let n = 0; n < 50; n++)
    await post(url, key, '/organizations', { id: `org-${n}`, name: { en: `Org ${n}` } })
  t.ok(await until(async () => ((await health(url))?.last?.at ?? '') > first), 'and again')
  t.match(await health(url), { last: { sound: true, parts: [] } }, 'also while commands are recorded')

  edit(join(data, 'read-model.sqlite'), "UPDATE organization SET state = replace(state, 'Org 7', 'Orc 7')")
  t.ok(await until(async () => (await health(url))?.last?.sound === false))
  t.match(await health(url), { last: { parts: ['read model'] } })
  t.ok(await until(() => /"level":50.*read model.*differs/.test(said.out)), 'the log says what')
  t.equal((await fetch(`${url}/health/live`)).status, 200)
  t.equal(cli(data, ['rebuild']).code, 0)
  t.ok(await until(async () => (await health(url))?.last?.sound === true), 'mended')

  // An old event, in place: as if it had always been so, for whoever has not signed for it.
  edit(
    join(data, 'log.sqlite'),
    'DROP TRIGGER event_unchanged',
    "UPDATE event SET data = replace(data, 'Org 7', 'Orc 7')",
  )
  t.equal(cli(data, ['rebuild']).code, 0)
  t.ok(await until(async () => (await health(url))?.last?.parts.includes('transparency log')))
  await server.stop()
  t.match(cli(data, ['check', '--json']), { code: 12, out: /"part":"transparency log"/ })

  const later = await serveData(data, { CHECK_EVERY: '24h' })
  t.teardown(() => later.stop('SIGKILL'))
  t.match(await health(later.url), { running: false, last: { sound: false, parts: ['transparency log'] } })
  await later.stop()
  writeFileSync(join(data, 'last-check.json'), '{')
  const never = await serveData(data, { CHECK_EVERY: 'never' })
  t.teardown(() => never.stop('SIGKILL'))
  t.equal(await health(never.url), undefined)
})

void t.test('check: a log that lost its end is shorter than what was signed', async (t) => {
  const data = mkdtempSync(join(scratch, 'data-'))
  const server = await serveData(data)
  await post(server.url, server.key, '/organizations', { id: 'one', name: { en: 'One' } })
  t.ok(await until(async () => /\n3\n/.test(await (await fetch(`${server.url}/tlog/checkpoint`)).text())))
  await server.stop()
  t.match(cli(data, ['check']), { code: 0, out: /^sound/ })
  edit(
    join(data, 'log.sqlite'),
    'DROP TRIGGER event_kept',
    'DELETE FROM event WHERE position = (SELECT max(position) FROM event)',
  )
  rmSync(join(data, 'read-model.sqlite'))
  t.match(cli(data, ['check']), { code: 12, out: /^transparency log: the log has 2 events.* 3 / })
})
