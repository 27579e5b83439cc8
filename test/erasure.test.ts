/**
 * After a person's data are erased: what was handed out before still checks, the holder's own copy still proves the
 * name, and no file of the registry and no backup made afterwards holds a byte of it.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { assess } from '../src/credentials/verdict.ts'
import { parseCheckpoint } from '../src/transparency/checkpoint.ts'
import { readHash } from '../src/transparency/hash.ts'
import { openNote } from '../src/transparency/open-note.ts'
import { verifyConsistency } from '../src/transparency/verify-proofs.ts'
import { NAME, servedCouncil } from './support/evidence.ts'
import { type Postgres, startPostgres } from './support/postgres.ts'
import { cli, serveData } from './support/served.ts'

/** Every file below a folder that holds a text, in UTF-8, in UTF-16, or as JSON escapes it. */
function filesWith(folder: string, text: string): readonly string[] {
  const escaped = [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  const needles = [Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(escaped)]
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name)
    if (!statSync(path).isFile()) return false
    const bytes = readFileSync(path)
    return needles.some((needle) => bytes.includes(needle))
  })
}

async function erasureHolds(tt: Test, postgres: Postgres | undefined): Promise<void> {
  const PERSONAL_URL = postgres && postgres.url(await postgres.newDatabase(), { role: 'postgres' })
  const house = await servedCouncil(PERSONAL_URL === undefined ? {} : { PERSONAL_URL })
  tt.teardown(() => house.remove())
  const where = postgres?.data ?? house.data
  const own = await house.evidenceOf(house.id, house.server.key)
  const stranger = await house.evidenceOf()
  const note = await (await house.get('/tlog/checkpoint')).text()
  tt.not(filesWith(where, NAME).length, 0, 'the name is there before, so that the search can find it')
  const salt = own.openings?.[0]?.salt ?? ''
  tt.not(salt, '')

  await house.record(`/persons/${house.personId}/erasure`, { reason: 'asked-by-the-person' })
  if (postgres) tt.match(cli(house.data, ['personal', 'clean'], house.env), { code: 0 })
  const backup = join(mkdtempSync(join(tmpdir(), 'registry-erasure-')), 'backup')
  tt.teardown(() => rmSync(join(backup, '..'), { recursive: true, force: true }))
  const backed = cli(house.data, postgres ? ['read-model', 'backup', backup] : ['backup', backup], house.env)
  tt.equal(backed.code, 0, backed.err)
  for (const secret of [NAME, salt])
    for (const folder of [house.data, where, backup])
      tt.same(filesWith(folder, secret), [], `while it runs: ${folder}`)
  tt.notOk(`${house.server.said.out}${house.server.said.err}`.includes(NAME), 'nor what it logged')

  for (const evidence of [own, stranger])
    tt.match(
      await assess({ kind: 'evidence', evidence }, { now: new Date().toISOString(), logKey: house.logKey }),
      { outcome: 'valid' },
      'what was handed out before still checks, its names with it',
    )
  const openings = [{ ...own.openings?.[0], fields: { name: { ky: `${NAME}.` } } }] as typeof own.openings
  const forged = { ...own, ...(openings && { openings }) }
  tt.match(
    await assess(
      { kind: 'evidence', evidence: forged },
      { now: new Date().toISOString(), logKey: house.logKey },
    ),
    { outcome: 'not-valid' },
  )
  const anew = await house.evidenceOf(house.id, house.server.key)
  tt.same(anew.openings, [], 'a file made now opens nothing')
  const opened = openNote(note, [house.logKey])
  const old = opened.ok ? parseCheckpoint(opened.note.text) : undefined
  const later = openNote(anew.checkpoint, [house.logKey])
  const current = later.ok ? parseCheckpoint(later.note.text) : undefined
  if (!old || !current) throw new Error('no checkpoint')
  const proof = await (await house.get(`/tlog/proof/consistency?from=${old.size}&to=${current.size}`)).json()
  const hashes = (proof as { hashes: string[] }).hashes.map((one) => readHash(one) ?? '')
  tt.ok(
    verifyConsistency(old.size, current.size, hashes, old.root, current.root),
    'one history before and after',
  )

  await house.server.stop()
  for (const secret of [NAME, salt])
    for (const folder of [house.data, where]) tt.same(filesWith(folder, secret), [], `stopped: ${folder}`)
}

void t.test('on SQLite', (tt) => erasureHolds(tt, undefined))

void t.test('on PostgreSQL, after `personal clean`', async (tt) => {
  const postgres = await startPostgres()
  tt.teardown(() => postgres.remove())
  await erasureHolds(tt, postgres)
})

void t.test('a backup made after it serves the same history', async (tt) => {
  const house = await servedCouncil()
  tt.teardown(() => house.remove())
  const before = await house.evidenceOf(house.id, house.server.key)
  await house.record(`/persons/${house.personId}/erasure`, { reason: 'legal-order' })
  const folder = mkdtempSync(join(tmpdir(), 'registry-erasure-'))
  tt.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const backup = join(folder, 'backup')
  tt.equal(cli(house.data, ['backup', backup]).code, 0)
  for (const name of ['tlog-key.pem', 'tlog-checkpoint', 'keys'])
    cpSync(join(house.data, name), join(backup, name), { recursive: true })
  await house.server.stop()
  const restored = await serveData(backup, { PUBLIC_URL: 'https://registry.test' })
  tt.teardown(() => restored.stop('SIGKILL'))
  const file = join(folder, 'evidence.json')
  writeFileSync(file, JSON.stringify(before))
  tt.match(cli(backup, ['verify', file, '--vkey', house.vkey]), { code: 0 })
  const answer = await fetch(`${restored.url}/api/v1/verifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ evidence: before }),
  })
  tt.match(await answer.json(), { outcome: 'valid' })
})
