import { cpus } from 'node:os'

/** One measured thing. `ratio` is above 1 where we do better than `against`; absent where there is nothing to compare. */
export type Measure = {
  readonly measure: string
  readonly value: number
  readonly unit: string
  readonly against?: string
  readonly ratio?: number
  /** What the issue asks for, in words. */
  readonly wanted?: string
}

/** Prints a script's measures: a table for people, with the machine it ran on, or one JSON line each with `--json`. */
export function report(title: string, measures: readonly Measure[]): void {
  if (process.argv.includes('--json')) {
    for (const { measure, value, unit, against = null, ratio } of measures)
      console.log(
        JSON.stringify({ measure, value: round(value), unit, against, ratio: ratio ? round(ratio) : null }),
      )
    return
  }
  console.log(
    `\n${title} (${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version})`,
  )
  const rows = measures.map(({ measure, value, unit, against = '', ratio, wanted = '' }) => [
    measure,
    `${round(value).toLocaleString('en')} ${unit}`,
    against,
    ratio === undefined ? '' : ratio.toFixed(2),
    wanted,
  ])
  const table = [['measure', 'value', 'against', 'ratio', 'wanted'], ...rows]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** The middle one of several rounds. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

const round = (value: number) => Number(value.toPrecision(4))
