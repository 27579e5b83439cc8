import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { cutEntryBundle, readEntryBundle } from '../transparency/entry-bundle.ts'
import { HASH_BYTES } from '../transparency/hash.ts'
import { leafData } from '../transparency/leaf.ts'
import { formatTilePath, TILE_WIDTH } from '../transparency/tile.ts'

/** The registry does not answer, or not what was asked for: nothing is found out, and the audit can go on later. */
export class RegistryAwayError extends Error {
  override readonly name = 'RegistryAwayError'
  /** It refuses: asking again at once gives the same. */
  readonly lasting: boolean
  constructor(message: string, lasting = false) {
    super(message)
    this.lasting = lasting
  }
}

/** Statuses that may be others in a moment. */
const mayPass = (status: number) => status >= 500 || status === 429

const ATTEMPTS = 5
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 60_000
const PATIENCE_MS = 30_000
const MAX_NOTE = 1_000_000
const MAX_BUNDLE = TILE_WIDTH * (65_535 + 2)
/** An event is at most 60 KiB of data; escapes and metadata may be some more. */
const MAX_LINE = 1_000_000

const eventLine = z.looseObject({
  position: z.string().max(50),
  id: z.string(),
  stream: z.string(),
  revision: z.string().regex(/^[0-9]{1,19}$/),
  type: z.string(),
  data: z.unknown(),
  metadata: z.looseObject({ recordedAt: z.string() }),
})

/** An event as the registry answers it, made into what its leaf should be; `undefined` where it can't be one. */
export type AnsweredEvent = {
  readonly position: string
  readonly id: string
  readonly stream: string
  readonly revision: string
  readonly leaf: Buffer | undefined
}

/** A registry from outside. Everything it answers may be hostile: sizes and times are bounded, nothing is trusted. */
export class RegistryClient {
  readonly #url: string
  readonly #key: string | undefined

  constructor(url: string, key?: string) {
    this.#url = url.replace(/\/+$/, '')
    this.#key = key
  }

  async vkey(): Promise<string> {
    return (await this.#must('/tlog/vkey', MAX_NOTE)).toString().trim()
  }

  async checkpoint(): Promise<Buffer> {
    return this.#must('/tlog/checkpoint', MAX_NOTE)
  }

  /** The leaves of a bundle; `undefined` where what is answered is none of `width`. */
  async entries(index: number, width: number): Promise<readonly Buffer[] | undefined> {
    const bytes = await this.#tile('entries', index, width, MAX_BUNDLE)
    const cut = cutEntryBundle(bytes, width)
    return cut && readEntryBundle(cut)
  }

  /** The leaf hashes of a tile; fewer than `width` where the answer is cut short. */
  async hashes(index: number, width: number): Promise<readonly string[]> {
    const bytes = await this.#tile(0, index, width, TILE_WIDTH * HASH_BYTES)
    const count = Math.min(width, Math.floor(bytes.length / HASH_BYTES))
    return Array.from({ length: count }, (_, at) =>
      bytes.toString('latin1', at * HASH_BYTES, (at + 1) * HASH_BYTES),
    )
  }

  /** At most `limit` events behind a position. Throws `RegistryAwayError` where it breaks off. */
  async *events(after: string, limit: number): AsyncGenerator<AnsweredEvent, void> {
    const place = after === 'start' ? '' : `after=${encodeURIComponent(after)}&`
    try {
      const response = await this.#ask(`/api/v1/events?${place}limit=${limit}`)
      if (!response.ok)
        throw new RegistryAwayError(
          `the events are answered with ${response.status}`,
          !mayPass(response.status),
        )
      for await (const line of linesOf(response)) yield answered(line)
    } catch (error) {
      throw away('the events', error)
    }
  }

  /** A partial tile may be gone once the full one is there: then its beginning is what was asked for. */
  async #tile(level: 0 | 'entries', index: number, width: number, max: number): Promise<Buffer> {
    const path = (size: number) => `/tlog/tile/${formatTilePath({ level, index, width: size })}`
    const bytes = await this.#get(path(width), max)
    return bytes ?? this.#must(path(TILE_WIDTH), max)
  }

  async #must(path: string, max: number): Promise<Buffer> {
    const bytes = await this.#get(path, max)
    if (!bytes) throw new RegistryAwayError(`the registry has no ${path}`)
    return bytes
  }

  /** Asks again where that may help. `undefined` for 404. */
  async #get(path: string, max: number): Promise<Buffer | undefined> {
    for (let attempt = 1; ; attempt++) {
      let wait = FIRST_PAUSE_MS * 2 ** attempt
      try {
        const response = await this.#ask(path, AbortSignal.timeout(PATIENCE_MS))
        if (response.ok) return await bounded(response, max)
        await response.body?.cancel()
        if (response.status === 404) return undefined
        wait = Math.max(wait, Number(response.headers.get('retry-after') ?? 0) * 1_000 || 0)
        if (attempt === ATTEMPTS || !mayPass(response.status))
          throw new RegistryAwayError(`${path} is answered with ${response.status}`, true)
      } catch (error) {
        if (error instanceof RegistryAwayError || attempt === ATTEMPTS) throw away(path, error)
      }
      await sleep(Math.min(wait, LONGEST_PAUSE_MS))
    }
  }

  /** The key goes to the API alone, and to no other address that an answer might lead to. */
  #ask(path: string, signal?: AbortSignal): Promise<Response> {
    const needsKey = path.startsWith('/api/') && this.#key !== undefined
    const headers = needsKey ? { authorization: `Bearer ${this.#key}` } : {}
    return fetch(`${this.#url}${path}`, { headers, redirect: 'error', ...(signal && { signal }) })
  }
}

function away(path: string, error: unknown): RegistryAwayError {
  if (error instanceof RegistryAwayError) return error
  const fault = error instanceof Error ? error : new Error(String(error))
  return new RegistryAwayError(
    `${path}: ${fault.cause instanceof Error ? fault.cause.message : fault.message}`,
  )
}

async function bounded(response: Response, max: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bodyOf(response)) {
    length += chunk.length
    if (length > max) throw new RegistryAwayError('an answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* linesOf(response: Response): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of bodyOf(response)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw new RegistryAwayError('an event is too long')
    yield* lines
  }
}

const bodyOf = (response: Response): AsyncIterable<Uint8Array> => response.body ?? new ReadableStream()

function answered(line: string): AnsweredEvent {
  let read: z.infer<typeof eventLine> | undefined
  try {
    read = eventLine.parse(JSON.parse(line))
    const { position, id, stream, revision, type, data, metadata } = read
    const { recordedAt } = metadata
    const leaf = leafData({ id, stream, revision: BigInt(revision), type, data, recordedAt })
    return { position, id, stream, revision, leaf }
  } catch {
    const { position = '', id = '', stream = '', revision = '' } = read ?? {}
    return { position, id, stream, revision, leaf: undefined }
  }
}
