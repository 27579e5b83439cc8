import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { rebuildReadModel } from '../projections/rebuild.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { openHouse, readModelIn } from './house.ts'
import { type Io, line, progress } from './io.ts'

type Options = { readonly json?: boolean }

/** `rebuild`: makes the read model anew and swaps it in; a running server goes over to it. */
export async function rebuild(io: Io, config: Stores, { json }: Options): Promise<number> {
  const house = await openHouse(config, io.now)
  const bar = progress(io, 'rebuilding')
  let events = 0
  try {
    await rebuildReadModel(house.log, readModelIn(house.folder), {
      onProgress: (at) => {
        events = at.events
        bar.update(Number(at.position.commit), Number(at.head.commit))
      },
    })
  } finally {
    bar.stop()
    await house.close()
  }
  line(io.out, json ? JSON.stringify({ events }) : `rebuilt from ${events} events`)
  return EXIT.ok
}

/** `backup DIR`: a copy of the log and of the personal store, taken while they are in use. */
export async function backup(io: Io, config: Stores, target: string, { json }: Options): Promise<number> {
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new ExitError(EXIT.usage, `${target} is not empty; name a new folder`)
  if (config.EVENTSTORE_URL !== undefined)
    throw new ExitError(
      EXIT.usage,
      'the log is in EventStoreDB, which has backups of its own; a copy of it in a folder: copy --from eventstore --to FOLDER',
    )
  const house = await openHouse(config, io.now)
  const bar = progress(io, 'copying the log')
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 })
    // The store last: it then holds the opening of every event in the copied log; one too many is swept.
    await house.log.backup?.(join(target, 'log.sqlite'), ({ done, total }) => bar.update(done, total))
    await house.personal.backup?.(join(target, 'personal.sqlite'))
  } finally {
    bar.stop()
    await house.close()
  }
  const warning =
    config.PERSONAL_URL === undefined
      ? 'it holds personal data: keep it as safe as the registry, and delete it when they are to be erased'
      : 'it holds no personal data: those are in PostgreSQL, and pg_dump copies them'
  line(io.out, json ? JSON.stringify({ target, warning }) : `copied to ${target}; ${warning}`)
  return EXIT.ok
}
