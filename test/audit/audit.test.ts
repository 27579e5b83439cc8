import {
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Writable } from 'node:stream'
import t, { type Test } from 'tap'
import type { Io } from '../../src/cli/io.ts'
import { run as runProgram } from '../../src/cli/program.ts'
import { CompactRange } from '../../src/transparency/compact-range.ts'
import { leafHash } from '../../src/transparency/hash.ts'
import { formatNote } from '../../src/transparency/note.ts'
import { witnessSigner } from '../../src/transparency/signer.ts'
import { formatVkey, verifierOf } from '../../src/transparency/vkey.ts'
import { cli, keyKnown, post, serveData } from '../support/served.ts'
import { naiveRoot, newPrivateKey, until } from '../support/tlog.ts'

const ROWS = 2_700
const scratch = mkdtempSync(join(tmpdir(), 'registry-audit-'))
t.teardown(() => rmSync(scratch, { recursive: true, force: true }))
const newFolder = () => mkdtempSync(join(scratch, 'data-'))

/** A registry of some thousand events with an auditor's key, made once; each test works on a copy. */
const template = newFolder()
const auditorKey = await (async () => {
  const rows = Array.from({ length: ROWS }, (_, n) =>
    JSON.stringify({ command: 'organization.register', id: `org-${n}`, name: { en: `Org ${n}` } }),
  )
  writeFileSync(join(scratch, 'rows.ndjson'), `${rows.join('\n')}\n`)
  cli(template, ['import', join(scratch, 'rows.ndjson')])
  const { out } = cli(template, ['key', 'create', '--role', 'auditor'])
  const first = await serveData(template)
  await until(async () => (await sizeAt(first.url)) > ROWS)
  await first.stop()
  return /crk_\S+/.exec(out)?.[0] ?? ''
})()

async function sizeAt(url: string): Promise<number> {
  const { transparency } = (await (await fetch(`${url}/health/ready`)).json()) as {
    transparency: { checkpoint?: number }
  }
  return transparency.checkpoint ?? -1
}

function eventsIn(data: string): number {
  const db = new DatabaseSync(join(data, 'log.sqlite'), { readOnly: true })
  const { events } = db.prepare('SELECT count(*) AS events FROM event').get() ?? {}
  db.close()
  return Number(events)
}

/** A copy of the registry: `open` serves it, `edit` changes its files behind the server's back. */
function registryOf(t: Test, from = template) {
  const data = newFolder()
  cpSync(from, data, { recursive: true })
  const open = async () => {
    const server = await serveData(data)
    t.teardown(() => server.stop('SIGKILL'))
    const events = eventsIn(data)
    await until(async () => (await sizeAt(server.url)) === events)
    return { ...server, events }
  }
  const edit = (file: string, sql: string, ...values: (string | number | Uint8Array)[]) => {
    const db = new DatabaseSync(join(data, file))
    if (file === 'log.sqlite') db.exec('DROP TRIGGER event_unchanged')
    db.prepare(sql).run(...values)
    db.close()
  }
  const forgetTree = () => {
    for (const path of globSync(join(data, 'tlog{.sqlite*,-checkpoint}'))) rmSync(path)
  }
  return { data, open, edit, forgetTree }
}

const RENAME =
  "UPDATE event SET data = replace(data, 'Org', 'Orc') WHERE position = (SELECT position FROM event ORDER BY position LIMIT 1 OFFSET ?)"
