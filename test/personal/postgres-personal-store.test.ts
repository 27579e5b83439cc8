import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import pg from 'pg'
import { run as runCli } from '../../src/cli/program.ts'
import { newOpening } from '../../src/personal/commitment.ts'
import type { PersonalStore } from '../../src/personal/personal-store.ts'
import { cleanTable } from '../../src/personal/postgres-clean.ts'
import { PostgresConnection } from '../../src/personal/postgres-connection.ts'
import { openPostgresPersonalStore } from '../../src/personal/postgres-personal-store.ts'
import { migrate } from '../../src/personal/postgres-schema.ts'
import { personalStoreContract } from '../contract/personal-store-contract.ts'
import { PASSWORD, startPostgres } from '../support/postgres.ts'

const NOON = '2026-03-01T12:00:00.000Z'
const AWAY = { name: 'PersonalStoreUnavailableError' }

const server = await startPostgres()
t.teardown(() => server.remove())

const opening = (index: number, letters = 0) =>
  newOpening(`person-${index}-p`, {
    name: { ky: `Эсенбек${index}баатыр${'өң'.repeat(letters)}Соңу${index}уулу` },
  })
const newUrl = async () => server.url(await server.newDatabase())

/** Opens stores that end with the test. */
const opener = (tt: { teardown(done: () => unknown): void }) => async (url: string) => {
  const store = await openPostgresPersonalStore(url)
  tt.teardown(() => store.close())
  return store
}

/** Which persons are named in which files of the whole cluster. */
function found(): Map<number, Set<string>> {
  const persons = new Map<number, Set<string>>()
  for (const entry of readdirSync(server.data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const part of text.matchAll(/Эсенбек(\d+)баатыр|Соңу(\d+)уулу|person-(\d+)-p/g)) {
      const index = Number(part[1] ?? part[2] ?? part[3])
      const folder = entry.parentPath.slice(server.data.length + 1).split('/')[0] ?? ''
      persons.set(index, (persons.get(index) ?? new Set()).add(folder))
    }
  }
  return persons
}
const foundIn = (folder: string) =>
  [...found()].filter(([, folders]) => folders.has(folder)).map(([index]) => index)
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const byNumber = (numbers: Iterable<number>) => [...numbers].toSorted((a, b) => a - b)

/** Runs the command line; answers its code and what it printed. */
async function cli(url: string, ...argv: string[]) {
  let printed = ''
  const sink = { write: (text: string) => (printed += text) !== '', isTTY: false }
  const io = {
    env: { PERSONAL_URL: url, DATA_DIR: join(server.data, '../none') },
    now: () => 0,
    out: sink,
    err: sink,
    onStop: () => {},
  }
  const code = await runCli(['node', 'main', ...argv], io as never)
  return { code, printed }
}

personalStoreContract(t, 'postgres', async () => openPostgresPersonalStore(await newUrl()))

void t.test('two nodes: one schema, each other’s writes, one winner, one forgetting', async (tt) => {
  const url = await newUrl()
  const open = opener(tt)
  const nodes = await Promise.all(Array.from({ length: 6 }, () => open(url)))
  const [a, b] = nodes as [PersonalStore, PersonalStore]
  const person = opening(1)
  await a.put([person], NOON)
  tt.strictSame(await b.get([person.commitment]), [{ ...person, storedAt: NOON }])
  for (let round = 0; round < 15; round += 1) {
    const many = range(10_000 + round * 300, 10_300 + round * 300).map((i) => opening(i))
    await Promise.all(nodes.map((node, i) => node.put(i % 2 === 0 ? many : many.toReversed(), NOON)))
    tt.equal((await b.get(many.map((o) => o.commitment))).length, many.length, 'the same put, raced by six')
  }
  for (let round = 0; round < 20; round += 1) {
    const contested = opening(1_000 + round)
    const beside = opening(2_000 + round)
    const claims = nodes.map((node, i) =>
      node.put([beside, { ...contested, personId: `claim-${i % 2}` }], NOON),
    )
    const outcomes = await Promise.allSettled(claims)
    const [held] = await a.get([contested.commitment])
    tt.strictSame(
      outcomes.map(({ status }) => status === 'fulfilled'),
      nodes.map((_, i) => held?.personId === `claim-${i % 2}`),
    )
  }
  const counts = await Promise.all(nodes.map((node) => node.forgetPerson(person.personId)))
  tt.equal(
    counts.reduce((sum, count) => sum + count),
    1,
    'forgotten once',
  )
  tt.strictSame(await b.get([person.commitment]), [])
})

