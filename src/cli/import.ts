import { readFileSync } from 'node:fs'
import { entryNamed } from '../commands/catalogue.ts'
import { organizationStream } from '../domain/organization.ts'
import { sessionStream } from '../domain/session.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { type House, openHouse, OPERATOR } from './house.ts'
import { Bundle } from './import-bundle.ts'
import { type ImportRow, pointerTo, type Problem, type ReadFile, readNdjson, Source } from './import-rows.ts'
import { type Io, line, progress, safe } from './io.ts'

type Options = { readonly dryRun?: boolean; readonly skipInvalid?: boolean; readonly json?: boolean }
type Report = {
  recorded: number
  already: number
  /** Rows that a stop has left. */
  left: number
  readonly problems: Problem[]
  readonly notes: readonly string[]
}

/**
 * `import FILE`: validates every row first, and records nothing where one is bad. Each row carries a key made of what it
 * says, so a run that was cut off, or a second one, records only what is missing. Asked to stop, it finishes the row in
 * hand, says how many are left, and ends with `interrupted`.
 */
export async function importFile(io: Io, config: Stores, file: string, options: Options): Promise<number> {
  const read = readRows(file)
  const house = await openHouse(config, io.now, false)
  try {
    const problems = [...read.problems, ...(await problemsOf(house, read.rows))]
    const report: Report = { recorded: 0, already: 0, left: 0, problems, notes: read.notes }
    const bad = badRows(read.rows, problems)
    const good = read.rows.filter((row) => !bad.has(row) && !(row.follows && bad.has(row.follows)))
    const stopped = problems.length > 0 && options.skipInvalid !== true
    if (!stopped && options.dryRun !== true) await record(io, house, good, report)
    tell(io, report, { ...options, rows: good.length, stopped })
    if (report.left > 0) return EXIT.interrupted
    return report.problems.length > 0 ? EXIT.badInput : EXIT.ok
  } finally {
    await house.close()
  }
}

/** The rows that the problems are about: of those that a problem stands in, the innermost. */
function badRows(rows: readonly ImportRow[], problems: readonly Problem[]): ReadonlySet<ImportRow> {
  const bad = new Set<ImportRow>()
  for (const problem of problems) {
    const around = rows.filter((row) => standsIn(problem, row))
    const innermost = Math.max(...around.map(({ place }) => place.pointer.length))
    for (const row of around) if (row.place.pointer.length === innermost) bad.add(row)
  }
  return bad
}

/** A line of NDJSON is one row; a bundle may be one line as a whole, and its pointers tell the rows apart. */
function standsIn({ line: at, pointer }: Problem, { place }: ImportRow): boolean {
  if (place.pointer === '') return at === place.line
  return pointer === place.pointer || pointer.startsWith(`${place.pointer}/`)
}

function readRows(file: string): ReadFile {
  const content = contentOf(file)
  if (/\.(nd)?jsonl?$/.test(file) && !file.endsWith('.json')) return readNdjson(content)
  const source = new Source(content)
  return source.problems.length > 0
    ? { rows: [], problems: source.problems, notes: [] }
    : new Bundle(source).read()
}

function contentOf(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    const why = error instanceof TypeError ? 'is not UTF-8' : (error as Error).message
    throw new ExitError(EXIT.badInput, `can't read ${file}: ${why}`)
  }
}

async function problemsOf(house: House, rows: readonly ImportRow[]): Promise<readonly Problem[]> {
  const made = new Set(rows.map(({ command, input }) => `${command} ${String(input['id'])}`))
  const problems: Problem[] = []
  for (const { command, input, place } of rows) {
    const read = entryNamed(command).input.safeParse(input)
    for (const { path, message } of read.error?.issues ?? [])
      problems.push({ ...place, pointer: place.pointer + pointerTo(path), problem: message })
    for (const [kind, stream, id, pointer] of references(input)) {
      const inFile = made.has(
        `${kind === 'organization' ? 'organization.register' : 'session.convene'} ${id}`,
      )
      if (!inFile && (await house.log.readStream(stream)).revision === 'no-stream')
        problems.push({
          ...place,
          pointer: place.pointer + pointer,
          problem: `names the ${kind} ${id}, which is neither in this file nor in the registry`,
        })
    }
  }
  return problems
}

type ReferenceFound = readonly ['organization' | 'session', string, string, string]

/** Every organization and session that an input names, wherever it stands in it. */
function references(value: unknown, pointer = ''): readonly ReferenceFound[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => {
    const at = pointer + pointerTo([name])
    if (typeof one !== 'string') return references(one, at)
    if (['organizationId', 'parent', 'body', 'hostOrganizationId', 'successor'].includes(name))
      return [['organization', organizationStream(one), one, at] as const]
    return name === 'sessionId' ? [['session', sessionStream(one), one, at] as const] : []
  })
}

async function record(io: Io, house: House, rows: readonly ImportRow[], report: Report): Promise<void> {
  const bar = progress(io, 'importing')
  const ids = new Map<ImportRow, string>()
  const asked = { toStop: false }
  io.onStop(() => {
    asked.toStop = true
  })
  for (const [index, row] of rows.entries()) {
    if (asked.toStop) {
      report.left = rows.length - index
      break
    }
    const entry = entryNamed(row.command)
    const id = row.id ?? (row.follows && ids.get(row.follows))
    const request = { actor: OPERATOR, correlationId: 'import', idempotencyKey: row.key }
    if (row.follows && id === undefined) continue
    const outcome = await entry.run(house.deps, id, entry.input.parse(row.input), request)
    if (outcome.ok) {
      ids.set(row, outcome.id)
      if (outcome.repeated) report.already++
      else report.recorded++
    } else report.problems.push({ ...row.place, problem: `refused: ${JSON.stringify(outcome.refusal)}` })
    bar.update(index + 1, rows.length)
  }
  bar.stop()
}

function tell(
  io: Io,
  report: Report,
  { rows, stopped, dryRun, json }: Options & { rows: number; stopped: boolean },
): void {
  const { recorded, already, left, problems, notes } = report
  if (json) return line(io.out, JSON.stringify({ rows, recorded, already, left, problems, notes }))
  for (const note of notes) line(io.err, `note: ${safe(note)}`)
  for (const { line: at, pointer, problem } of problems)
    line(io.err, `line ${at}, ${safe(pointer) || 'row'}: ${safe(problem)}`)
  if (stopped)
    line(
      io.err,
      `${problems.length} problems; nothing was recorded (--skip-invalid records the other ${rows} rows)`,
    )
  else if (dryRun) line(io.out, `${rows} rows are good; nothing was recorded (dry run)`)
  else line(io.out, `${recorded} recorded, ${already} already there`)
  if (left > 0) line(io.err, `stopped: ${left} of ${rows} rows are left; run it again, it records those`)
}
