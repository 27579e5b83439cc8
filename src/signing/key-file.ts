import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'

const OTHERS = 0o077

/**
 * The private key that a log or a witness signs with: from PEM text where the environment gives it, else from a file,
 * made at first start with mode 0600 and flushed. Throws where the file can be read by others, or is no Ed25519 key:
 * a key that leaked would let somebody else sign another history.
 */
export function openSigningKey(file: string, given?: string): KeyObject {
  if (given !== undefined) return ed25519(given, 'the given signing key')
  if (!existsSync(file)) makeKey(file)
  if ((statSync(file).mode & OTHERS) !== 0)
    throw new Error(`${file} can be read by others: make it yours alone with chmod 600`)
  return ed25519(readFileSync(file, 'utf8'), file)
}

function ed25519(pem: string, what: string): KeyObject {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch {
    // Said below, without the reason: it could quote the key.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`${what} is no Ed25519 private key in PEM`)
  return key
}

/** A crash while it is written leaves a file that is refused, and nothing signed with it. */
function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519')
  const handle = openSync(file, 'wx', 0o600)
  try {
    writeSync(handle, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