void t.test('many nodes that start on an empty database at once make one schema', async (tt) => {
  for (let round = 0; round < 5; round += 1) {
    const url = await newUrl()
    const connections = range(0, 6).map(() => new PostgresConnection(url))
    await Promise.all(connections.map((connection) => connection.query('SELECT 1')))
    await Promise.all(connections.map((connection) => migrate(connection)))
    tt.strictSame(await connections[0]?.query('SELECT * FROM erasure'), [['0', '0']])
    await Promise.all(connections.map((connection) => connection.close()))
  }
})

void t.test(
  'tables of the format before secrets are taken on by many at once, with what they hold',
  async (tt) => {
    const open = opener(tt)
    const url = await newUrl()
    const kept = opening(150)
    await (await open(url)).put([kept], NOON)
    const connection = new PostgresConnection(url)
    await connection.query('DROP TABLE secret')
    await connection.query('UPDATE personal_format SET format = 1')
    await connection.close()
    const nodes = await Promise.all(range(0, 4).map(() => open(url)))
    const secrets = await Promise.all(nodes.map((node, n) => node.secret('batch-rows', `of node ${n}`)))
    tt.equal(new Set(secrets).size, 1)
    tt.equal((await nodes[0]?.get([kept.commitment]))?.length, 1)
  },
)

void t.test('who loses a deadlock begins again', async (tt) => {
  const connection = new PostgresConnection(await newUrl())
  let begun = 0
  const lock = (first: number, second: number) =>
    connection.transaction(async (query) => {
      begun += 1
      await query('SELECT pg_advisory_xact_lock($1)', [first])
      await sleep(200)
      await query('SELECT pg_advisory_xact_lock($1)', [second])
      return first
    })
  tt.strictSame(await Promise.all([lock(1, 2), lock(2, 1)]), [1, 2])
  tt.equal(begun, 3)
  await connection.close()
})

void t.test(
  'a forgotten person leaves the tables at once, and the log by the operator’s command',
  async (tt) => {
    const database = await server.newDatabase()
    const store = await opener(tt)(server.url(database))
    const people = range(5_000, 5_300).map((i) => opening(i, i % 10 === 0 ? 3_000 : i % 40))
    for (const one of people) await store.put([one], NOON)
    await server.sql('ANALYZE; CHECKPOINT', database)
    const all = byNumber(range(5_000, 5_300))
    const ours = (numbers: Iterable<number>) => byNumber(numbers).filter((index) => all.includes(index))
    tt.ok(ours(foundIn('base')).length === 300 && ours(foundIn('pg_wal')).length > 0, 'the search finds them')
    const [{ stats } = {}] = await server.sql(
      "SELECT count(*)::int AS stats FROM pg_stats WHERE tablename = 'opening'",
      database,
    )
    tt.equal(stats, 0, 'no value is copied into statistics')
    const gone = people.filter((_, i) => i % 2 === 0)
    await Promise.all(gone.map((o) => store.forgetPerson(o.personId)))
    await server.sql('CHECKPOINT')
    const kept = all.filter((index) => index % 2 === 1)
    tt.strictSame(ours(foundIn('base')), kept, 'the tables hold the others alone')
    tt.equal((await store.get(people.map((o) => o.commitment))).length, 150)
    tt.ok(
      ours(foundIn('pg_wal')).some((index) => index % 2 === 0),
      'the log still names them',
    )

    const plain = await cli(server.url(database), 'personal', 'clean')
    tt.match(plain, { code: 2 }, 'an ordinary role may not')
    await server.sql('GRANT pg_checkpoint, pg_monitor TO registry')
    await server.sql('GRANT EXECUTE ON FUNCTION pg_switch_wal() TO registry', database)
    const done = await cli(server.url(database), 'personal', 'clean', '--json')
    tt.equal(done.code, 0, done.printed)
    tt.match(JSON.parse(done.printed), { kept: [], archived: false, standbys: 0, left: [] })
    tt.strictSame(ours(found().keys()), kept, 'no file of the cluster names them')
    await server.stop()
    tt.strictSame(ours(found().keys()), kept, 'nor after a stop')
    await server.start()
    tt.equal((await store.get(people.map((o) => o.commitment))).length, 150, 'and the others are whole')
  },
)

