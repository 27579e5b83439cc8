import { createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { historyPage } from '../../src/http/desk/audit/history.ts'
import type { EndedRun, Integrity } from '../../src/http/integrity.ts'
import { type EventLog, LogUnavailableError } from '../../src/log/event-log.ts'
import { formatPosition, parsePosition } from '../../src/log/position.ts'
import { certificateAnswer } from '../../src/queries/certificates.ts'
import { CheckpointHistory } from '../../src/tlog/checkpoint-history.ts'
import { cosign } from '../../src/transparency/cosignature.ts'
import { EMPTY_ROOT, formatHash, leafHash } from '../../src/transparency/hash.ts'
import { SIGNATURE } from '../../src/transparency/key-name.ts'
import { formatSignature } from '../../src/transparency/note.ts'
import { proofSteps } from '../../src/transparency/proof-steps.ts'
import { inclusionProof } from '../../src/transparency/proofs.ts'
import { logSigner } from '../../src/transparency/signer.ts'
import { verifierOf } from '../../src/transparency/vkey.ts'
import { newEvent } from '../support/events.ts'
import { auditHouse } from '../support/audit-house.ts'
import { certificate, must } from '../support/registry.ts'
import { naiveRoot, newPrivateKey, ORIGIN, until } from '../support/tlog.ts'

const ROOMS = ['/desk/events', '/desk/register', '/desk/checkpoints', '/desk/integrity']
const typesIn = (page: string) => [...page.matchAll(/<code>([A-Z]\w+)<\/code><br>/g)].map(([, type]) => type)
const issue = (rig: Awaited<ReturnType<typeof auditHouse>>, more: object = {}) =>
  must(rig.run('certificate.issue', undefined, { ...certificate, ...more })).then(({ id }) => id)

void t.test('the rooms are an auditor’s and a registrar’s, nobody else’s', async (t) => {
  const rig = await auditHouse()
  t.teardown(rig.close)
  const [issuer, auditor, registrar] = await Promise.all([
    rig.signIn('issuer'),
    rig.signIn('auditor'),
    rig.signIn('registrar'),
  ])
  for (const url of [...ROOMS, '/desk/events/issuer-council/0']) {
    t.match((await rig.ask(url)).body, 'name="key"', `${url} asks nobody’s key`)
    const refused = await rig.ask(url, issuer)
    t.equal(refused.statusCode, 403, url)
    t.match(refused.body, 'These rooms are for auditors')
    for (const who of [auditor, registrar]) {
      const { statusCode, body, headers } = await rig.ask(url, who)
      t.equal(statusCode, 200, url)
      t.match(body, 'class="audit"')
      t.match(headers['content-security-policy'], /script-src 'self'; connect-src 'self'$/)
    }
  }
  t.match((await rig.ask('/desk/events/live', '', 'text/event-stream')).statusCode, 401)
  t.match((await rig.ask('/desk/events/live', issuer, 'text/event-stream')).statusCode, 403)
  t.notMatch((await rig.ask('/desk/export')).body, 'IssuerRegistered')
  t.equal((await rig.ask('/desk/export', issuer)).statusCode, 403)
  t.notMatch(
    (await rig.ask('/operations')).headers['content-security-policy'],
    'script-src',
    'no script elsewhere',
  )
  const script = /src="(\/assets\/audit\.[0-9a-f]{12}\.js)"/.exec(
    (await rig.ask(ROOMS[0] ?? '', auditor)).body,
  )
  t.match((await rig.ask(script?.[1] ?? '')).headers, { 'content-type': /^text\/javascript/ })
  for (const wrong of [
    '/desk/events/award-x/0',
    '/desk/events/issuer-council/99',
    '/desk/events/issuer-council/x',
  ])
    t.equal((await rig.ask(wrong, auditor)).statusCode, 404, wrong)
  t.equal((await rig.ask('/desk/register/ZZZZ', auditor)).statusCode, 400)
})

void t.test('the history: newest first, older and newer, by type, actor, stream and day', async (t) => {
  const rig = await auditHouse()
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  for (let n = 0; n < 60; n++)
    await must(rig.run('organization.register', undefined, { id: `o-${n}`, name: { en: `O ${n}` } }))
  const first = await rig.ask('/desk/events', cookie)
  t.equal(typesIn(first.body).length, 50)
  t.ok(first.body.indexOf('organization-o-59') < first.body.indexOf('organization-o-58'))
  const older = /href="(\/desk\/events\?before=[^"]+)"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const second = await rig.ask(older, cookie)
  t.match(typesIn(second.body).at(-1), 'OrganizationRegistered', 'down to the first event')
  t.notMatch(second.body, 'organization-o-10 ')
  t.match(second.body, 'organization-o-9 ')
  const newer = /href="(\/desk\/events\?after=[^"]+)"/.exec(second.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const back = await rig.ask(newer, cookie)
  const streamsIn = (page: string) => page.match(/(?<= · )organization-\S+/g)
  t.same(streamsIn(back.body), streamsIn(first.body), 'in the same order')
  const head = formatPosition(await rig.registry.log.head())
  t.match((await rig.ask(`/desk/events?after=${head}`, cookie)).body, 'Nothing newer')
  rig.clock.now += 86_400_000
  await must(rig.run('organization.rename', 'o-1', { name: { en: 'One' }, from: '2026-01-16' }))
  t.match((await rig.ask(`/desk/events?after=${head}`, cookie)).body, 'Organisation renamed')
  t.same(typesIn((await rig.ask('/desk/events?type=OrganizationRenamed', cookie)).body), [
    'OrganizationRenamed',
  ])
  t.same(typesIn((await rig.ask('/desk/events?from=2026-01-16', cookie)).body), ['OrganizationRenamed'])
  t.notMatch((await rig.ask('/desk/events?until=2026-01-15', cookie)).body, 'OrganizationRenamed</code>')
  t.equal(
    typesIn((await rig.ask('/desk/events?stream=organization-o-1&actor=registry', cookie)).body).length,
    12,
  )
  t.equal(typesIn((await rig.ask('/desk/events?type=Organization', cookie)).body).length, 0)
  t.equal(typesIn((await rig.ask('/desk/events?actor=nobody', cookie)).body).length, 0)
  t.same(typesIn((await rig.ask('/desk/events?type=%3Cscript%3E&from=yesterday', cookie)).body), [])
  for (const lang of ['ky', 'ru']) {
    const { body } = await rig.ask(`/desk/events?lang=${lang}&type=OrganizationRenamed`, cookie)
    t.match(body, lang === 'ky' ? 'Уюмдун аты өзгөрдү' : 'Организация переименована')
  }
})

