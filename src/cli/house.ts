import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Clock } from '../clock.ts'
import type { CommandDeps } from '../commands/catalogue-entry.ts'
import type { Actor } from '../commands/command.ts'
import { FoldedStreams } from '../commands/folded-streams.ts'
import { ALL } from '../projections/all.ts'
import { ReadModel } from '../projections/read-model.ts'
import { lookupOver } from '../queries/lookup.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { temporaryFolder } from './temporary.ts'
import { type OpenedLog, type OpenedPersonalStore, openLog, openPersonal } from './stores.ts'

export const readModelIn = (folder: string) => join(folder, 'read-model.sqlite')

/** Whoever can run commands in the data folder is the registry's operator. */
export const OPERATOR: Actor = { name: 'command-line', role: 'registrar', issuerId: 'registry' }

/** The data folder opened beside a server that may be running: its log and personal store, not its read model. */
export type House = {
  readonly folder: string
  readonly log: OpenedLog
  readonly personal: OpenedPersonalStore
  readonly clock: Clock
  /** For running commands: what they refer to is looked up in the log. */
  readonly deps: CommandDeps
  /** An empty read model of this command's own, which no file name leads to. */
  readonly readModel: ReadModel
  readonly close: () => Promise<void>
}

/** Makes the folder readable by its owner alone. Throws a usage error where `mustExist` and there is no registry. */
export async function openHouse(config: Stores, now: () => number, mustExist = true): Promise<House> {
  const { DATA_DIR: folder } = config
  if (mustExist && config.EVENTSTORE_URL === undefined && !existsSync(join(folder, 'log.sqlite')))
    throw new ExitError(
      EXIT.usage,
      `there is no registry in ${folder}; name its folder with --data, or start one with: npm start`,
    )
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = await openLog(config)
  const personal = await openPersonal(config).catch(async (error: unknown) => {
    await log.close()
    throw error
  })
  const readModel = nameless()
  const clock = new Clock(now)
  const deps = {
    log,
    personal,
    lookup: lookupOver(readModel),
    now: clock.now,
    randomBytes,
    folded: new FoldedStreams(log),
  }
  const close = async () => {
    await log.close()
    await personal.close()
    readModel.close()
  }
  return { folder, log, personal, clock, deps, readModel, close }
}

/**
 * A read model whose files have lost their names as soon as they are open: it may come to hold names of persons, and a
 * command that is killed must leave none. A first look into each file opens its write-ahead log too.
 */
function nameless(): ReadModel {
  const temporary = temporaryFolder()
  try {
    const readModel = new ReadModel(readModelIn(temporary), ALL)
    for (const schema of ['main', 'personal']) readModel.db.exec(`UPDATE ${schema}.meta SET value = value`)
    return readModel
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
