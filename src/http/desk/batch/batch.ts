import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { charactersOf, MOST_CHARACTERS, type Table, type TableRow } from '../../../tables/table.ts'
import type { FieldError, Typed } from '../forms.ts'
import type { Plan } from './rows.ts'

/** What is known of a row: before it is recorded, and afterwards. */
export type RowFate =
  | { readonly kind: 'wrong'; readonly errors: readonly FieldError[] }
  /** The same row was recorded, or proposed, before. */
  | { readonly kind: 'already'; readonly id: string }
  /** Nothing speaks against it. `key` makes it the same row whenever it comes. */
  | { readonly kind: 'fresh'; readonly key: string }
  | { readonly kind: 'recorded'; readonly id: string }
  | { readonly kind: 'failed'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'left' }
export type BatchRow = {
  readonly row: TableRow
  readonly typed: Typed
  fate: RowFate
  /** Numbers of earlier rows that say nearly the same. */
  readonly twins: readonly number[]
}

export type BatchState = 'columns' | 'checking' | 'checked' | 'recording' | 'done' | 'stopped'
/** Why work on a batch ended before its end: somebody asked, the key of who began it counts no more, or a fault. */
export type Halt = 'asked' | 'key' | 'fault'

/** A table on its way: read, its columns matched, checked, recorded. In memory alone: repeating the upload is safe. */
export class Batch {
  readonly id = randomBytes(12).toString('base64url')
  readonly issuerId: string
  readonly fileName: string
  readonly table: Table
  plan: Plan
  state: BatchState = 'columns'
  rows: readonly BatchRow[] = []
  done = 0
  total = 0
  /** Whether a second person has to approve what is recorded. */
  isProposed = false
  running: AbortController | undefined
  halt: Halt | undefined

  constructor(issuerId: string, fileName: string, table: Table, plan: Plan) {
    this.issuerId = issuerId
    this.fileName = fileName
    this.table = table
    this.plan = plan
  }

  get isRunning(): boolean {
    return this.running !== undefined
  }

  /** The column that holds a field, or the same text in another language; `undefined` where none does. */
  columnOf(field: string | undefined): string | undefined {
    const { fields } = this.plan
    const isText = /\.(?:ky|ru|en)$/.test(field ?? '')
    const base = field?.slice(0, -2) ?? ''
    const at = fields.indexOf(field ?? '-')
    const near = isText ? fields.findIndex((one) => one.startsWith(base) && one.length === field?.length) : -1
    return this.table.columns[at >= 0 ? at : near]
  }

  count(kind: RowFate['kind']): number {
    return this.rows.filter(({ fate }) => fate.kind === kind).length
  }
}

const HOUR = 3_600_000
const MOST = 32
const MOST_OF_ONE = 8
const MOST_RUNNING = 4
/** Characters of all tables together. */
const MOST_KEPT = 8 * MOST_CHARACTERS

const sizeOf = ({ rows }: Table): number => charactersOf(rows) + 1
const isIdle = ({ isRunning }: Batch): boolean => !isRunning

/**
 * The tables that are being worked on at this node: 32 at most, 8 of one issuer, and 128 million characters, each for an
 * hour after it was last looked at. What comes anew takes the place of what lies idle, one's own first; never of what
 * runs.
 */
export class Batches {
  readonly #batches = new LRUCache<string, Batch>({
    max: MOST,
    maxSize: MOST_KEPT,
    sizeCalculation: ({ table }) => sizeOf(table),
    ttl: HOUR,
    updateAgeOnGet: true,
    dispose: (batch) => batch.running?.abort(),
  })

  add(batch: Batch): void {
    const own = this.of(batch.issuerId)
    for (const one of own.slice(MOST_OF_ONE - 1).filter(isIdle)) this.#batches.delete(one.id)
    for (const one of this.#all().reverse().filter(isIdle)) {
      if (this.#hasRoomFor(batch)) break
      this.#batches.delete(one.id)
    }
    this.#batches.set(batch.id, batch)
  }

  #all(): Batch[] {
    return [...this.#batches.values()]
  }

  /** What runs takes at most half of the room, so there is some once all that lies idle is gone. */
  #hasRoomFor({ table }: Batch): boolean {
    const { size, calculatedSize } = this.#batches
    return size < MOST && calculatedSize + sizeOf(table) <= MOST_KEPT
  }

  /** A batch of this issuer; nobody finds another's. */
  find(id: string, issuerId: string): Batch | undefined {
    const found = this.#batches.get(id)
    return found?.issuerId === issuerId ? found : undefined
  }

  /** An issuer's batches, the one last looked at first. */
  of(issuerId: string): readonly Batch[] {
    return this.#all().filter((batch) => batch.issuerId === issuerId)
  }

  /** Why no other may run now: one at a time for an issuer, four for the node. */
  hindrance(issuerId: string): 'busy' | 'full' | undefined {
    const running = this.#all().filter((batch) => batch.isRunning)
    if (running.some((batch) => batch.issuerId === issuerId)) return 'busy'
    return running.length >= MOST_RUNNING ? 'full' : undefined
  }

  /** Stops what runs; what was recorded stays. */
  close(): void {
    for (const batch of this.#batches.values()) batch.running?.abort()
  }
}
