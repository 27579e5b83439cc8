import {
  type IssuerEvent,
  evolveIssuer,
  initialIssuer,
  issuerStream,
  type IssuerState,
} from '../domain/issuer.ts'
import type { RecordedSigningKey } from '../domain/signing-key.ts'
import { SigningKeys } from '../signing/signing-keys.ts'
import type { Config } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { type House, openHouse } from './house.ts'
import { type Io, line, safe } from './io.ts'
import { runAsOperator } from './keys.ts'
import { instantOf } from './times.ts'

/**
 * `key rotate`: makes a key that signs credentials in an issuer's name from now on, and retires the one before. The file
 * comes first, then the log: a crash between leaves a file that signs nothing, and the next run uses it.
 */
export async function rotateKey(
  io: Io,
  config: Config,
  { issuer, json }: { readonly issuer: string; readonly json?: boolean },
): Promise<number> {
  const house = await openHouse(config, io.now)
  try {
    const keys = await signingKeysOf(house, issuer)
    const from = house.clock.now()
    const keyId = freeId(keys, from)
    const publicKeyMultibase = new SigningKeys(config.DATA_DIR).make(issuer, keyId)
    await runAsOperator(house, 'issuer.add-signing-key', issuer, { keyId, publicKeyMultibase, from })
    const retired = keys.filter((key) => !key.retired)
    for (const key of retired)
      await runAsOperator(house, 'issuer.retire-signing-key', issuer, { keyId: key.keyId, until: from })
    if (json)
      line(
        io.out,
        JSON.stringify({ issuer, keyId, publicKeyMultibase, from, retired: retired.map((key) => key.keyId) }),
      )
    else {
      line(io.out, `${safe(issuer)} signs with ${keyId} from now on: ${publicKeyMultibase}`)
      for (const key of retired) line(io.out, `${key.keyId} is retired; what it signed still holds`)
      line(io.err, `Its private half lies in ${config.DATA_DIR}/keys. Copy it to every node that shall sign.`)
    }
    return EXIT.ok
  } finally {
    await house.close()
  }
}

/** `key compromise`: records that a signing key was in other hands; from then on nothing that it signed since holds. */
export async function compromiseKey(
  io: Io,
  config: Config,
  options: { readonly issuer: string; readonly key: string; readonly since: string; readonly reason: string },
): Promise<number> {
  const house = await openHouse(config, io.now)
  try {
    await signingKeysOf(house, options.issuer)
    const since = instantOf('--since', options.since)
    const { issuer, key: keyId, reason } = options
    await runAsOperator(house, 'issuer.compromise-signing-key', issuer, { keyId, since, reason })
    line(io.out, `${keyId} of ${safe(issuer)} counts as compromised since ${since}`)
    line(
      io.err,
      'Now make a new key with: key rotate. Evidence files made with the old key have to be made anew.',
    )
    return EXIT.ok
  } finally {
    await house.close()
  }
}

async function signingKeysOf(house: House, issuer: string): Promise<readonly RecordedSigningKey[]> {
  const { events } = await house.log.readStream(issuerStream(issuer))
  const state = events.reduce<IssuerState>(
    (folded, { type, data }) => evolveIssuer(folded, { type, data } as IssuerEvent),
    initialIssuer,
  )
  if (state.status === 'unregistered') throw new ExitError(EXIT.unknown, `there is no issuer ${safe(issuer)}`)
  return state.signingKeys ?? []
}

/** `key-2026-11-23`, and `key-2026-11-23-2` for the second one of a day. */
function freeId(keys: readonly RecordedSigningKey[], instant: string): string {
  const day = `key-${instant.slice(0, 10)}`
  const taken = new Set(keys.map(({ keyId }) => keyId))
  for (let n = 1; ; n++) {
    const id = n === 1 ? day : `${day}-${n}`
    if (!taken.has(id)) return id
  }
}
