const LENGTH_BYTES = 2
const MAX_ENTRY = 0xffff

/** Entries with their lengths before them, as C2SP tlog-tiles serves them. Throws `RangeError` over 65,535 bytes each. */
export function writeEntryBundle(entries: readonly Uint8Array[]): Buffer {
  const bundle = Buffer.allocUnsafe(entries.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0))
  let at = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY) throw new RangeError(`an entry of ${entry.length} bytes is too long`)
    at = bundle.writeUInt16BE(entry.length, at)
    bundle.set(entry, at)
    at += entry.length
  }
  return bundle
}

/** Where each entry of a bundle ends. `undefined` where the bytes are cut short. */
function entryEnds(bundle: Buffer): readonly number[] | undefined {
  const ends: number[] = []
  for (let at = 0; at < bundle.length; ) {
    if (at + LENGTH_BYTES > bundle.length) return undefined
    at += LENGTH_BYTES + bundle.readUInt16BE(at)
    ends.push(at)
  }
  return (ends.at(-1) ?? 0) === bundle.length ? ends : undefined
}

/** The entries of a bundle, without a copy. `undefined` where the bytes are cut short: it may come from a stranger. */
export function readEntryBundle(bundle: Buffer): readonly Buffer[] | undefined {
  const ends = entryEnds(bundle)
  return ends?.map((end, at) => bundle.subarray((ends[at - 1] ?? 0) + LENGTH_BYTES, end))
}

/** The bundle of the first `width` entries. `undefined` where there are fewer. */
export function cutEntryBundle(bundle: Buffer, width: number): Buffer | undefined {
  const end = entryEnds(bundle)?.[width - 1]
  return end === undefined ? undefined : bundle.subarray(0, end)
}