void t.test('a filter that fits little ends after 20,000 events, and says where to go on', async (t) => {
  let read = 0
  const event = (n: number) => ({
    ...newEvent({ type: n === 30_000 ? 'Rare' : 'Common' }),
    stream: 'award-x',
    revision: BigInt(n),
    position: { commit: BigInt(n), prepare: BigInt(n) },
  })
  const log = {
    async *readBack(before: { commit: bigint } | undefined) {
      for (let n = Number(before?.commit ?? 50_001n) - 1; n >= 0; n -= 500) {
        read += 500
        yield Array.from({ length: Math.min(500, n + 1) }, (_, at) => event(n - at))
      }
    },
  } as unknown as EventLog
  const rare = ({ type }: { type: string }) => type === 'Rare'
  const page = await historyPage(log, {}, rare)
  t.match(page, { events: [], lookedAt: 20_000, gaveUp: true, newer: { commit: 50_000n } })
  t.ok(read <= 20_500)
  t.match(await historyPage(log, { before: page.older }, rare), {
    events: [{ type: 'Rare' }],
    lookedAt: 20_000,
  })
  t.match(await historyPage(log, { before: parsePosition('700') }, rare), { lookedAt: 700, gaveUp: false })
})

void t.test('an event’s page proves it step by step; one that was altered since is not proven', async (t) => {
  const rig = await auditHouse()
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  const id = await issue(rig)
  await must(rig.run('certificate.suspend', id, { from: '2026-01-10', reason: 'Looked into.' }))
  const fresh = await rig.ask(`/desk/events/award-${id}/1`, cookie)
  t.equal(fresh.statusCode, 200)
  t.ok(await rig.covered())
  const { body } = await rig.ask(`/desk/events/award-${id}/1`, cookie)
  t.match(body, 'note good')
  const steps = [...body.matchAll(/<small>gives<\/small> <code>([^<]+)<\/code>/g)].map(([, hash]) => hash)
  t.ok(steps.length > 1)
  t.equal(steps.at(-1), formatHash(rig.tlog.checkpoint?.root ?? EMPTY_ROOT), 'which ends in the signed root')
  t.match(body, `/desk/events/award-${id}/0?lang=en`, 'the one before')
  t.notMatch(body, `/desk/events/award-${id}/2`)
  t.match(body, /href="\/tlog\/proof\/leaf\/\d+\.tlog-proof"/)
  t.match(body, `/desk/register/${id}?recordedAt=`)
  const db = new DatabaseSync(join(rig.folder, 'log.sqlite'))
  db.exec("DROP TRIGGER event_unchanged; UPDATE event SET data = replace(data, 'Looked into.', 'Nothing.')")
  db.close()
  const altered = await rig.ask(`/desk/events/award-${id}/1`, cookie)
  t.match(altered.body, 'note bad')
  t.notMatch(altered.body, 'note good')
  t.match((await rig.ask(`/desk/events/award-${id}/0`, cookie)).body, 'note good', 'the others are')
})

