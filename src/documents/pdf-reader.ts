import { Worker } from 'node:worker_threads'
import { Places } from '../places.ts'
import type { Reading } from './pdf-reader-worker.ts'

export type PdfReaderOptions = {
  /** After so long the reading is ended. */
  readonly ms?: number
  /** By so much the process may grow while it reads: what a PDF unpacks to lies outside of a thread's own heap. */
  readonly bytes?: number
}

const MOST_AT_ONCE = 2
const MOST_WAITING = 8
const LOOK_EVERY_MS = 25
const HEAP = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 } as const

/**
 * Reads PDFs of strangers, each in a thread of its own that is ended when it takes too long or too much. Nothing in a
 * PDF can hold up or end the process.
 */
export class PdfReader {
  readonly #ms: number
  readonly #bytes: number
  readonly #running = new Set<Worker>()
  readonly #places = new Places(MOST_AT_ONCE, MOST_WAITING)

  constructor({ ms = 6_000, bytes = 400 * 1024 * 1024 }: PdfReaderOptions = {}) {
    this.#ms = ms
    this.#bytes = bytes
  }

  /** What a PDF says, or why it could not be read. Never rejects. */
  async read(pdf: Uint8Array): Promise<Reading> {
    return (await this.#places.take(() => this.#readNow(pdf))) ?? { ok: false, problem: 'busy' }
  }

  /** Ends what is being read. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((worker) => worker.terminate()))
  }

  #readNow(pdf: Uint8Array): Promise<Reading> {
    const worker = new Worker(new URL('./pdf-reader-worker.ts', import.meta.url), {
      workerData: Uint8Array.from(pdf),
      resourceLimits: HEAP,
      // Not a line of what a hostile file makes pdf.js say belongs into the server's log.
      stdout: true,
      stderr: true,
      env: {},
    })
    this.#running.add(worker)
    const before = process.memoryUsage.rss()
    const until = performance.now() + this.#ms
    return new Promise((resolve) => {
      const watch = setInterval(() => {
        if (performance.now() > until || process.memoryUsage.rss() - before > this.#bytes)
          end({ ok: false, problem: 'too-much' })
      }, LOOK_EVERY_MS)
      const end = (reading: Reading) => {
        worker.removeAllListeners()
        // What it throws while it ends is nobody's any more.
        worker.on('error', () => undefined)
        clearInterval(watch)
        this.#running.delete(worker)
        // The place is free once the thread is gone, and its memory with it.
        void worker.terminate().then(() => resolve(reading))
      }
      worker.once('message', end)
      // Out of its heap or its stack, or a fault of pdf.js.
      worker.once('error', () => end({ ok: false, problem: 'too-much' }))
      worker.once('exit', () => end({ ok: false, problem: 'too-much' }))
    })
  }
}