void t.test('a segment that a replication slot keeps is told', async (tt) => {
  const database = await server.newDatabase()
  await (await opener(tt)(server.url(database))).put([opening(6_000)], NOON)
  await server.sql("SELECT pg_create_physical_replication_slot('standby', true)")
  const done = await cli(server.url(database, { role: 'postgres' }), 'personal', 'clean', '--json')
  await server.sql("SELECT pg_drop_replication_slot('standby')")
  tt.equal(done.code, 12)
  tt.equal(JSON.parse(done.printed).left.length, 1)
})

void t.test('a reader that stays delays the cleaning, which the next removal makes good', async (tt) => {
  const database = await server.newDatabase()
  const store = await opener(tt)(server.url(database))
  const connection = new PostgresConnection(server.url(database))
  tt.teardown(() => connection.close())
  const other = opening(7_001)
  await store.put([opening(7_000), other], NOON)
  const dump = new pg.Client(server.url(database))
  await dump.connect()
  await dump.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await dump.query('SELECT count(*) FROM opening')
  await connection.transaction(async (query) => {
    await query("DELETE FROM opening WHERE person_id = 'person-7000-p'")
    await query('UPDATE erasure SET removals = removals + 1')
  })
  await tt.rejects(cleanTable(connection, 700), { ...AWAY, code: '55P03' })
  tt.equal((await store.get([other.commitment])).length, 1, 'others read on')
  await server.sql('CHECKPOINT')
  tt.ok(foundIn('base').includes(7_000), 'the bytes are still there')
  await dump.query('ROLLBACK')
  await dump.end()
  tt.equal(await store.forgetPerson('nobody'), 0, 'the next removal')
  await server.sql('CHECKPOINT')
  tt.notOk(foundIn('base').includes(7_000))
  tt.ok(foundIn('base').includes(7_001))
})

void t.test('away and back: unavailable within its time, then found again by itself', async (tt) => {
  const url = await newUrl()
  const store = await opener(tt)(url)
  const person = opening(8_000)
  await store.put([person], NOON)
  const there = async () => (await store.get([person.commitment])).length
  for (const how of ['fast', 'kill'] as const) {
    await server.stop(how)
    await tt.rejects(there(), AWAY, how)
    await tt.rejects(store.put([opening(8_001)], NOON), AWAY)
    await tt.rejects(store.forgetPerson('x'), AWAY)
    const late = await opener(tt)(url)
    await tt.rejects(late.list({ storedBefore: NOON, limit: 1 }), AWAY, 'opened while away')
    await server.start()
    tt.equal(await there(), 1, 'kept, and found again')
    tt.equal((await late.get([person.commitment])).length, 1, 'opened while away, found later')
  }
  server.freeze(true)
  const since = performance.now()
  const silent = await Promise.allSettled([there(), there(), there(), there(), there(), there()])
  tt.ok(
    silent.every(({ status }) => status === 'rejected'),
    'a server that is silent',
  )
  tt.ok(performance.now() - since < 20_000, 'ends every wait')
  server.freeze(false)
  for (let tries = 0; tries < 50 && (await there().catch(() => 0)) === 0; tries += 1) await sleep(100)
  tt.equal(await there(), 1)
})

