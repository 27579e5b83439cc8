import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { toMultikey } from '../credentials/multikey.ts'
import type { RecordedSigningKey } from '../domain/signing-key.ts'
import { openSigningKey } from './key-file.ts'

/** A private key can't be used: others can read it, it is none, or not the one on record. Quotes nothing of it. */
export class UnusableKeyError extends Error {
  override readonly name = 'UnusableKeyError'
}

/**
 * The private keys that this node signs credentials with, in the issuers' names: one file each under `keys/` of the
 * data folder, mode 0600, or PEM texts from the environment. The log holds their public halves alone.
 */
export class SigningKeys {
  readonly #folder: string
  readonly #given: Readonly<Record<string, string>>
  readonly #opened = new Map<string, KeyObject>()

  /** `given`: PEM by `issuer#keyId`. */
  constructor(folder: string, given: Readonly<Record<string, string>> = {}) {
    this.#folder = join(folder, 'keys')
    this.#given = given
  }

  /**
   * The private half of a recorded key; `undefined` where this node does not hold it. Throws `UnusableKeyError`.
   */
  privateKey(issuerId: string, key: RecordedSigningKey): KeyObject | undefined {
    const name = `${issuerId}#${key.keyId}`
    const known = this.#opened.get(name)
    if (known) return known
    const given = this.#given[name]
    const file = this.#file(issuerId, key.keyId)
    if (given === undefined && !existsSync(file)) return undefined
    const opened = usable(() => openSigningKey(file, given))
    if (toMultikey(createPublicKey(opened)) !== key.publicKeyMultibase)
      throw new UnusableKeyError(`the private key of ${name} is not the one that the log records`)
    this.#opened.set(name, opened)
    return opened
  }

  /**
   * Makes a key and answers its public half, as Multikey; the file is flushed before. Where a run that was cut off left
   * the file, it is used: nothing was signed with it. A crash before the key is recorded leaves a file that signs nothing.
   */
  make(issuerId: string, keyId: string): string {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    return toMultikey(createPublicKey(openSigningKey(this.#file(issuerId, keyId))))
  }

  #file(issuerId: string, keyId: string): string {
    return join(this.#folder, `${issuerId}.${keyId}.pem`)
  }
}

function usable(open: () => KeyObject): KeyObject {
  try {
    return open()
  } catch (error) {
    throw new UnusableKeyError(error instanceof Error ? error.message : String(error))
  }
}
