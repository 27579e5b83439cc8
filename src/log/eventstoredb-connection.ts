import { ErrorType, EventStoreDBClient, isCommandError } from '@eventstore/db-client'
import { LogUnavailableError } from './event-log.ts'
import { permitsOf, type ServerPermits } from './eventstoredb-permits.ts'
import { type Credentials, readEventStoreDbUrl } from './eventstoredb-url.ts'

/** How long a call waits for its turn, in milliseconds. */
const TURN_MS = 10_000
const DISPOSE_MS = 2_000

/**
 * Passed with every call, also where the server asks for none: a call with credentials takes the client's classic
 * path. Its batch path has no deadline, hangs for ever after a clean end, and kills the process when ids are repeated.
 */
const NOBODY: Credentials = { username: 'nobody', password: 'none' }

/** The client, its credentials and its limits, in one place: what changes when the client is exchanged. */
export class EventStoreDbConnection {
  readonly client: EventStoreDBClient
  readonly credentials: Credentials
  readonly permits: ServerPermits
  readonly #disposed = new AbortController()

  /** Connects at the first call. Throws `TypeError` for a URL that can't be read. */
  constructor(url: string) {
    const address = readEventStoreDbUrl(url)
    this.client = EventStoreDBClient.connectionString(address.url)
    this.credentials = address.credentials ?? NOBODY
    this.permits = permitsOf(address.server)
  }

  /** Whether nothing is asked any more. */
  get disposed(): boolean {
    return this.#disposed.signal.aborted
  }

  /**
   * Runs one short call with a permit and a time limit. Its error is the client's, or `LogUnavailableError` for the
   * limit and for a connection that is disposed of.
   */
  async call<Result>(
    run: (signal: AbortSignal) => Promise<Result>,
    ms: number,
    turnMs = TURN_MS,
  ): Promise<Result> {
    const giveBack = await this.permits.calls.take(turnMs)
    const abort = new AbortController()
    const { signal: disposed } = this.#disposed
    let cut = () => {}
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      cut = () => {
        abort.abort()
        reject(new LogUnavailableError('the log did not answer in time'))
      }
      timer = setTimeout(cut, ms)
      disposed.addEventListener('abort', cut, { once: true })
    })
    try {
      if (disposed.aborted) cut()
      return await Promise.race([late, ...(disposed.aborted ? [] : [run(abort.signal)])])
    } finally {
      disposed.removeEventListener('abort', cut)
      clearTimeout(timer)
      giveBack()
    }
  }

  /** Lets go of the server; gives up on a client that does not. */
  async dispose(): Promise<void> {
    this.#disposed.abort()
    const bound = new Promise<void>((resolve) => setTimeout(resolve, DISPOSE_MS).unref())
    await Promise.race([this.client.dispose().catch(() => {}), bound])
  }
}

/** What became of a call, as far as its error tells. */
export type Failure = 'conflict' | 'absent' | 'too-large' | 'refused' | 'unknown'

/**
 * `refused`: will not come right by repeating (credentials, a deleted stream). `unknown`: may have been carried out or
 * not, or certainly not: repeat it unchanged.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error) || !isCommandError(error)) return 'unknown'
  switch (error.type) {
    case ErrorType.WRONG_EXPECTED_VERSION:
      return 'conflict'
    case ErrorType.STREAM_NOT_FOUND:
      return 'absent'
    case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
      return 'too-large'
    case ErrorType.ACCESS_DENIED:
    case ErrorType.STREAM_DELETED:
    case ErrorType.INVALID_ARGUMENT:
      return 'refused'
    default:
      return 'unknown'
  }
}

/** Words of our own: what the client says may hold addresses and headers. */
export function unavailable(error: unknown): LogUnavailableError {
  if (error instanceof LogUnavailableError) return error
  const what = error instanceof Error && isCommandError(error) ? error.type : 'no connection'
  return new LogUnavailableError(`EventStoreDB can not be used now (${what})`)
}
