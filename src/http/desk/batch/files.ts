import { stringify } from 'csv-stringify/sync'
import type { Speech } from '../../pages/speech.ts'
import type { Batch, RowFate } from './batch.ts'
import { BATCH_FIELDS, fieldLabel } from './columns.ts'
import type { BatchWords } from './words.ts'

/** With a mark for spreadsheets, and no cell that one would take for a formula (`=`, `+`, `-`, `@` at its beginning). */
const csv = (rows: readonly (readonly string[])[]): string =>
  stringify(
    rows.map((row) => [...row]),
    { bom: true, escape_formulas: true, record_delimiter: 'windows' },
  )

/** An empty table: names of fields, and what they are in the reader's language. */
export const templateFile = ({ language }: Speech): string =>
  csv([BATCH_FIELDS.map((field) => fieldLabel(field, language))])

/** Every error of every row: the row's number, the column as the table names it, what is wrong. */
export function errorsFile(batch: Batch, words: BatchWords): string {
  const lines = batch.rows.flatMap(({ row, fate }) =>
    fate.kind === 'wrong' || fate.kind === 'failed'
      ? fate.errors.map(({ field, text }) => [String(row.number), batch.columnOf(field) ?? field ?? '', text])
      : [],
  )
  return csv([[words.row, words.column, words.whatsWrong], ...lines])
}

/** The table as it was sent, with what became of each row, its certificate's ID and address. */
export function resultFile({ rows, table, isProposed }: Batch, words: BatchWords, base: string): string {
  const width = table.columns.length
  const lines = rows.map(({ row, fate }) => {
    const id = 'id' in fate ? fate.id : ''
    return [
      ...Array.from({ length: width }, (_, at) => row.cells[at] ?? ''),
      outcomeOf(fate, words, isProposed),
      id,
      id === '' ? '' : `${base}/c/${id}`,
    ]
  })
  return csv([[...table.columns, words.outcome, 'ID', words.address], ...lines])
}

function outcomeOf(fate: RowFate, words: BatchWords, isProposed: boolean): string {
  switch (fate.kind) {
    case 'recorded':
      return isProposed ? words.sent : words.recorded
    case 'already':
      return words.already
    case 'fresh':
    case 'left':
      return words.left
    case 'wrong':
    case 'failed':
      return `${words.failed}: ${fate.errors.map(({ text }) => text).join(' ')}`
  }
}
