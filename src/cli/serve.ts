import { existsSync, mkdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Logger, pino } from 'pino'
import { buildServer, closeWithin } from '../http/server.ts'
import { type EventLog, LogUnavailableError } from '../log/event-log.ts'
import { hasRegistrarKey } from '../queries/keys.ts'
import { Registry } from '../registry.ts'
import { type Config, providerOf } from './config.ts'
import { EXIT } from './exit-codes.ts'
import { readModelIn } from './house.ts'
import { type Io, line, progress } from './io.ts'
import { grant } from './keys.ts'
import { lockFolder } from './lock.ts'
import { CheckRuns } from './check-runs.ts'
import { ScheduledCheck } from './scheduled-check.ts'
import { openLog, openPersonal } from './stores.ts'
import { openTlog, policyOf } from './tlog.ts'
import { CredentialIssuer } from '../signing/credential-issuer.ts'
import { SigningKeys } from '../signing/signing-keys.ts'

/** How long a stop may take, in milliseconds: what was accepted is finished, the rest is cut. */
const STOP_MS = 9_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
const SWEEP_MS = 24 * 60 * 60 * 1_000

export type Running = {
  readonly url: string
  readonly registrarKey: string | undefined
  readonly stop: () => Promise<void>
}

/** `serve`: the registry until it is asked to stop. */
export async function serve(io: Io, config: Config): Promise<number> {
  const running = await start(io, config, (key) =>
    line(
      io.err,
      `First start. This is the registrar's key, shown this once and stored nowhere:\n\n  ${key}\n`,
    ),
  )
  if (io.err.isTTY)
    line(io.err, `The registry is at ${running.url} (API reference: ${running.url}/docs). Ctrl-C stops it.`)
  await new Promise<void>((resolve) => io.onStop(resolve))
  await running.stop()
  return EXIT.ok
}

/**
 * Opens the data folder, holds its lock and listens. A first start makes the registrar's key and shows it before it
 * listens: a port in use must not lose it.
 */
export async function start(io: Io, config: Config, show = (_key: string) => {}): Promise<Running> {
  const { DATA_DIR: folder } = config
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = lockFolder(folder)
  const logger = pino(
    { level: config.LOG_LEVEL, base: null },
    pino.destination({ dest: 1, sync: false, minLength: 65_536, maxWrite: 131_072 }),
  )
  const flushing = setInterval(() => logger.flush(), 500).unref()
  const bar = progress(io, 'building the read model')
  const told = { conflicted: () => {} }
  const log = await openLog(config)
  await reachable(log, existsSync(readModelIn(folder)), (fault) =>
    logger.warn({ fault }, 'waiting for the log'),
  )
  const registry = await Registry.open({
    log,
    personal: await openPersonal(config),
    readModelPath: readModelIn(folder),
    systemNow: io.now,
    onConflict: () => told.conflicted(),
    onRebuild: ({ position, head }) => bar.update(Number(position.commit), Number(head.commit)),
    onFault: (fault, final) =>
      logger[final ? 'fatal' : 'warn']({ fault: fault.message }, final ? 'projector stopped' : 'fault'),
  })
  bar.stop()
  await registry.caughtUp(60_000)
  const registrarKey = hasRegistrarKey(registry.readModel)
    ? undefined
    : await grant(registry, { role: 'registrar', label: 'first start' })
  if (registrarKey !== undefined) show(registrarKey)
  const onTlogFault = (fault: Error, final: boolean) =>
    logger[final ? 'fatal' : 'warn'](
      { fault: fault.message },
      final ? 'no checkpoint is signed any more' : 'tlog fault',
    )
  const tlog = openTlog(config, registry.log, onTlogFault, io.now)
  const { runs, checks } = openChecks(io, config, logger)
  const limits = { perKey: config.RATE_LIMIT_PER_KEY, perAddress: config.RATE_LIMIT_PER_ADDRESS }
  const app = await buildServer(registry, {
    logger,
    version: '0.1.0',
    trustProxy: config.TRUST_PROXY,
    publicUrl: config.PUBLIC_URL,
    oidc: providerOf(config),
    limits,
    told,
    tlog,
    policy: policyOf(config),
    issuer: new CredentialIssuer({
      base: config.PUBLIC_URL ?? `http://localhost:${config.PORT}`,
      model: registry.readModel,
      keys: new SigningKeys(folder, config.SIGNING_KEYS),
      now: () => registry.now(),
    }),
    integrity: runs,
    checkHealth: checks && (() => checks.health()),
  })
  const url = await app.listen({ host: config.HOST, port: config.PORT })
  logger.flush()
  const sweeping = setInterval(() => {
    registry.sweep().catch((error: Error) => logger.warn({ fault: error.message }, 'sweep failed'))
  }, SWEEP_MS).unref()
  const stop = async () => {
    clearInterval(sweeping)
    await closeWithin(app, STOP_MS)
    checks?.stop()
    await runs.close()
    await tlog.stop()
    await registry.close()
    clearInterval(flushing)
    logger.flush()
    lock.release()
  }
  return { url, registrarKey, stop }
}

/** Checks on demand, and on a schedule where one is set. */
function openChecks(io: Io, { DATA_DIR: folder, CHECK_EVERY: everyMs }: Config, logger: Logger) {
  const runs = new CheckRuns({
    folder,
    env: io.env,
    now: io.now,
    onEnded: (run) => {
      const { outcome, findings, by } = run
      checks?.ended(run)
      for (const { part, problem } of findings)
        if (outcome === 'failed') logger.warn({ fault: problem, by }, 'the check could not be finished')
        else logger.error({ part, problem, by }, 'the check found something')
    },
  })
  const checks =
    everyMs === undefined ? undefined : new ScheduledCheck({ folder, everyMs, now: io.now, runs })
  return { runs, checks }
}

/**
 * Waits for a log that is away, for as long as it takes, where there is nothing to be read without it: a cluster starts
 * in any order. A node with a read model starts at once and answers from that.
 */
async function reachable(log: EventLog, canRead: boolean, onWait: (fault: string) => void): Promise<void> {
  for (let wait = FIRST_WAIT_MS; !canRead; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      await log.head()
      return
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error
      onWait(error.message)
      await pause(wait)
    }
  }
}
