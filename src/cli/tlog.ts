import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventLog } from '../log/event-log.ts'
import { openSigningKey } from '../signing/key-file.ts'
import { CheckpointHistory } from '../tlog/checkpoint-history.ts'
import { TransparencyLog } from '../tlog/transparency-log.ts'
import { parsePolicy, type Policy } from '../transparency/policy.ts'
import { logSigner } from '../transparency/signer.ts'
import type { Config } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'

type TlogConfig = Pick<Config, 'DATA_DIR' | 'PUBLIC_URL' | 'TLOG_KEY' | 'TLOG_POLICY'>

/** The log's unique name: the address that its tiles are served under, without the scheme. */
export function originOf(publicUrl: string | undefined): string {
  return `${(publicUrl ?? 'http://localhost').replace(/^https?:\/\//, '')}/tlog`
}

/** The node's transparency log over an open event log. Its key is made at the first start. */
export function openTlog(
  config: TlogConfig,
  log: EventLog,
  onFault: (fault: Error, final: boolean) => void,
  now: () => number,
): TransparencyLog {
  const { DATA_DIR: folder, PUBLIC_URL, TLOG_KEY } = config
  const signer = logSigner(originOf(PUBLIC_URL), openSigningKey(join(folder, 'tlog-key.pem'), TLOG_KEY))
  const policy = policyOf(config)
  const history = new CheckpointHistory(join(folder, 'tlog-published-history'), now)
  return new TransparencyLog({ log, folder, signer, onFault, history, ...(policy && { policy }) })
}

/** The policy that the settings name; `undefined` where none is named. Throws as `readPolicy`. */
export const policyOf = ({ TLOG_POLICY }: Pick<TlogConfig, 'TLOG_POLICY'>): Policy | undefined =>
  TLOG_POLICY === undefined ? undefined : readPolicy(TLOG_POLICY)

/** Reads a policy file (C2SP tlog-policy). Throws a usage error that names its line. */
export function readPolicy(file: string): Policy {
  try {
    return parsePolicy(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ExitError(EXIT.usage, `${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