void t.test('the steps of a proof end in the root, for every leaf of every tree', (t) => {
  for (let size = 1; size <= 33; size++) {
    const leaves = Array.from({ length: size }, (_, at) => leafHash(Buffer.from(String(at))))
    const root = naiveRoot(leaves)
    const read = ({ level, index }: { level: number; index: number }) =>
      naiveRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))
    for (const [index, leaf] of leaves.entries()) {
      const steps = proofSteps(leaf, index, size, inclusionProof(index, size, read))
      if ((steps.at(-1)?.gives ?? leaf) !== root) t.fail(`leaf ${index} of ${size}`)
    }
  }
  t.same(proofSteps('l', 0, 1, []), [])
  t.match(proofSteps(leafHash(Buffer.from('0')), 0, 2, [EMPTY_ROOT]), [{ side: 'right' }])
  t.end()
})

void t.test('the register at every moment is what the API says was known then', async (t) => {
  const rig = await auditHouse()
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  const nextDay = () => (rig.clock.now += 86_400_000)
  const ids = [await issue(rig, { validUntil: '2026-01-20' })]
  nextDay()
  ids.push(await issue(rig), await issue(rig, { issuedOn: '2026-01-10', validFrom: '2026-01-18' }))
  nextDay()
  await must(
    rig.run('certificate.suspend', ids[0], { from: '2026-01-15', until: '2026-01-19', reason: 'R.' }),
  )
  nextDay()
  await must(rig.run('certificate.revoke', ids[1], { from: '2025-01-01', reason: 'Forged.' }))
  await must(rig.run('certificate.reinstate', ids[0], { from: '2026-01-17', reason: 'Well.' }))
  nextDay()
  nextDay()
  nextDay()
  const ready = await until(async () =>
    (await rig.ask('/desk/register', cookie)).body.includes('id="slider"'),
  )
  t.ok(ready)
  const seen = new Set<string>()
  for (let step = 0; step <= 6; step++) {
    const day = `2026-01-${15 + step}`
    const { body } = await rig.ask(`/desk/register?step=${step}`, cookie)
    t.match(body, `max="6" step="1" value="${step}"`)
    t.match(body, `datetime="${day}T23:59:59.999Z"`)
    const known = `${day}T23:59:59.999Z`
    const statuses = ids.flatMap((id) => {
      const found = certificateAnswer(rig.registry.readModel, id, { at: day, known })
      return found.kind === 'found' ? [[id, JSON.parse(String(found.body)).verdict.status] as const] : []
    })
    for (const status of ['valid', 'suspended', 'revoked', 'not-yet-valid', 'expired']) {
      const mine = statuses.filter(([, one]) => one === status)
      const shown = new RegExp(`status=${status}[^>]*><strong>(\\d+)</strong>`).exec(body)?.[1]
      t.equal(shown, String(mine.length), `${day}: ${status}`)
      const only = await rig.ask(`/desk/register?step=${step}&status=${status}`, cookie)
      for (const id of ids)
        t.equal(
          only.body.includes(`/desk/register/${id}?`),
          mine.some(([one]) => one === id),
          `${day} ${id}`,
        )
      if (mine.length > 0) seen.add(status)
    }
  }
  t.same([...seen].sort(), ['expired', 'not-yet-valid', 'revoked', 'suspended', 'valid'], 'each was met')
  const before = await rig.ask(`/desk/register/${ids[1]}?recordedAt=2026-01-17T23:00`, cookie)
  t.match(before.body, 'badge valid')
  t.match(before.body, 'Recorded later')
  t.match(
    (await rig.ask(`/desk/register/${ids[1]}?recordedAt=2026-01-18T23:00Z`, cookie)).body,
    'badge revoked',
  )
  t.match(
    (await rig.ask(`/desk/register/${ids[1]}?recordedAt=2026-01-15T09:00Z`, cookie)).body,
    'did not know',
  )
  const changed = await rig.ask('/desk/register?day=2026-01-18', cookie)
  t.match(changed.body, 'Revoked</a>')
  t.match(changed.body, 'All events of the day: 2')
  t.match((await rig.ask('/desk/register?day=2026-01-20', cookie)).body, 'Nothing was recorded on this day')
  for (const odd of ['step=999999', 'step=-1', 'recordedAt=soon', 'day=2026-02-30', 'before=x', 'status=x'])
    t.equal((await rig.ask(`/desk/register?${odd}`, cookie)).statusCode, 200, odd)
  await issue(rig)
  t.ok(
    await until(async () => />4<\/strong> All/.test((await rig.ask('/desk/register', cookie)).body)),
    'it follows',
  )
})

