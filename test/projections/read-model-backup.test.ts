import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { awardStream } from '../../src/domain/award.ts'
import { certificateIdFrom } from '../../src/domain/certificate-id.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import { ALL } from '../../src/projections/all.ts'
import { ReadModel, ReadModelOutdatedError } from '../../src/projections/read-model.ts'
import {
  backupReadModel,
  ReadModelBackupError,
  restoreReadModel,
} from '../../src/projections/read-model-backup.ts'
import { buildReadModel } from '../../src/projections/rebuild.ts'
import { newEvent } from '../support/events.ts'
import { MemoryEventLog } from '../support/memory-event-log.ts'
import { award } from '../support/projected.ts'

const idOf = (n: number) => certificateIdFrom(Buffer.alloc(10, n))

async function issue(log: EventLog, n: number, title = 'Certificate'): Promise<void> {
  const data = award({ title: { en: `${title} ${n}` } })
  await log.append(awardStream(idOf(n)), 'no-stream', [newEvent({ type: 'AwardIssued', data })])
}

async function node(t: Test, title?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'read-model-backup-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const log = new MemoryEventLog()
  for (let n = 1; n <= 20; n++) await issue(log, n, title)
  const path = join(folder, 'read-model.sqlite')
  await buildReadModel(log, path)
  return { folder, log, path }
}

const refused = (t: Test, restoring: Promise<unknown>, what: string) =>
  t.rejects(restoring, ReadModelBackupError, what)

void t.test('a new node goes on from a backup, and stands where a replay stands', async (t) => {
  const { folder, log, path } = await node(t)
  const working = new ReadModel(path, ALL)
  t.teardown(() => working.close())
  const made = await backupReadModel(path, join(folder, 'backup'))
  t.equal(made.digest, working.digest())
  await issue(log, 21)
  const target = join(folder, 'new-node.sqlite')
  t.same(await restoreReadModel(log, join(folder, 'backup'), target), made)
  const restored = new ReadModel(target, ALL)
  t.teardown(() => restored.close())
  t.same(restored.position, made.position)
  t.equal(restored.digest(), made.digest)
})

void t.test('what is no backup, or not the one of its manifest, is refused', async (t) => {
  const { folder, log, path } = await node(t)
  const backup = join(folder, 'backup')
  const target = join(folder, 'new-node.sqlite')
  await refused(t, restoreReadModel(log, backup, target), 'absent')
  await backupReadModel(path, backup)
  await t.rejects(backupReadModel(path, backup), ReadModelBackupError, 'never written over')
  const manifest = join(backup, 'read-model.json')
  const good = readFileSync(manifest, 'utf8')
  for (const bad of [
    '',
    '{}',
    good.replace('"format":1', '"format":2'),
    good.replace(/"[0-9a-f]{64}"/, `"${'0'.repeat(64)}"`),
  ]) {
    writeFileSync(manifest, bad)
    await refused(t, restoreReadModel(log, backup, target), bad)
  }
  writeFileSync(manifest, good)
  const forged = new DatabaseSync(join(backup, 'read-model.sqlite'))
  forged.exec(`UPDATE certificate SET document = replace(document, 'Certificate 7', 'Certificate 8')`)
  forged.close()
  await refused(t, restoreReadModel(log, backup, target), 'a row was changed')
  t.throws(() => readFileSync(target), { code: 'ENOENT' })
})

void t.test('a backup of another registry is refused', async (t) => {
  const { folder, path } = await node(t)
  const other = await node(t, 'Forged')
  const backup = join(folder, 'backup')
  await backupReadModel(path, backup)
  const target = join(folder, 'new-node.sqlite')
  await refused(t, restoreReadModel(new MemoryEventLog(), backup, target), 'ahead of the log')
  for (let n = 30; n < 60; n++) await issue(other.log, n)
  await refused(t, restoreReadModel(other.log, backup, target), 'another history')
})

void t.test('a backup made by other projections is refused', async (t) => {
  const { folder, log, path } = await node(t)
  const backup = join(folder, 'backup')
  await backupReadModel(path, backup)
  const old = new DatabaseSync(join(backup, 'read-model.sqlite'))
  old.exec(`UPDATE meta SET value = 'older' WHERE name = 'version'`)
  old.close()
  await t.rejects(restoreReadModel(log, backup, join(folder, 'new.sqlite')), ReadModelOutdatedError)
})
