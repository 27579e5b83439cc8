import { Unzip, UnzipInflate } from 'fflate'
import readWorkbook from 'read-excel-file/node'
import { failed, type TableRead, tableOf } from './table.ts'

/** A workbook of the rows and texts that are taken unpacks to less; a bomb to more. */
const MOST_UNPACKED = 64 * 1024 * 1024
const MOST_FILES = 1_000

/**
 * Reads the first sheet of a workbook (.xlsx) that holds anything. Dates become days (`2024-11-06`), numbers the digits
 * that they stand for. Runs in a thread that can be ended: what it is given is hostile.
 */
export async function readWorkbookTable(bytes: Uint8Array): Promise<TableRead> {
  const size = unpackedSize(bytes)
  if (size === 'broken') return failed({ kind: 'broken' })
  if (size === 'too-large') return failed({ kind: 'too-large' })
  try {
    const sheets = await readWorkbook(Buffer.from(bytes))
    const rows = sheets.map(({ data }) => data).find((data) => data.some((row) => row.some(isFilled))) ?? []
    return tableOf(rows.map((cells, at) => ({ number: at + 1, cells: cells.map(textOf) })))
  } catch {
    // Whatever a file that only looks like a workbook makes the reader throw.
    return failed({ kind: 'broken' })
  }
}

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
