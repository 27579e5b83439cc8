import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ran } from '../../src/commands/catalogue-entry.ts'
import { entryNamed } from '../../src/commands/catalogue.ts'
import type { Actor } from '../../src/commands/command.ts'
import { openSqliteEventLog } from '../../src/log/sqlite-event-log.ts'
import { openSqlitePersonalStore } from '../../src/personal/sqlite-personal-store.ts'
import { Registry, type RegistryOptions } from '../../src/registry.ts'

export const registrar: Actor = { name: 'registry/k1', role: 'registrar', issuerId: 'registry' }
export const councilKey: Actor = { name: 'council/k2', role: 'issuer', issuerId: 'council' }

/** A registry in a folder of its own, with a clock that the test sets; with other stores where they are given. */
export async function openTestRegistry(
  folder = mkdtempSync(join(tmpdir(), 'registry-')),
  stores: Partial<Pick<RegistryOptions, 'log' | 'personal'>> = {},
) {
  const clock = { now: Date.parse('2026-01-15T10:00:00Z') }
  const faults: Error[] = []
  const registry = await Registry.open({
    log: stores.log ?? (await openSqliteEventLog(folder)),
    personal: stores.personal ?? openSqlitePersonalStore(folder),
    readModelPath: join(folder, 'read-model.sqlite'),
    systemNow: () => clock.now++,
    onFault: (fault) => faults.push(fault),
  })
  const run = (name: string, id: string | undefined, input: object, more: RunOptions = {}): Promise<Ran> => {
    const { actor = registrar, key, expected } = more
    const entry = entryNamed(name)
    const request = { actor, correlationId: 'test', idempotencyKey: key, expected }
    return registry.run(entry, id, entry.input.parse(input), request)
  }
  return { registry, folder, clock, faults, run, remove: () => rmSync(folder, { recursive: true }) }
}
type RunOptions = { readonly actor?: Actor; readonly key?: string; readonly expected?: bigint }

export type TestRegistry = Awaited<ReturnType<typeof openTestRegistry>>

/** A council with its issuer, accredited for status and excellence, and a fund to award. */
export async function withCouncil({ run }: TestRegistry): Promise<void> {
  await must(run('organization.register', undefined, { id: 'council', name: { en: 'Interstate Council' } }))
  await must(
    run('organization.register', undefined, {
      id: 'fund',
      name: { ky: 'Мамлекеттик фонд' },
      aliases: [{ ky: 'Мамфонд' }],
    }),
  )
  await must(
    run('issuer.register', undefined, { id: 'council', name: { en: 'Interstate Council' }, body: 'council' }),
  )
  await must(
    run('issuer.accredit', 'council', {
      accreditationId: 'a1',
      kinds: ['status', 'excellence'],
      from: '2020-01-01',
    }),
  )
}

export const certificate = {
  issuerId: 'council',
  kind: 'status',
  title: { ky: 'Статусун алгандыгы үчүн сертификат', en: 'Certificate of status' },
  recipient: { type: 'organization', organizationId: 'fund', nameAsWritten: { ky: 'Мамлекеттик фонд' } },
  issuedOn: '2024-11-07',
}

/** The outcome of a command that must succeed. */
export async function must(ran: Promise<Ran>): Promise<Extract<Ran, { ok: true }>> {
  const outcome = await ran
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`)
  return outcome
}

/** The files of a folder that hold any of these texts, in UTF-8 or UTF-16. */
export function filesWith(folder: string, texts: readonly string[]): readonly string[] {
  const needles = texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')])
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => needles.some((needle) => readFileSync(file).includes(needle)))
}
