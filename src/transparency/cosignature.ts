import { type KeyObject, sign, verify } from 'node:crypto'

const TIME_BYTES = 8
const SIGNATURE_BYTES = 64

const message = (text: string, seconds: number) => Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)

/** A witness's signature over a checkpoint's text at a time in seconds since 1970 (C2SP tlog-cosignature, Ed25519). */
export function cosign(text: string, seconds: number, key: KeyObject): Buffer {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(seconds))
  return Buffer.concat([time, sign(null, message(text, seconds), key)])
}

/** When a witness signed, in seconds since 1970. `undefined` where it did not, or names a time that is none. */
export function verifyCosignature(text: string, signature: Buffer, key: KeyObject): number | undefined {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined
  const seconds = Number(signature.readBigUInt64BE())
  if (seconds === 0 || !Number.isSafeInteger(seconds)) return undefined
  return verify(null, message(text, seconds), key, signature.subarray(TIME_BYTES)) ? seconds : undefined
}
