import { Worker } from 'node:worker_threads'
import type { Paper } from './paper.ts'
import type { Delivery, Order } from './press-worker.ts'

type Waiting = { readonly resolve: (pdf: Buffer) => void; readonly reject: (error: Error) => void }

/**
 * Makes PDFs in a thread of its own, started by the first request; one that died fails what it was given and is started
 * again by the next. Holds the process alive only while a PDF is awaited.
 */
export class Press {
  #worker: Worker | undefined
  #last = 0
  readonly #waiting = new Map<number, Waiting>()

  /** A paper as PDF (see `certificatePdf`). Rejects where it can't be drawn. */
  print(paper: Paper): Promise<Buffer> {
    const worker = (this.#worker ??= this.#start())
    const number = ++this.#last
    worker.ref()
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
      worker.postMessage({ number, paper } satisfies Order)
    })
  }

  /** Ends the thread; what is awaited rejects. */
  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./press-worker.ts', import.meta.url))
    let failure: unknown
    worker.on('message', (delivery: Delivery) => this.#deliver(worker, delivery))
    worker.on('error', (error) => {
      failure = error
    })
    worker.on('exit', () => this.#lost(failure))
    return worker
  }

  #deliver(worker: Worker, delivery: Delivery): void {
    const waiting = this.#waiting.get(delivery.number)
    this.#waiting.delete(delivery.number)
    if (this.#waiting.size === 0) worker.unref()
    if ('fault' in delivery) waiting?.reject(new Error(`the PDF could not be made: ${delivery.fault}`))
    else waiting?.resolve(Buffer.from(delivery.pdf.buffer, delivery.pdf.byteOffset, delivery.pdf.byteLength))
  }

  #lost(cause: unknown): void {
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(new Error('the thread for PDFs ended', { cause }))
    this.#waiting.clear()
  }
}
