import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildWitnessServer } from '../http/witness-server.ts'
import { openSigningKey } from '../signing/key-file.ts'
import { Witness } from '../tlog/witness.ts'
import { WitnessStore } from '../tlog/witness-store.ts'
import { witnessSigner } from '../transparency/signer.ts'
import { formatVkey, type Verifier } from '../transparency/vkey.ts'
import type { Config } from './config.ts'
import { EXIT } from './exit-codes.ts'
import { type Io, line } from './io.ts'
import { readPolicy } from './tlog.ts'

/**
 * `witness`: cosigns the checkpoints of other registries' logs until it is asked to stop. `logs` is a policy file
 * whose `log` lines name those. Its key and its memory lie in the data folder: a witness that lost them is retired.
 */
export async function runWitness(
  io: Io,
  config: Config,
  { logs: file, name }: { readonly logs: string; readonly name: string },
): Promise<number> {
  const { DATA_DIR: folder, WITNESS_KEY } = config
  const logs = new Map<string, Verifier[]>()
  for (const { verifier } of readPolicy(file).logs)
    logs.set(verifier.name, [...(logs.get(verifier.name) ?? []), verifier])
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const signer = witnessSigner(name, openSigningKey(join(folder, 'witness-key.pem'), WITNESS_KEY), io.now)
  const store = new WitnessStore(join(folder, 'witness.sqlite'))
  const app = buildWitnessServer(new Witness(store, signer, logs))
  const url = await app.listen({ host: config.HOST, port: config.PORT })
  line(io.out, formatVkey(signer.verifier))
  line(io.err, `The witness is at ${url}, for ${logs.size} logs. Ctrl-C stops it.`)
  await new Promise<void>((resolve) => io.onStop(resolve))
  await app.close()
  store.close()
  return EXIT.ok
}
