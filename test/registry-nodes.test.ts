import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openSqliteEventLog } from '../src/log/sqlite-event-log.ts'
import { newOpening } from '../src/personal/commitment.ts'
import { openPostgresPersonalStore } from '../src/personal/postgres-personal-store.ts'
import { ALL } from '../src/projections/all.ts'
import { ReadModel } from '../src/projections/read-model.ts'
import { buildReadModel } from '../src/projections/rebuild.ts'
import { certificateAnswer } from '../src/queries/certificates.ts'
import { startPostgres } from './support/postgres.ts'
import {
  certificate,
  councilKey as actor,
  filesWith,
  must,
  openTestRegistry,
  type TestRegistry,
  withCouncil,
} from './support/registry.ts'

/** How old the other node's answers may be: the log tells another process within 100 ms, a loaded machine later. */
const STALE_MS = 2_000

const server = await startPostgres()
t.teardown(() => server.remove())

/** Two nodes on one log and one PostgreSQL, each with its own folder for its read model. */
async function twoNodes(tt: Test) {
  const shared = mkdtempSync(join(tmpdir(), 'nodes-log-'))
  const database = await server.newDatabase()
  const url = server.url(database)
  const open = async () =>
    openTestRegistry(undefined, {
      log: await openSqliteEventLog(shared),
      personal: await openPostgresPersonalStore(url),
    })
  const [a, b] = [await open(), await open()]
  tt.teardown(async () => {
    for (const node of [a, b]) {
      await node.registry.close()
      node.remove()
    }
    rmSync(shared, { recursive: true })
  })
  await withCouncil(a)
  const rows = () => server.sql('SELECT commitment, person_id FROM opening ORDER BY 1', database)
  return { a, b, rows }
}

const answerOf = ({ registry }: TestRegistry, id: string) => {
  const found = certificateAnswer(registry.readModel, id, { at: '2026-01-15' })
  return found.kind === 'found' ? JSON.parse(found.body.toString()) : found.kind
}
const statesOf = (node: TestRegistry, id: string) =>
  answerOf(node, id).persons.map(({ state }: { state: string }) => state)
const accepting = (name: string) => ({ person: { name: { ky: name } }, acceptedOn: '2024-11-07' })

/** Waits until something holds, at most `ms`; answers whether it does. */
async function within(ms: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20))
    if (await holds()) return true
  return holds()
}

void t.test('two nodes: the same awards, at once where they are written, soon on the other', async (tt) => {
  const { a, b, rows } = await twoNodes(tt)
  const issued: string[] = []
  for (let n = 0; n < 30; n += 1) {
    const [here, there] = n % 2 === 0 ? [a, b] : [b, a]
    const { id } = await must(here.run('certificate.issue', undefined, certificate, { actor }))
    const outcome = await must(
      here.run('certificate.accept', id, accepting(`Эркин-${n}-Жумабекова`), { actor }),
    )
    if (outcome.position === undefined) throw new Error('nothing recorded')
    tt.equal(outcome.visible, true)
    tt.strictSame(statesOf(here, id), ['shown'], 'read on the node that wrote')
    tt.ok(await there.registry.projector.reached(outcome.position, STALE_MS), 'and on the other')
    tt.match(answerOf(there, id).persons, [{ state: 'shown', name: { ky: `Эркин-${n}-Жумабекова` } }])
    issued.push(id)
  }
  tt.equal((await rows()).length, 30)
  await Promise.all(
    issued.flatMap((id, n) => [
      (n % 2 === 0 ? a : b).run(
        'certificate.suspend',
        id,
        { from: '2025-01-01', reason: 'inquiry' },
        { actor },
      ),
      (n % 2 === 0 ? b : a).run(
        'certificate.revoke',
        id,
        { from: '2025-01-01', reason: 'given up' },
        { actor },
      ),
    ]),
  )
  for (const node of [a, b]) tt.ok(await node.registry.caughtUp(STALE_MS))
  const path = join(a.folder, 'fresh.sqlite')
  await buildReadModel(a.registry.log, path)
  const fresh = new ReadModel(path, ALL)
  tt.equal(a.registry.readModel.digest(), b.registry.readModel.digest(), 'one digest on both')
  tt.equal(a.registry.readModel.digest(), fresh.digest(), 'which is that of a replay')
  fresh.close()
  tt.strictSame([...a.faults, ...b.faults], [])
})

void t.test('a serial number that both nodes race for goes to one of them', async (tt) => {
  const { a, b } = await twoNodes(tt)
  for (let round = 0; round < 20; round += 1) {
    const input = { ...certificate, serialNumber: `№ ${round}` }
    const outcomes = await Promise.all(
      [a, b, a, b].map((node) => node.run('certificate.issue', undefined, input, { actor })),
    )
    tt.equal(outcomes.filter(({ ok }) => ok).length, 1)
    for (const outcome of outcomes) if (!outcome.ok) tt.match(outcome.refusal, { kind: 'duplicate-serial' })
  }
})

void t.test('the same key on both nodes at once records one award', async (tt) => {
  const { a, b, rows } = await twoNodes(tt)
  const person = { name: { ky: 'Эркин Жумабекова' } }
  const input = { ...certificate, recipient: { type: 'person', person } }
  for (let round = 0; round < 10; round += 1) {
    const options = { actor, key: `round ${round}` }
    const outcomes = await Promise.all(
      [a, b, a, b].map((node) => must(node.run('certificate.issue', undefined, input, options))),
    )
    tt.equal(new Set(outcomes.map(({ id }) => id)).size, 1)
    tt.equal(outcomes.filter(({ repeated }) => !repeated).length, 1)
  }
  tt.equal((await rows()).length, 10, 'the losers took their openings back')
})

