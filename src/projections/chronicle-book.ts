import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type AwardEvent, type AwardState, evolveAward, initialAward } from '../domain/award.ts'
import { type Status, verdicts } from '../domain/verdict.ts'
import type { RecordedEvent } from '../log/event-log.ts'
import { readEvent } from './registry-event.ts'

/** An event as the chronicle takes it: of those that concern no award only the moment counts. */
export type ChronicleEntry = {
  readonly recordedAt: string
  /** Text form. */
  readonly position: string
  readonly award?: RecordedEvent
}

export type ChronicleQuestion = {
  /** The instant whose knowledge counts, in the form of `recordedAt`. */
  readonly known: string
  /** The day that the statuses are of. */
  readonly day: string
  readonly status?: string | undefined
  /** The `next` of the page before. */
  readonly before?: number | undefined
  readonly limit: number
}

/** The register at a moment: how many certificates had which status, and a page of them, the latest issued first. */
export type RegisterThen = {
  readonly counts: Readonly<Partial<Record<Status, number>>>
  readonly ids: readonly string[]
  readonly next?: number
  /** What was recorded on the day of the question: how many events in all, and the position before the first. */
  readonly recorded?: { readonly events: number; readonly before: string }
  readonly firstDay?: string
}

const SCHEMA = `
  CREATE TABLE award (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL) STRICT;
  CREATE TABLE span (number INTEGER NOT NULL, known_from TEXT NOT NULL, known_until TEXT NOT NULL,
    since TEXT NOT NULL, until TEXT NOT NULL, status TEXT NOT NULL) STRICT;
  CREATE INDEX span_by_number ON span(number, known_until);
  CREATE TABLE day (day TEXT PRIMARY KEY, events INTEGER NOT NULL, before TEXT NOT NULL) STRICT, WITHOUT ROWID;
`
const ALWAYS = '9'
const THEN = 'known_from <= ? AND known_until > ? AND since <= ? AND until >= ?'

/**
 * What every certificate was worth at every moment, as spans in two times: known from when until when, and true on
 * which days. Folded event by event through the domain, and kept in a temporary file of SQLite's own that has no name:
 * memory stays small, and nothing is left behind. The log holds no names of persons, so neither does this.
 */
export class ChronicleBook {
  readonly #db = new DatabaseSync('')
  readonly #statements = new Map<string, StatementSync>()
  #position = 'start'

  constructor() {
    this.#db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; ${SCHEMA}`)
  }

  /** Takes events in the log's order. Throws `UnreadableEventError`; what went before it is kept. */
  write(entries: readonly ChronicleEntry[]): void {
    this.#db.exec('BEGIN')
    try {
      for (const entry of entries) this.#take(entry)
    } finally {
      this.#db.exec('COMMIT')
    }
  }

  answer({ known, day, status, before, limit }: ChronicleQuestion): RegisterThen {
    const then = [known, known, day, day]
    const counted = this.#all(
      `SELECT status, count(*) AS n FROM span WHERE ${THEN} GROUP BY status`,
      ...then,
    ).map((row) => [String(row['status']), Number(row['n'])] as const)
    const rows = this.#all(
      `SELECT award.number AS number, id FROM span JOIN award USING (number)
       WHERE ${THEN} AND (? = '' OR status = ?) AND span.number < ? ORDER BY span.number DESC LIMIT ?`,
      ...then,
      status ?? '',
      status ?? '',
      before ?? Number.MAX_SAFE_INTEGER,
      limit + 1,
    )
    const shown = rows.slice(0, limit)
    const next = rows.length > limit ? shown.at(-1) : undefined
    const [recorded] = this.#all('SELECT events, before FROM day WHERE day = ?', day)
    const [first] = this.#all('SELECT min(day) AS day FROM day')
    return {
      counts: Object.fromEntries(counted),
      ids: shown.map(({ id }) => String(id)),
      ...(next && { next: Number(next['number']) }),
      ...(recorded && {
        recorded: { events: Number(recorded['events']), before: String(recorded['before']) },
      }),
      ...(typeof first?.['day'] === 'string' && { firstDay: first['day'] }),
    }
  }

  close(): void {
    this.#db.close()
  }

  #take({ recordedAt, position, award }: ChronicleEntry): void {
    if (award) this.#fold(award, recordedAt)
    this.#run(
      'INSERT INTO day VALUES (?, 1, ?) ON CONFLICT (day) DO UPDATE SET events = events + 1',
      recordedAt.slice(0, 10),
      this.#position,
    )
    this.#position = position
  }

  #fold(recorded: RecordedEvent, recordedAt: string): void {
    const { subject: id, event } = readEvent(recorded)
    const [known] = this.#all('SELECT number, state FROM award WHERE id = ?', id)
    const before = known ? (JSON.parse(String(known['state'])) as AwardState) : initialAward
    const state = evolveAward(before, event as AwardEvent)
    const text = JSON.stringify(state)
    if (known) this.#run('UPDATE award SET state = ? WHERE number = ?', text, Number(known['number']))
    else this.#run('INSERT INTO award (id, state) VALUES (?, ?)', id, text)
    const [row] = known ? [known] : this.#all('SELECT number FROM award WHERE id = ?', id)
    this.#know(Number(row?.['number']), state, recordedAt)
  }

  /** What was known until now ends here; of what is recorded at one instant only the last was ever known, and is kept. */
  #know(number: number, state: AwardState, recordedAt: string): void {
    this.#run(
      'UPDATE span SET known_until = ? WHERE number = ? AND known_until = ?',
      recordedAt,
      number,
      ALWAYS,
    )
    this.#run('DELETE FROM span WHERE number = ? AND known_until = known_from', number)
    if (state.status !== 'issued') return
    for (const { status, since = '', until = ALWAYS } of verdicts(state))
      this.#run(
        'INSERT INTO span VALUES (?, ?, ?, ?, ?, ?)',
        number,
        recordedAt,
        ALWAYS,
        since,
        until,
        status,
      )
  }

  #all(sql: string, ...values: readonly SQLInputValue[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values)
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#prepare(sql).run(...values)
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }
}
