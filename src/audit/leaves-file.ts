import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { type Hash, HASH_BYTES } from '../transparency/hash.ts'

const CHUNK = 8_192

/**
 * The hash of every leaf that an audit has seen, 32 bytes each, in a file of its own: what a registry answers later is
 * held against it, leaf by leaf, and memory stays small. A crash may leave it longer than what was verified, or with
 * half a hash at its end, which is dropped.
 */
export class LeavesFile {
  readonly #handle: number
  #size: number
  #window: { readonly from: number; readonly bytes: Buffer } = { from: 0, bytes: Buffer.alloc(0) }

  /** Opens or makes the file, for its owner alone. */
  constructor(file: string) {
    this.#handle = openSync(file, 'a+', 0o600)
    this.#size = Math.floor(fstatSync(this.#handle).size / HASH_BYTES)
    this.truncate(this.#size)
  }

  /** How many leaves. */
  get size(): number {
    return this.#size
  }

  append(hashes: readonly Hash[]): void {
    writeSync(this.#handle, Buffer.from(hashes.join(''), 'latin1'))
    this.#size += hashes.length
  }

  /** The hash of a leaf. Throws `RangeError` where there is none. Fast where leaves are asked for in order. */
  at(index: number): Hash {
    if (index < 0 || index >= this.#size) throw new RangeError(`no leaf ${index}`)
    const { from, bytes } = this.#window
    const inside = index >= from && (index - from + 1) * HASH_BYTES <= bytes.length
    if (!inside) this.#window = { from: index, bytes: this.#read(index) }
    const start = (index - this.#window.from) * HASH_BYTES
    return this.#window.bytes.toString('latin1', start, start + HASH_BYTES)
  }

  /** Keeps the first `size` leaves. */
  truncate(size: number): void {
    ftruncateSync(this.#handle, size * HASH_BYTES)
    this.#size = size
    this.#window = { from: 0, bytes: Buffer.alloc(0) }
  }

  flush(): void {
    fsyncSync(this.#handle)
  }

  close(): void {
    closeSync(this.#handle)
  }

  #read(from: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.min(CHUNK, this.#size - from) * HASH_BYTES)
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.#handle, bytes, done, bytes.length - done, from * HASH_BYTES + done)
      if (read === 0) throw new RangeError(`the file of leaves ends before leaf ${from}`)
      done += read
    }
    return bytes
  }
}