void t.test(
  'an erasure on one node leaves nothing of the person on the other, or in the store',
  async (tt) => {
    const { a, b, rows } = await twoNodes(tt)
    const [name, kept] = ['Эркин-1-Жумабекова', 'Эркин-2-Жумабекова']
    const ids: string[] = []
    for (const one of [name, kept]) {
      const { id } = await must(a.run('certificate.issue', undefined, certificate, { actor }))
      await must(a.run('certificate.accept', id, accepting(one), { actor }))
      ids.push(id)
    }
    const [id = '', other = ''] = ids
    await b.registry.caughtUp(STALE_MS)
    tt.not(filesWith(b.folder, [name]).length, 0, 'the other node holds the name')
    const { personId } = answerOf(b, id).persons[0]
    await must(b.run('person.erase', personId, { reason: 'asked-by-the-person' }))
    await a.registry.caughtUp(STALE_MS)
    for (const node of [a, b]) {
      tt.strictSame(statesOf(node, id), ['erased'])
      tt.strictSame(statesOf(node, other), ['shown'])
      tt.strictSame(filesWith(node.folder, [name]), [])
    }
    tt.equal((await rows()).length, 1)

    // A node that had not heard of the erasure yet put an opening, then its event: what the log shows behind the erasure.
    const late = newOpening(personId, { name: { ky: name } })
    await a.registry.personal.put([late], a.registry.now())
    const metadata = {
      recordedAt: a.registry.now(),
      actor: 'x',
      correlationId: 'x',
      causationId: 'x',
      schemaVersion: '1',
    }
    const { commitment } = late
    const data = { person: { personId, commitment }, acceptedOn: '2024-11-07' }
    const event = { id: '018f6b5e-0000-7000-8000-00000000000a', type: 'AwardAccepted', data, metadata }
    const third = await must(a.run('certificate.issue', undefined, certificate, { actor }))
    await a.registry.log.append(`award-${third.id}`, 0n, [event])
    tt.ok(await within(STALE_MS, async () => (await rows()).length === 1), 'the store forgets it as well')
    for (const node of [a, b]) {
      await node.registry.caughtUp(STALE_MS)
      tt.strictSame(statesOf(node, third.id), ['erased'])
      tt.strictSame(filesWith(node.folder, [name]), [])
    }
  },
)

void t.test(
  'while PostgreSQL is away certificates are answered, and names come back by themselves',
  async (tt) => {
    const { a, b, rows } = await twoNodes(tt)
    const { id } = await must(a.run('certificate.issue', undefined, certificate, { actor }))
    await must(a.run('certificate.accept', id, accepting('Эркин-1-Жумабекова'), { actor }))
    const second = await must(a.run('certificate.issue', undefined, certificate, { actor }))
    const third = await must(a.run('certificate.issue', undefined, certificate, { actor }))
    await b.registry.caughtUp(STALE_MS)
    const { personId } = answerOf(a, id).persons[0]
    // What node a stores just before the server goes down, and appends just after.
    const late = newOpening('018f6b5e-0000-7000-8000-0000000000ff', { name: { ky: 'Эркин-3-Жумабекова' } })
    await a.registry.personal.put([late], a.registry.now())
    await server.stop()
    const metadata = {
      recordedAt: a.registry.now(),
      actor: 'x',
      correlationId: 'x',
      causationId: 'x',
      schemaVersion: '1',
    }
    const data = {
      person: { personId: late.personId, commitment: late.commitment },
      acceptedOn: '2024-11-07',
    }
    const event = { id: '018f6b5e-0000-7000-8000-00000000000b', type: 'AwardAccepted', data, metadata }
    await a.registry.log.append(`award-${second.id}`, 0n, [event])
    for (const node of [a, b]) {
      await node.registry.caughtUp(STALE_MS)
      tt.strictSame(statesOf(node, second.id), ['unavailable'], 'without the person, and it says so')
      tt.equal(node.registry.projector.health().personal, false)
      tt.equal(node.faults.length, 1, 'told once')
    }
    const away = { name: 'PersonalStoreUnavailableError' }
    await tt.rejects(a.run('certificate.accept', third.id, accepting('Эркин-4'), { actor }), away)
    tt.equal(answerOf(a, third.id).revision, '0', 'nothing half done')
    const written = await must(
      b.run('certificate.suspend', third.id, { from: '2025-01-01', reason: 'inquiry' }, { actor }),
    )
    tt.equal(written.visible, true, 'what names nobody is recorded')
    await tt.rejects(a.run('person.erase', personId, { reason: 'asked-by-the-person' }), away)
    for (const node of [a, b]) {
      await node.registry.caughtUp(STALE_MS)
      tt.strictSame(statesOf(node, id), ['erased'], 'erased here, although the store can not be asked')
      tt.strictSame(filesWith(node.folder, ['Эркин-1-Жумабекова']), [])
    }
    await server.start()
    for (const node of [a, b]) {
      tt.ok(await within(12_000, () => statesOf(node, second.id)[0] === 'shown'), 'shown without an event')
      tt.ok(await within(1_000, () => node.registry.projector.health().personal))
    }
    tt.strictSame(
      (await rows()).map((row) => row['commitment']),
      [late.commitment],
      'the store forgot who was erased while it was away',
    )
  },
)