void t.test('a history that can’t be read is said to be so, and is tried anew', async (t) => {
  const rig = await auditHouse()
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  const { log } = rig.registry
  const follow = log.follow.bind(log)
  Object.assign(log, {
    follow: () => {
      Object.assign(log, { follow })
      throw new LogUnavailableError('planted')
    },
  })
  t.match((await rig.ask('/desk/register', cookie)).body, 'planted')
  t.match((await rig.ask('/desk/register', cookie)).body, 'id="slider"', 'the log is there again')
})

void t.test('a history with an event that nobody knows is not replayed', async (t) => {
  const rig = await auditHouse()
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  await rig.registry.log.append('award-strange', 'no-stream', [newEvent({ type: 'AwardPainted' })])
  const failed = await until(async () => (await rig.ask('/desk/register', cookie)).body.includes('note bad'))
  t.ok(failed)
  const { body } = await rig.ask('/desk/register', cookie)
  t.match(body, /AwardPainted/)
})

void t.test(
  'the export is what the API answers, with the checkpoint, by the same filters as the list',
  async (t) => {
    const rig = await auditHouse()
    t.teardown(rig.close)
    const cookie = await rig.signIn('auditor')
    await issue(rig)
    t.ok(await rig.covered())
    const { body, headers } = await rig.ask('/desk/export', cookie)
    const api = await rig.app.inject({
      url: '/api/v1/events',
      headers: { authorization: `Bearer ${rig.keys.auditor}` },
    })
    t.equal(body, api.body)
    t.match(headers, { 'content-type': 'application/x-ndjson', 'content-disposition': /attachment/ })
    const note = Buffer.from(String(headers['registry-checkpoint']), 'base64').toString()
    t.equal(note, rig.tlog.checkpoint?.note)
    const narrowed = (await rig.ask('/desk/export?type=AwardIssued', cookie)).body.trim().split('\n')
    t.same(
      narrowed.map((line) => JSON.parse(line).type),
      ['AwardIssued'],
    )
  },
)