void t.test('close finishes what was accepted; later calls say that it is closed', async (tt) => {
  const url = await newUrl()
  const store = await openPostgresPersonalStore(url)
  const [kept, gone] = [opening(9_000), opening(9_001)]
  await store.put([gone], NOON)
  const accepted = [store.put([kept], NOON), store.forgetPerson(gone.personId)]
  await store.close()
  await Promise.all(accepted)
  await store.close()
  await tt.rejects(store.put([kept], NOON), AWAY)
  await tt.rejects(store.get([kept.commitment]), AWAY)
  tt.strictSame((await (await opener(tt)(url)).get([kept.commitment, gone.commitment])).length, 1)
})

void t.test('what waiting does not cure is refused at once, and no message holds a secret', async (tt) => {
  const good = await newUrl()
  const database = await server.newDatabase()
  const secrets = [PASSWORD, encodeURIComponent(PASSWORD), 'wr0ng']
  const refused: [string, string][] = [
    [good.replace(encodeURIComponent(PASSWORD), 'wr0ng'), '28P01'],
    [good.replace(`:${encodeURIComponent(PASSWORD)}`, ''), 'no-password'],
    [server.url('absent'), '3D000'],
    [`${good}?sslmode=verify-full`, 'no-tls'],
    [`${good}?sslmode=verify-full&sslrootcert=/absent/ca.crt`, 'ENOENT'],
  ]
  const told: string[] = []
  for (const [url, code] of refused) {
    const error = await openPostgresPersonalStore(url).catch((fault: unknown) => fault)
    tt.match(error, { ...AWAY, code })
    told.push(JSON.stringify(error), (error as Error).stack ?? '', String((error as Error).cause))
    const shown = await cli(url, 'personal', 'clean')
    tt.equal(shown.code, 69)
    told.push(shown.printed)
  }
  for (const url of [
    'mysql://u:wr0ng@h/d',
    'postgres://u:wr0ng@h',
    'postgres://u:wr0ng@a,b/d',
    'wr0ng:',
    `postgres://u:${PASSWORD}@h/d`,
  ]) {
    const shown = await cli(url, 'check')
    tt.equal(shown.code, 2)
    tt.match(shown.printed, /PERSONAL_URL/)
    told.push(shown.printed)
  }
  await (await opener(tt)(server.url(database))).put([opening(9_500)], NOON)
  await server.sql('UPDATE personal_format SET format = 99', database)
  await tt.rejects(openPostgresPersonalStore(server.url(database)), { name: 'PostgresUnfitError' })
  await server.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 OWNER registry")
  await tt.rejects(openPostgresPersonalStore(server.url('latin')), { name: 'PostgresUnfitError' })
  for (const secret of secrets)
    tt.notOk(
      told.some((text) => text.includes(secret)),
      'no secret',
    )
})

void t.test('speaks TLS as the URL says, to the server that the certificate names', async (tt) => {
  const authority = server.enableTls()
  await server.stop()
  await server.start()
  const database = await server.newDatabase()
  const url = (host: string, query: string) => server.url(database, { host, query })
  const store = await opener(tt)(url('localhost', `?sslmode=verify-full&sslrootcert=${authority}`))
  await store.put([opening(9_900)], NOON)
  const [{ encrypted } = {}] = await server.sql(
    `SELECT bool_and(ssl) AS encrypted FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'registry' AND datname = '${database}'`,
  )
  tt.equal(encrypted, true)
  const strict = (host: string, query: string) => openPostgresPersonalStore(url(host, query))
  await tt.rejects(strict('localhost', '?sslmode=verify-full'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  await tt.rejects(strict('127.0.0.1', `?sslmode=verify-full&sslrootcert=${authority}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
})
