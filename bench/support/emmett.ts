import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Planned } from './awards.ts'
import { concurrently } from './append-rates.ts'
import { inNewFolder } from './folders.ts'

type EmmettStore = {
  readonly appendToStream: (stream: string, events: object[], options: object) => Promise<unknown>
  readonly close?: () => Promise<void>
}
type EmmettPackage = { readonly getSQLiteEventStore: (options: object) => EmmettStore }

/**
 * Awards a second into Emmett's SQLite event store, from a folder where it has been installed (its native driver is
 * no dependency of ours). Emmett's own defaults, in a file, with its schema made beforehand.
 * One append at a time: of 64 at once it fails all but the first with SQLITE_BUSY, then by a rollback of nothing.
 * A commit that fails is tried once more: the first after the schema was made does.
 */
export async function emmettRate(
  installed: string,
  planned: readonly Planned[],
  seconds: number,
): Promise<number> {
  const resolve = createRequire(join(installed, 'package.json')).resolve
  const load = (name: string): Promise<unknown> => import(pathToFileURL(resolve(name)).href)
  const { getSQLiteEventStore } = (await load('@event-driven-io/emmett-sqlite')) as EmmettPackage
  return inNewFolder(async (folder) => {
    const store = getSQLiteEventStore({
      fileName: join(folder, 'emmett.sqlite'),
      schema: { autoMigration: 'CreateOrUpdate' },
    })
    const tryOnce = async ({ stream, event: { type, data, metadata } }: Planned) => {
      await store.appendToStream(stream, [{ type, data, metadata }], {
        expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
      })
    }
    const append = (one: Planned) => tryOnce(one).catch(() => tryOnce(one))
    const [first, ...others] = planned
    if (first) await append(first)
    const rate = await concurrently(others, seconds, append, 1)
    await store.close?.()
    return rate
  })
}
