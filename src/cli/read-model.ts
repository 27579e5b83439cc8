import { existsSync } from 'node:fs'
import { formatPosition } from '../log/position.ts'
import { ReadModelOutdatedError } from '../projections/read-model.ts'
import { backupReadModel, ReadModelBackupError, restoreReadModel } from '../projections/read-model-backup.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { openHouse, readModelIn } from './house.ts'
import { type Io, line, progress } from './io.ts'
import { lockFolder } from './lock.ts'

type Options = { readonly json?: boolean }

/** `read-model backup DIR`: a copy of this node's read model, taken while it serves, for other nodes to start from. */
export async function saveReadModel(
  io: Io,
  config: Stores,
  target: string,
  { json }: Options,
): Promise<number> {
  const path = readModelIn(config.DATA_DIR)
  if (!existsSync(path))
    throw new ExitError(
      EXIT.usage,
      `there is no read model in ${config.DATA_DIR}; serve there once, or rebuild`,
    )
  const bar = progress(io, 'copying the read model')
  try {
    const made = await backupReadModel(path, target, ({ done, total }) => bar.update(done, total))
    const shown = { target, position: formatPosition(made.position), digest: made.digest }
    line(io.out, json ? JSON.stringify(shown) : `copied to ${target}, as of position ${shown.position}`)
    return EXIT.ok
  } catch (error) {
    throw explained(error)
  } finally {
    bar.stop()
  }
}

/** `read-model restore DIR`: starts this node from such a copy, once it was checked against the log. No server may run here. */
export async function loadReadModel(
  io: Io,
  config: Stores,
  source: string,
  { json }: Options,
): Promise<number> {
  const lock = lockFolder(config.DATA_DIR)
  const house = await openHouse(config, io.now, false)
  try {
    const { position } = await restoreReadModel(house.log, source, readModelIn(house.folder))
    const shown = formatPosition(position)
    line(
      io.out,
      json
        ? JSON.stringify({ position: shown })
        : `restored as of position ${shown}; a server goes on from there (check compares all of it with a replay)`,
    )
    return EXIT.ok
  } catch (error) {
    throw explained(error)
  } finally {
    await house.close()
    lock.release()
  }
}

function explained(error: unknown): unknown {
  if (error instanceof ReadModelBackupError) return new ExitError(EXIT.badInput, error.message)
  if (error instanceof ReadModelOutdatedError)
    return new ExitError(
      EXIT.badInput,
      'the backup was made by another version of the registry; make it with this one',
    )
  return error
}
