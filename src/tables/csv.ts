import { CsvError, parse } from 'csv-parse/sync'
import { failed, MOST_COLUMNS, MOST_IN_A_CELL, type TableRead, tableOf } from './table.ts'

const DELIMITERS = [';', ',', '\t'] as const

/**
 * Reads separated values (RFC 4180, with `;` or a tab too, whichever the first line has most of). Text is UTF-8, UTF-16
 * with its mark, or else Windows-1251. What is not closed or holds zero bytes is no table, nor what is not the UTF-8
 * that its mark says.
 */
export function readCsv(bytes: Uint8Array): TableRead {
  const decodedText = decoded(bytes)
  if (!decodedText) return failed({ kind: 'broken' })
  const { text, isWindows1251 } = decodedText
  if (text.includes('\0')) return failed({ kind: 'no-table' })
  try {
    const read = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      max_record_size: MOST_COLUMNS * MOST_IN_A_CELL,
      relax_column_count: true,
      skip_empty_lines: false,
    }) as unknown as readonly { readonly record: string[]; readonly info: { readonly lines: number } }[]
    return tableOf(
      read.map(({ record }, at) => ({ number: at + 1, cells: record })),
      isWindows1251,
    )
  } catch (error) {
    if (error instanceof CsvError) return failed({ kind: 'broken', ...lineOf(error) })
    throw error
  }
}

const lineOf = (error: CsvError): { row?: number } =>
  typeof error['lines'] === 'number' ? { row: error['lines'] } : {}

type Decoded = { readonly text: string; readonly isWindows1251: boolean }

function decoded(bytes: Uint8Array): Decoded | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), isWindows1251: false }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isWindows1251: false }
  } catch {
    // The mark says UTF-8: what is damaged behind it is no older encoding.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return undefined
    return { text: new TextDecoder('windows-1251').decode(bytes), isWindows1251: true }
  }
}

function delimiterOf(text: string): string {
  const first =
    text
      .slice(0, 10_000)
      .replace(/"(?:[^"]|"")*"/g, '')
      .split(/\r?\n/, 1)[0] ?? ''
  const count = (delimiter: string) => first.split(delimiter).length
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0] ?? ','
}
