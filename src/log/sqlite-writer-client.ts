import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { LogUnavailableError } from './event-log.ts'
import type { AppendRequest, AppendResult } from './sqlite-append.ts'

type Waiting = {
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: Error) => void
}

/** So many appends leave at once, so that the writer inserts them while this thread makes the next ones ready. */
const MESSAGE_SIZE = 16

/**
 * The main thread's end of the writer. Appends of one turn of the event loop travel together, and what comes while
 * the writer inserts is taken into the same transaction, what comes while it flushes into the next. A writer that dies fails what it was given (outcome
 * unknown) and is started again by the next append. Holds the process alive only while an answer is awaited.
 */
export class SqliteWriterClient {
  readonly #file: string
  readonly #onCommit: () => void
  #worker: Worker | undefined
  #queue: AppendRequest[] = []
  #waiting: Waiting[] = []
  /** Answers come in order, so this one is the last. */
  #last: Promise<unknown> = Promise.resolve()

  /** `onCommit` is called after every transaction, before its appends are answered. */
  constructor(file: string, onCommit: () => void) {
    this.#file = file
    this.#onCommit = onCommit
  }

  /** Starts the thread ahead of the first append. Rejects where it can't open the file. */
  async ready(): Promise<void> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    await once(worker, 'message')
    worker.unref()
  }

  /** Resolves with the result of the append, `unavailable` included. Rejects `LogUnavailableError` where no answer came. */
  append(request: AppendRequest): Promise<AppendResult> {
    const answer = new Promise<AppendResult>((resolve, reject) => {
      if (this.#queue.length === 0) setImmediate(() => this.#send())
      this.#queue.push(request)
      this.#waiting.push({ resolve, reject })
      if (this.#queue.length === MESSAGE_SIZE) this.#send()
    })
    this.#last = answer
    return answer
  }

  /** Resolves when everything accepted so far has been answered, one way or the other. */
  async settled(): Promise<void> {
    await this.#last.catch(() => {})
  }

  /** Ends the thread, after its last answer. */
  async close(): Promise<void> {
    this.#send()
    const worker = this.#worker
    if (worker === undefined) return
    worker.ref()
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.postMessage('close')
    await exited
  }

  #send(): void {
    if (this.#queue.length === 0) return
    const worker = (this.#worker ??= this.#start())
    worker.ref()
    worker.postMessage(this.#queue)
    this.#queue = []
  }

  #start(): Worker {
    const worker = new Worker(new URL('./sqlite-writer.ts', import.meta.url), { workerData: this.#file })
    let failure: unknown
    worker.on('message', (results: readonly AppendResult[]) => this.#answer(worker, results))
    worker.on('error', (error) => {
      failure = error
    })
    worker.on('exit', () => this.#lost(failure))
    return worker
  }

  /** Answers come in the order of the appends. */
  #answer(worker: Worker, results: readonly AppendResult[]): void {
    if (results.length === 0) return
    this.#onCommit()
    const answered = this.#waiting.splice(0, results.length)
    if (this.#waiting.length === 0) worker.unref()
    for (const [index, { resolve }] of answered.entries()) {
      const result = results[index]
      if (result !== undefined) resolve(result)
    }
  }

  #lost(cause: unknown): void {
    this.#worker = undefined
    this.#queue = []
    const error = new LogUnavailableError('the log writer has stopped', { cause })
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
