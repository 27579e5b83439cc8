import { Unzip, UnzipInflate } from 'fflate'
import readWorkbook from 'read-excel-file/node'
import { failed, type TableRead, tableOf } from './table.ts'

/** A workbook of the rows and texts that are taken unpacks to less; a bomb to more. */
const MOST_UNPACKED = 64 * 1024 * 1024
const MOST_FILES = 1_000

/**
 * Reads a sheet of a workbook (.xlsx): the one named, else the first that holds anything. Dates become days (`2024-11-06`), numbers the digits
 * that they stand for. Runs in a thread that can be ended: what it is given is hostile.
 */
export async function readWorkbookTable(bytes: Uint8Array, wanted?: string): Promise<TableRead> {
  const size = unpackedSize(bytes)
  if (size === 'broken') return failed({ kind: 'broken' })
  if (size === 'too-large') return failed({ kind: 'too-large' })
  try {
    const sheets = await readWorkbook(Buffer.from(bytes))
    const filled = sheets.filter(({ data }) => data.some((row) => row.some(isFilled)))
    const chosen = wanted === undefined ? filled[0] : filled.find(({ sheet }) => isNamed(sheet, wanted))
    if (!chosen) return failed({ kind: filled.length === 0 ? 'empty' : 'no-sheet' })
    const read = tableOf(chosen.data.map((cells, at) => ({ number: at + 1, cells: cells.map(textOf) })))
    const otherSheets = filled.filter((one) => one !== chosen).map(({ sheet }) => sheet)
    return read.ok ? { ok: true, table: { ...read.table, sheet: chosen.sheet, otherSheets } } : read
  } catch {
    // Whatever a file that only looks like a workbook makes the reader throw.
    return failed({ kind: 'broken' })
  }
}

const isNamed = (sheet: string, wanted: string) => sheet.trim().toLowerCase() === wanted.trim().toLowerCase()
const isFilled = (cell: unknown) => cell !== null && cell !== undefined && cell !== ''

function textOf(cell: unknown): string {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : cell.toISOString().slice(0, 10)
  if (typeof cell === 'number') return Number.isInteger(cell) ? BigInt(cell).toString() : String(cell)
  if (typeof cell === 'boolean') return cell ? '1' : '0'
  return typeof cell === 'string' ? cell : ''
}

/** Unpacks into nothing, counting: what an archive says of its own size is not believed. */
function unpackedSize(bytes: Uint8Array): 'fits' | 'too-large' | 'broken' {
  let unpacked = 0
  let files = 0
  let fault: 'too-large' | 'broken' | undefined
  const unzip = new Unzip((file) => {
    files += 1
    if (files > MOST_FILES) fault = 'too-large'
    if (fault) return
    file.ondata = (error, chunk) => {
      if (error) fault ??= 'broken'
      else unpacked += chunk.length
      if (unpacked > MOST_UNPACKED) {
        fault ??= 'too-large'
        file.terminate()
      }
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  try {
    for (let at = 0; at < bytes.length && fault === undefined; at += 16_384)
      unzip.push(bytes.subarray(at, at + 16_384), at + 16_384 >= bytes.length)
  } catch {
    return fault ?? 'broken'
  }
  if (fault) return fault
  return files === 0 ? 'broken' : 'fits'
}
