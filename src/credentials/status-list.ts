import { gunzipSync, gzipSync } from 'node:zlib'
import { CREDENTIALS_V2 } from './contexts.ts'
import { fromBase64url, toBase64url } from './multibase.ts'

/** Entries of one list: the least that the specification allows, enough that one entry hides among the others (section 6.1). */
export const LIST_SIZE = 131_072
/** No list read here is longer: a small hostile text may unpack to gigabytes. */
const MAX_BYTES = 1024 * 1024

export type StatusPurpose = 'revocation' | 'suspension'

/** The list's bits: index 0 is the leftmost bit of the first byte (Bitstring Status List 1.0, section 3.2). */
export function bitsOf(indexes: Iterable<number>, size = LIST_SIZE): Uint8Array {
  const bits = new Uint8Array(size / 8)
  for (const index of indexes) {
    if (!Number.isInteger(index) || index < 0 || index >= size)
      throw new RangeError('no such entry in the list')
    bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7))
  }
  return bits
}

/** GZIP, then base64url multibase. The same bits give the same text: node writes no time into the header. */
export const encodeBits = (bits: Uint8Array): string => toBase64url(gzipSync(bits, { level: 9 }))

/** The bits of an encoded list; `undefined` where it is none, or larger than any list should be. */
export function decodeBits(encoded: string): Uint8Array | undefined {
  const packed = encoded.startsWith('u') ? fromBase64url(encoded) : undefined
  try {
    return packed && gunzipSync(packed, { maxOutputLength: MAX_BYTES })
  } catch {
    return undefined
  }
}

/** Whether an entry is set; `undefined` where the list has no such entry: a range error, which never means «not set». */
export function isSet(bits: Uint8Array, index: number): boolean | undefined {
  const byte = Number.isInteger(index) && index >= 0 ? bits[index >> 3] : undefined
  return byte === undefined ? undefined : (byte & (0x80 >> (index & 7))) !== 0
}

/** The list as a credential of its issuer (section 2.2), not yet signed. */
export function statusListCredential(list: {
  readonly url: string
  readonly issuer: string
  readonly purpose: StatusPurpose
  /** As `encodeBits` gives it. */
  readonly encodedList: string
  readonly validFrom: string
  readonly validUntil?: string
}) {
  return {
    '@context': [CREDENTIALS_V2],
    id: list.url,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: list.issuer,
    validFrom: list.validFrom,
    ...(list.validUntil !== undefined && { validUntil: list.validUntil }),
    credentialSubject: {
      id: `${list.url}#list`,
      type: 'BitstringStatusList',
      statusPurpose: list.purpose,
      encodedList: list.encodedList,
    },
  }
}
