import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { type EventLog, MAX_APPEND_EVENTS, type RecordedEvent } from './event-log.ts'
import { comparePositions, formatPosition, type Position, START } from './position.ts'

/** The target does not hold a beginning of the source: it has other events, or more. Nothing was written over them. */
export class LogsDifferError extends Error {
  override readonly name = 'LogsDifferError'
}

export type CopyProgress = { readonly events: number; readonly position: Position; readonly head: Position }

export type CopiedLog = {
  /** How many events both logs hold now, and how many of them the target held before. */
  readonly events: number
  readonly before: number
  /** SHA-256 (hex) over every event in order: stream, revision, id, type, data and metadata. Positions are each log's own. */
  readonly digest: string
}

/**
 * Copies a log into another, event by event in the total order, with ids, revisions and metadata as they are. Each
 * append waits for the one before it: several at once could change places. A copy that was cut off goes on where the
 * target ends, once it was seen to hold exactly the source's beginning. At the end the target is read anew
 * and must add up to the same digest. Nothing may write to either log meanwhile.
 *
 * Throws `LogsDifferError`, and `LogUnavailableError` where a log is away: copy again, it goes on.
 */
export async function copyLog(
  from: EventLog,
  to: EventLog,
  onProgress: (progress: CopyProgress) => void = () => {},
): Promise<CopiedLog> {
  const { sum, count: before, last } = await commonBeginning(from, to)
  let events = before
  let reached = last
  let head = await from.head()
  while (comparePositions(reached, head) < 0) {
    for await (const batch of from.readAll(reached)) {
      for (const group of runsOfOneStream(batch)) await appendAsWas(to, group)
      for (const event of batch) sum.update(lineOf(event))
      events += batch.length
      reached = batch.at(-1)?.position ?? reached
      onProgress({ events, position: reached, head })
    }
    head = await from.head()
  }
  const digest = sum.digest('hex')
  const copied = await digestOf(to)
  if (copied.digest !== digest)
    throw new LogsDifferError(
      `the target holds ${copied.events} events that add up to another digest than the source's ${events}: something else wrote to it`,
    )
  return { events, before, digest }
}

/** The digest of a log as `copyLog` answers it: equal for logs that hold the same events in the same order. */
export async function digestOf(log: EventLog): Promise<{ readonly events: number; readonly digest: string }> {
  const sum = createHash('sha256')
  let events = 0
  for await (const batch of log.readAll(START)) {
    for (const event of batch) sum.update(lineOf(event))
    events += batch.length
  }
  return { events, digest: sum.digest('hex') }
}

/** Walks both logs side by side until the target ends. */
async function commonBeginning(from: EventLog, to: EventLog) {
  const sum = createHash('sha256')
  let count = 0
  let last = START
  const source = eventsOf(from)
  for await (const held of eventsOf(to)) {
    const { value: event, done } = await source.next()
    if (done) throw new LogsDifferError(`the target holds more than the ${count} events of the source`)
    const line = lineOf(event)
    if (lineOf(held) !== line) throw differing(event, held)
    sum.update(line)
    count += 1
    last = event.position
  }
  await source.return(undefined)
  return { sum, count, last }
}

const differing = (event: RecordedEvent, held: RecordedEvent) =>
  new LogsDifferError(
    `the target holds other events: ${held.stream} revision ${held.revision} where the source has ` +
      `${event.stream} revision ${event.revision} (source position ${formatPosition(event.position)})`,
  )

async function* eventsOf(log: EventLog): AsyncGenerator<RecordedEvent, undefined> {
  for await (const batch of log.readAll(START)) yield* batch
}

/** Neighbours of one stream go together: those of one append stay one append. */
function* runsOfOneStream(
  batch: readonly RecordedEvent[],
): Generator<readonly [RecordedEvent, ...RecordedEvent[]]> {
  let run: [RecordedEvent, ...RecordedEvent[]] | undefined
  for (const event of batch) {
    if (run && run[0].stream === event.stream && run.length < MAX_APPEND_EVENTS) run.push(event)
    else {
      if (run) yield run
      run = [event]
    }
  }
  if (run) yield run
}

async function appendAsWas(
  to: EventLog,
  events: readonly [RecordedEvent, ...RecordedEvent[]],
): Promise<void> {
  const [{ stream, revision }] = events
  const expected = revision === 0n ? 'no-stream' : revision - 1n
  const outcome = await to.append(
    stream,
    expected,
    events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata })),
  )
  if (outcome.kind === 'conflict')
    throw new LogsDifferError(
      `the target's ${stream} ends at ${outcome.actual} where ${expected} was expected: something else wrote to it`,
    )
}

const lineOf = ({ stream, revision, id, type, data, metadata }: RecordedEvent) =>
  `${canonicalize([stream, String(revision), id, type, data, metadata])}\n`
