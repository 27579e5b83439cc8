/** A row of a table: where it stands in its file (from 1, as a sheet numbers its rows), and its cells as text. */
export type TableRow = { readonly number: number; readonly cells: readonly string[] }

/** A table that somebody sent: its first row, which names the columns, and all others that are not empty. */
export type Table = {
  readonly columns: readonly string[]
  readonly rows: readonly TableRow[]
  /** The text was no UTF-8 and was read as Windows-1251, as older spreadsheets write Cyrillic. */
  readonly isWindows1251?: boolean
  /** Of a workbook: the sheet that was read, and those that were not and hold something. */
  readonly sheet?: string
  readonly otherSheets?: readonly string[]
}

/** Why a file could not be read as a table. */
export type TableProblem =
  | { readonly kind: 'empty' }
  /** Neither text nor a workbook. */
  | { readonly kind: 'no-table' }
  /** The workbook format of 2003 and before. */
  | { readonly kind: 'old-workbook' }
  /** The workbook has no sheet of the name asked for. */
  | { readonly kind: 'no-sheet' }
  /** Too many files are being read. */
  | { readonly kind: 'full' }
  | { readonly kind: 'broken'; readonly row?: number }
  | { readonly kind: 'too-many-rows'; readonly most: number }
  | { readonly kind: 'too-many-columns'; readonly most: number }
  | { readonly kind: 'cell-too-long'; readonly row: number; readonly most: number }
  /** Takes more room or time to unpack than a table of that size may. */
  | { readonly kind: 'too-large' }

export const MOST_ROWS = 10_000
export const MOST_COLUMNS = 100
/** Longer than any text that the registry takes. */
export const MOST_IN_A_CELL = 20_000
/** All cells together: a workbook may say one text in many thousands of cells. */
export const MOST_CHARACTERS = 16_000_000

export type TableRead =
  | { readonly ok: true; readonly table: Table }
  | { readonly ok: false; readonly problem: TableProblem }

/** Rows of cells as a table, or what is wrong with them. Empty rows are passed over and keep their numbers. */
export function tableOf(all: readonly TableRow[], isWindows1251 = false): TableRead {
  const filled = all
    .map(({ number, cells }) => ({ number, cells: cells.map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  const [head, ...rows] = filled
  if (!head) return failed({ kind: 'empty' })
  if (rows.length > MOST_ROWS) return failed({ kind: 'too-many-rows', most: MOST_ROWS })
  if (head.cells.length > MOST_COLUMNS) return failed({ kind: 'too-many-columns', most: MOST_COLUMNS })
  if (charactersOf(filled) > MOST_CHARACTERS) return failed({ kind: 'too-large' })
  const long = filled.find(({ cells }) => cells.some((cell) => cell.length > MOST_IN_A_CELL))
  if (long) return failed({ kind: 'cell-too-long', row: long.number, most: MOST_IN_A_CELL })
  return { ok: true, table: { columns: head.cells, rows, ...(isWindows1251 && { isWindows1251 }) } }
}

/** How many characters rows hold. */
export const charactersOf = (rows: readonly TableRow[]): number =>
  rows.reduce((sum, { cells }) => cells.reduce((row, cell) => row + cell.length, sum), 0)

/** A file that could not be read. */
export const failed = (problem: TableProblem): TableRead => ({ ok: false, problem })