/** The registry at one address for all of a test, whatever server is behind it; counts, and breaks off where told. */
async function proxy(t: Test) {
  const asked: string[] = []
  const target = {
    url: '',
    answer: (_path: string): string | undefined => undefined,
    refuse: (_path: string) => false,
    cut: (_path: string, _bytes: number) => false,
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const pass = async () => {
      const instead = target.answer(path)
      if (instead !== undefined) return void response.end(instead)
      if (target.refuse(path)) return void response.writeHead(403).end()
      const headers = { authorization: request.headers.authorization ?? '' }
      const answer = await fetch(`${target.url}${path}`, { headers })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      let bytes = 0
      for await (const chunk of answer.body ?? []) {
        bytes += chunk.length
        response.write(chunk)
        if (target.cut(path, bytes)) {
          await new Promise((resolve) => setTimeout(resolve, 50))
          return void response.destroy()
        }
      }
      response.end()
    }
    pass().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state = join(newFolder(), 'state.json')
  const run = async (...more: string[]) => {
    asked.length = 0
    const said: Record<'out' | 'err', string> = { out: '', err: '' }
    const into = (name: 'out' | 'err') =>
      new Writable({ write: (chunk, _encoding, done) => done(void (said[name] += String(chunk))) })
    const io: Io = {
      env: { REGISTRY_KEY: auditorKey },
      now: Date.now,
      out: into('out'),
      err: into('err'),
      onStop: () => undefined,
    }
    const code = await runProgram(['node', 'registry', 'audit', url, '--state', state, '--json', ...more], io)
    return { code, ...said, said: said.out === '' ? undefined : JSON.parse(said.out) }
  }
  return { asked, target, url, state, run }
}
const bundles = (asked: readonly string[]) => asked.filter((path) => path.startsWith('/tlog/tile/entries/'))

void t.test('a compact range has the root of every size', (t) => {
  const leaves = Array.from({ length: 70 }, (_, at) => leafHash(Buffer.from(`${at}`)))
  const range = new CompactRange()
  for (let size = 0; size <= leaves.length; size++) {
    if (range.root() !== naiveRoot(leaves.slice(0, size))) t.fail(`size ${size}`)
    range.push(leaves[size] ?? '')
  }
  t.equal(range.size, 71)
  t.end()
})

void t.test('a clean audit, then one that fetches only what is new', async (t) => {
  const server = await registryOf(t).open()
  const { run, target, asked, state } = await proxy(t)
  target.url = server.url
  const first = await run()
  t.match(first, {
    code: 0,
    said: { sound: true, size: server.events, compared: server.events },
    err: /on trust/,
  })
  t.equal(bundles(asked).length, Math.ceil(server.events / 256))
  t.notOk(asked.some((path) => path.includes(auditorKey)))
  t.equal(statSync(state).mode & 0o777, 0o600)
  t.equal(statSync(`${state}.leaves`).size, server.events * 32)
  const second = await run()
  t.match(second, { code: 0, said: { size: server.events }, err: '' })
  t.same(bundles(asked), [], 'nothing is fetched twice')
  t.notOk(asked.some((path) => path.startsWith('/api')))
  const again = await run('--all-events')
  t.match(again, { code: 0, said: { compared: server.events } })
  t.ok(asked.some((path) => path.startsWith('/api/v1/events')))
  truncateSync(`${state}.leaves`, 100)
  t.match(await run(), { code: 0, said: { size: server.events } }, 'a spoilt file of leaves is fetched again')
  t.equal(bundles(asked).length, Math.ceil(server.events / 256))
  writeFileSync(`${state}.leaves`, Buffer.alloc(server.events * 32))
  t.match(await run(), { code: 0, said: { size: server.events } }, 'and no fork is made out of it')
})

void t.test('without a key the tree alone is checked, and that is said', async (t) => {
  const server = await registryOf(t).open()
  const state = join(newFolder(), 'state.json')
  const ran = cli(scratch, ['audit', server.url, '--state', state], { REGISTRY_KEY: '' })
  t.match(ran, { code: 0, out: /no events were compared/ })
  const withKey = ['audit', server.url, '--state', state, '--key', auditorKey, '--json']
  t.match(JSON.parse(cli(scratch, withKey).out), { compared: server.events }, 'made up for later')
})

void t.test('an event that was altered in the log is found, by its leaf', async (t) => {
  const registry = registryOf(t)
  registry.edit('log.sqlite', RENAME, 1_234)
  const server = await registry.open()
  const { run, target } = await proxy(t)
  target.url = server.url
  const ran = await run()
  t.match(ran, { code: 13, said: { sound: false, finding: { kind: 'event-differs', index: 1_234 } } })
  t.equal(ran.said.compared, 1_234)
  t.match(await run(), { code: 13, said: { finding: { index: 1_234 } } }, 'and again')
})

void t.test('a history that was written anew is found at its first other leaf', async (t) => {
  const { run, target, state } = await proxy(t)
  const registry = registryOf(t)
  const honest = await registry.open()
  target.url = honest.url
  t.match(await run(), { code: 0 })
  await honest.stop()
  const before = readFileSync(state, 'utf8')
  // All follows from the altered log, signed with the log's own key: only who saw the other one can tell.
  const forked = registryOf(t)
  forked.edit('log.sqlite', RENAME, 777)
  forked.forgetTree()
  const fork = await forked.open()
  target.url = fork.url
  t.match(await run(), { code: 13, said: { finding: { kind: 'forked', index: 777 } } })
  t.equal(readFileSync(state, 'utf8'), before, 'what was verified stays what counts')
  t.match(
    await post(
      fork.url,
      await keyKnown(fork.url, cli(forked.data, ['key', 'create', '--role', 'registrar']).out.trim()),
      '/organizations',
      { id: 'more', name: { en: 'More' } },
    ),
    {},
  )
  await until(async () => (await sizeAt(fork.url)) > fork.events)
  t.match(
    await run(),
    { code: 13, said: { finding: { kind: 'forked', index: 777 } } },
    'also once it is longer',
  )
  await fork.stop()

  const shorter = registryOf(t)
  const cut = new DatabaseSync(join(shorter.data, 'log.sqlite'))
  cut.exec('DROP TRIGGER event_kept; DELETE FROM event WHERE position > 2000')
  cut.close()
  shorter.forgetTree()
  const short = await shorter.open()
  target.url = short.url
  t.match(await run(), {
    code: 13,
    said: { finding: { kind: 'rolled-back', index: eventsIn(shorter.data) } },
  })
})

void t.test('leaves that are not those of the tree are found', async (t) => {
  const { run, target } = await proxy(t)
  const registry = registryOf(t)
  const digest = 'a'.repeat(64)
  const data = Buffer.from(`{"event":"00000000-0000-4000-8000-000000000000","sha256":"${digest}"}`)
  registry.edit('tlog.sqlite', 'UPDATE entry SET data = ? WHERE leaf = ?', data, 300)
  const server = await registry.open()
  target.url = server.url
  t.match(await run(), { code: 13, said: { finding: { kind: 'leaf-differs', index: 300 } } })
  await server.stop()
  registry.edit('tlog.sqlite', 'UPDATE entry SET data = ? WHERE leaf = ?', Buffer.from('{}'), 300)
  target.url = (await registry.open()).url
  t.match(
    await run(),
    { code: 13, said: { finding: { kind: 'leaf-differs', index: 300 } } },
    'or no leaves at all',
  )
})

void t.test('the network breaks off in the middle: the next run goes on', async (t) => {
  const server = await registryOf(t).open()
  const { run, target, asked } = await proxy(t)
  target.url = server.url
  target.refuse = (path) => /entries\/00[89]|entries\/010/.test(path)
  t.match(await run(), { code: 69, err: /goes on/ })
  target.refuse = (path) => path.startsWith('/api/')
  const all = Math.ceil(server.events / 256)
  t.match(await run(), { code: 69 })
  t.equal(bundles(asked).length, all - 8, 'not those that were there')
  let cuts = 0
  target.refuse = () => false
  target.cut = (path, bytes) => path.startsWith('/api/') && bytes > 200_000 && cuts < 2 && ++cuts > 0
  t.match(await run(), { code: 0, said: { compared: server.events } }, 'and within a run')
  t.equal(cuts, 2)
  t.same(bundles(asked), [])
  const places = asked.filter((path) => path.startsWith('/api/'))
  t.equal(places.length, 3)
  t.equal(new Set(places).size, 3, 'each from where the last one ended')
})

void t.test('whose signature, how many witnesses, which registry', async (t) => {
  const server = await registryOf(t).open()
  const { run, target, url } = await proxy(t)
  target.url = server.url
  const other = witnessSigner('w.test', newPrivateKey(), () => 1_000)
  const policy = join(newFolder(), 'policy')
  writeFileSync(policy, `witness w ${formatVkey(other.verifier)}\nquorum w\n`)
  t.match(await run('--policy', policy), { code: 13, said: { finding: { kind: 'unwitnessed' } } })
  writeFileSync(policy, `witness w ${formatVkey(other.verifier)}\nquorum none\n`)
  t.match(await run('--policy', policy), { code: 0 })
  const note = await (await fetch(`${url}/tlog/checkpoint`)).text()
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
  target.answer = (path) =>
    path === '/tlog/checkpoint' ? formatNote({ text, signatures: [other.sign(text)] }) : undefined
  t.match(
    await run('--policy', policy),
    { code: 13, said: { finding: { kind: 'unsigned' } } },
    "a witness's signature does not stand for the log's",
  )
  target.answer = () => undefined
  const vkey = (await (await fetch(`${url}/tlog/vkey`)).text()).trim()
  const [name = ''] = vkey.split('+')
  const stranger = formatVkey(verifierOf(name, 1, other.verifier.key))
  t.match(await run('--vkey', stranger), { code: 2 }, 'the state is of another key')
  const fresh = ['--state', join(newFolder(), 'state.json')]
  t.match(await run(...fresh, '--vkey', stranger), { code: 13, said: { finding: { kind: 'unsigned' } } })
  t.match(await run(...fresh, '--vkey', vkey), { code: 0, err: '' }, 'given, it is not taken on trust')
  t.match(await run('--vkey', 'nonsense'), { code: 2 })
  target.refuse = () => true
  t.match(await run(...fresh), { code: 69 })
  const beside = cli(scratch, ['audit', 'ftp://x', ...fresh])
  t.equal(beside.code, 2)
})
