import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { copyLog, LogsDifferError } from '../log/copy-log.ts'
import type { ServerLock } from '../log/server-lock.ts'
import { copyOpenings, StoresDifferError } from '../personal/copy-openings.ts'
import { type Config, readConfig, type Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { type Io, line, progress } from './io.ts'
import { lockFolder } from './lock.ts'
import { openLog, openPersonal } from './stores.ts'

type Options = {
  readonly from: string
  readonly to: string
  readonly personalFrom?: string
  readonly personalTo?: string
  readonly json?: boolean
}

/** `eventstore` and `postgres` stand for EVENTSTORE_URL and PERSONAL_URL: a password does not belong on a command line. */
const EVENTSTORE = 'eventstore'
const POSTGRES = 'postgres'

/**
 * `copy`: a log into another, and the personal store with it where both ends are named or are folders. Refuses a folder
 * in which a server is running; nodes on EventStoreDB have to be stopped by hand.
 */
export async function copy(io: Io, config: Config, options: Options): Promise<number> {
  const log = [placeOfLog(options.from, config), placeOfLog(options.to, config)] as const
  if (options.from === options.to) throw new ExitError(EXIT.usage, '--from and --to name the same log')
  const personal = personalPlaces(options, config)
  const folders = new Set([...log, ...(personal ?? [])].filter(isInFolder).map((place) => place.DATA_DIR))
  mustHold(log[0])
  const locks: ServerLock[] = []
  try {
    for (const folder of folders) locks.push(lockFolder(folder))
    const copied = await copyEvents(io, log)
    const openings = personal && (await copyPersons(io, personal))
    if (options.json) line(io.out, JSON.stringify({ ...copied, ...(openings !== undefined && { openings }) }))
    else {
      line(
        io.out,
        `${copied.events} events in both logs, ${copied.before} of them there before; SHA-256 ${copied.digest}`,
      )
      line(
        io.out,
        openings === undefined
          ? 'the personal store was not copied: name --personal-from and --personal-to'
          : `${openings} openings of persons in both personal stores`,
      )
    }
    return EXIT.ok
  } catch (error) {
    if (error instanceof LogsDifferError || error instanceof StoresDifferError)
      throw new ExitError(EXIT.badInput, error.message)
    throw error
  } finally {
    for (const lock of locks) lock.release()
  }
}

async function copyEvents(io: Io, [source, target]: readonly [Stores, Stores]) {
  const from = await openLog(source)
  const to = await openLog(target)
  const bar = progress(io, 'copying events')
  try {
    return await copyLog(from, to, ({ position, head }) =>
      bar.update(Number(position.commit), Number(head.commit)),
    )
  } finally {
    bar.stop()
    await Promise.all([from.close(), to.close()])
  }
}

async function copyPersons(io: Io, [source, target]: readonly [Stores, Stores]): Promise<number> {
  const from = await openPersonal(source)
  const to = await openPersonal(target)
  try {
    return await copyOpenings(from, to, (copied) => {
      if (io.err.isTTY) io.err.write(`\r${copied} openings copied`)
    })
  } finally {
    if (io.err.isTTY) line(io.err)
    await Promise.all([from.close(), to.close()])
  }
}

function placeOfLog(named: string, config: Config): Stores {
  if (named !== EVENTSTORE && !named.startsWith('esdb')) return { DATA_DIR: named }
  const url = named === EVENTSTORE ? config.EVENTSTORE_URL : named
  if (url === undefined)
    throw new ExitError(EXIT.usage, 'eventstore stands for EVENTSTORE_URL, which is not set')
  return readConfig({ EVENTSTORE_URL: url })
}

function placeOfPersonal(named: string, config: Config): Stores {
  if (named !== POSTGRES && !/^postgres(ql)?:/.test(named)) return { DATA_DIR: named }
  const url = named === POSTGRES ? config.PERSONAL_URL : named
  if (url === undefined) throw new ExitError(EXIT.usage, 'postgres stands for PERSONAL_URL, which is not set')
  return readConfig({ PERSONAL_URL: url })
}

/** A folder that holds a log holds its personal store too; a log on EventStoreDB says nothing of where that is. */
function personalPlaces(options: Options, config: Config): readonly [Stores, Stores] | undefined {
  const { personalFrom = folderOf(options.from), personalTo = folderOf(options.to) } = options
  if (personalFrom === undefined || personalTo === undefined) return undefined
  if (personalFrom === personalTo) return undefined
  return [placeOfPersonal(personalFrom, config), placeOfPersonal(personalTo, config)]
}

const folderOf = (named: string) => (named === EVENTSTORE || named.startsWith('esdb') ? undefined : named)

const isInFolder = ({ EVENTSTORE_URL, PERSONAL_URL }: Stores) =>
  EVENTSTORE_URL === undefined && PERSONAL_URL === undefined

function mustHold(source: Stores): void {
  if (isInFolder(source) && !existsSync(join(source.DATA_DIR, 'log.sqlite')))
    throw new ExitError(EXIT.usage, `there is no log in ${source.DATA_DIR}`)
}