void t.test('live: what is recorded comes as it is shown; a key that is revoked hears no more', async (t) => {
  const rig = await auditHouse({ heartbeatMs: 50 })
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  const url = await rig.app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await fetch(`${url}/desk/events/live?type=OrganizationRegistered&lang=en`, {
    headers: { cookie },
  })
  t.equal(answer.headers.get('content-type'), 'text/event-stream')
  let heard = ''
  let isOver = false
  const listening = (async () => {
    for await (const chunk of answer.body ?? []) heard += Buffer.from(chunk).toString()
    isOver = true
  })()
  t.ok(await until(() => heard.includes(': following')))
  await must(rig.run('organization.register', undefined, { id: 'new', name: { en: '<b>New</b>' } }))
  await must(rig.run('organization.rename', 'new', { name: { en: 'Newer' }, from: '2026-01-16' }))
  t.ok(await until(() => heard.includes('organization-new')))
  t.match(heard, /^id: \d+\ndata: <li><a href="\/desk\/events\/organization-new\/0/m)
  t.match(heard, '&lt;b&gt;New')
  t.notMatch(heard, 'OrganizationRenamed')
  const keyId = /crk_([^_]+)/.exec(rig.keys.auditor)?.[1]
  await must(rig.run('issuer.revoke-key', 'registry', { keyId, reason: 'Lost.' }))
  t.ok(await until(() => isOver), 'the stream ends')
  await listening
})

void t.test('checkpoints: each proven to follow from the one before; a forged one contradicts', async (t) => {
  const rig = await auditHouse()
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  t.ok(await rig.covered())
  await issue(rig)
  t.ok(await rig.covered())
  await rig.history.settled()
  const { body } = await rig.ask('/desk/checkpoints', cookie)
  t.match(body, 'with the one before: proven')
  t.match(body, 'Nothing before it is kept')
  t.match(body, 'signature is good')
  t.match(body, formatHash(rig.tlog.checkpoint?.root ?? ''))
  const { size, note = '' } = rig.tlog.checkpoint ?? {}
  const signer = logSigner(ORIGIN, rig.key)
  const text = `${ORIGIN}\n${size}\n${formatHash(EMPTY_ROOT)}\n`
  rig.history.add(`${text}\n${formatSignature(signer.sign(text))}`)
  await rig.history.settled()
  t.match((await rig.ask('/desk/checkpoints', cookie)).body, 'contradicts the one before')
  rig.history.add(note.replace(/— .*\n$/, `— other.example ${Buffer.alloc(68).toString('base64')}\n`))
  await rig.history.settled()
  t.match((await rig.ask('/desk/checkpoints', cookie)).body, 'not of the log’s present key')
  const operations = await rig.ask('/operations')
  t.match(operations.body, 'Last checkpoint published')
  t.match(operations.body, 'it is up to date')
})

void t.test('checkpoints: who cosigned, and when', async (t) => {
  const key = newPrivateKey()
  const verifier = verifierOf('witness.example', SIGNATURE.cosignature, createPublicKey(key))
  const policy = { logs: [], witnesses: [{ name: 'w1', verifier }], isMet: () => true }
  const rig = await auditHouse({ policy })
  t.teardown(rig.close)
  const cookie = await rig.signIn('auditor')
  t.ok(await rig.covered())
  const { text = '', note = '' } = rig.tlog.checkpoint ?? {}
  const seconds = Date.parse('2026-03-04T05:06:07Z') / 1_000
  const bytes = cosign(text, seconds, key)
  rig.history.add(note + formatSignature({ name: verifier.name, id: verifier.id, bytes }))
  await rig.history.settled()
  const { body } = await rig.ask('/desk/checkpoints', cookie)
  t.match(body, /cosigned by w1, <time datetime="2026-03-04T05:06:07/)
  t.equal(
    rig.history.all().filter(({ size }) => size === rig.tlog.checkpoint?.size).length,
    1,
    'one and the same',
  )
})

void t.test('the checkpoints’ file is bounded, survives a crash in a line and a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'history-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'history')
  const signer = logSigner(ORIGIN, newPrivateKey())
  const noteOf = (size: number) => {
    const text = `${ORIGIN}\n${size}\n${formatHash(EMPTY_ROOT)}\n`
    return `${text}\n${formatSignature(signer.sign(text))}`
  }
  let now = Date.parse('2026-01-15T10:00:00Z')
  const open = (mostBytes = 2_000) => new CheckpointHistory(file, () => now++, mostBytes)
  const history = open()
  for (let size = 1; size <= 40; size++) history.add(noteOf(size))
  await history.settled()
  const kept = history.all()
  t.equal(kept[0]?.size, 40)
  t.ok(kept.length >= 8 && kept.length < 20, 'a few, not all')
  t.same(
    kept.map(({ size }) => size),
    Array.from(kept, (_, at) => 40 - at),
    'none is left out between',
  )
  t.ok(readFileSync(file).length <= 2_000)
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, -30))
  const again = open(1e6)
  t.equal(again.lastAt, kept[1]?.at)
  again.add(noteOf(39))
  again.add(noteOf(41))
  await again.settled()
  t.same(
    open()
      .all()
      .slice(0, 2)
      .map(({ size }) => size),
    [41, 39],
    'the half line costs itself alone',
  )
})

