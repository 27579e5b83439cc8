import { Worker } from 'node:worker_threads'
import { OpeningConflictError } from './opening-conflict.ts'
import { PersonalStoreUnavailableError } from './personal-store.ts'
import type { PersonalRequest, PersonalResult } from './sqlite-personal-worker.ts'

type Waiting = {
  readonly request: PersonalRequest
  readonly resolve: (count: number) => void
  readonly reject: (error: Error) => void
}

/**
 * The main thread's end of the writing thread. What is asked in one turn of the event loop, or while the thread is
 * busy, travels in one message and shares one flush. A thread that dies fails what it was given and is started again
 * by the next request. Holds the process alive only while an answer is awaited.
 */
export class SqlitePersonalClient {
  readonly #file: string
  #worker: Worker | undefined
  #queue: Waiting[] = []
  #inFlight: Waiting[] = []
  #closing: Promise<void> | undefined
  #onIdle: () => void = () => {}

  constructor(file: string) {
    this.#file = file
  }

  /** Resolves with how many were removed. Rejects `OpeningConflictError` and `PersonalStoreUnavailableError`. */
  ask(request: PersonalRequest): Promise<number> {
    if (this.#closing !== undefined)
      return Promise.reject(new PersonalStoreUnavailableError('the personal store is closed'))
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) setImmediate(() => this.#send())
      this.#queue.push({ request, resolve, reject })
    })
  }

  /** Lets everything accepted be answered, then ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#drainAndStop()
    return this.#closing
  }

  async #drainAndStop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
      this.#send()
    })
    const worker = this.#worker
    if (worker === undefined) return
    worker.ref()
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.postMessage('close')
    await exited
  }

  #send(): void {
    if (this.#inFlight.length > 0) return
    if (this.#queue.length === 0) return this.#onIdle()
    const worker = (this.#worker ??= this.#start())
    this.#inFlight = this.#queue.splice(0)
    worker.ref()
    worker.postMessage(this.#inFlight.map(({ request }) => request))
  }

  #start(): Worker {
    const worker = new Worker(new URL('./sqlite-personal-worker.ts', import.meta.url), {
      workerData: this.#file,
    })
    let failure: unknown
    worker.on('message', (results: readonly PersonalResult[]) => this.#answer(worker, results))
    worker.on('error', (error) => {
      failure = error
    })
    worker.on('exit', () => this.#lost(failure))
    return worker
  }

  #answer(worker: Worker, results: readonly PersonalResult[]): void {
    worker.unref()
    const answered = this.#inFlight.splice(0)
    for (const [index, waiting] of answered.entries()) settle(waiting, results[index])
    this.#send()
  }

  #lost(cause: unknown): void {
    this.#worker = undefined
    const error = new PersonalStoreUnavailableError('the personal store has stopped writing', { cause })
    for (const { reject } of this.#inFlight.splice(0)) reject(error)
    this.#send()
  }
}

function settle({ resolve, reject }: Waiting, result: PersonalResult | undefined): void {
  if (result?.kind === 'done') return resolve(result.count)
  if (result?.kind === 'conflict') return reject(new OpeningConflictError(result.commitment))
  reject(new PersonalStoreUnavailableError(result?.reason ?? 'the personal store gave no answer'))
}
