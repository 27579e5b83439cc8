import { Buffer } from './buffer.ts'
import { Gunzip } from 'fflate'

/** `zlib.gunzipSync` with its bound: a hostile list must not swell beyond it. Throws where it would. */
export function gunzipSync(
  data: Uint8Array,
  { maxOutputLength = Infinity }: { maxOutputLength?: number } = {},
): Buffer {
  const parts: Uint8Array[] = []
  let length = 0
  let ended = false
  const gunzip = new Gunzip((part, final) => {
    length += part.length
    if (length > maxOutputLength) throw new RangeError('is larger than it may be')
    parts.push(part)
    ended ||= final
  })
  const STEP = 4_096
  for (let at = 0; at < data.length; at += STEP)
    gunzip.push(data.subarray(at, at + STEP), at + STEP >= data.length)
  if (!ended) throw new Error('unexpected end of file')
  return Buffer.concat(parts)
}

/** This page compresses nothing. */
export function gzipSync(): never {
  throw new Error('this page compresses nothing')
}