void t.test(
  'integrity: started and stopped by a form of ours alone; findings, outcome and what was looked at',
  async (t) => {
    const calls: string[] = []
    const ended: EndedRun = {
      number: 1,
      startedAt: '2026-01-15T10:00:00.000Z',
      by: 'schedule',
      seconds: 2.5,
      outcome: 'unsound',
      findings: [{ part: 'read model', problem: 'differs <b>here</b>' }],
      checked: [{ part: 'log', done: 12_345, total: 12_345 }],
    }
    let running = false
    const integrity: Integrity = {
      start: (by) => calls.push(`start ${by}`) > 0 && (running = true),
      stop: () => void calls.push('stop'),
      state: () => ({
        last: [ended],
        ...(running && {
          running: { ...ended, number: 2, checked: [{ part: 'read model', done: 30, total: 120 }] },
        }),
      }),
    }
    const rig = await auditHouse({ integrity })
    t.teardown(rig.close)
    const cookie = await rig.signIn('auditor')
    const { body } = await rig.ask('/desk/integrity', cookie)
    t.match(body, /Read model<\/strong>: <bdi lang="en">differs &lt;b&gt;here/)
    t.match(body, 'Log 12,345')
    t.match(body, 'Not sound')
    t.notMatch(body, 'http-equiv')
    const csrf = /action="\/desk\/integrity\/start".*?name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? ''
    t.equal((await rig.send('/desk/integrity/start', cookie, { csrf: 'guessed' })).statusCode, 403)
    t.same(calls, [])
    t.equal((await rig.send('/desk/integrity/start', await rig.signIn('issuer'), { csrf })).statusCode, 403)
    t.equal((await rig.send('/desk/integrity/start', cookie, { csrf })).statusCode, 303)
    t.match(calls, [/^start registry\//])
    const under = await rig.ask('/desk/integrity', cookie)
    t.match(under.body, '<progress id="run" value="30" max="120">')
    t.match(under.body, '<noscript><meta http-equiv="refresh" content="2"></noscript>')
    await rig.send('/desk/integrity/stop', cookie, { csrf })
    t.equal(calls.at(-1), 'stop')
  },
)
