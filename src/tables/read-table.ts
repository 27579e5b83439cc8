import { Worker } from 'node:worker_threads'
import { Places } from '../places.ts'
import type { TableFile } from './table-worker.ts'
import { failed, type TableRead } from './table.ts'

const MOST_MS = 20_000
const MOST_HEAP_MB = 256
const MOST_AT_ONCE = 2
const MOST_WAITING = 8

const places = new Places(MOST_AT_ONCE, MOST_WAITING)

/**
 * Reads a file of separated values or a workbook (.xlsx) as a table: by what is in it, whatever its name; of a workbook
 * the sheet of that name, else the first that holds anything. In a thread with bounded memory and time, which ends with
 * it, two at once in the process and eight that wait: a file that takes too much is a problem told, not a server that
 * hangs.
 */
export async function readTable(bytes: Uint8Array, sheet?: string): Promise<TableRead> {
  if (bytes.length === 0) return failed({ kind: 'empty' })
  if (begins(bytes, [0xd0, 0xcf, 0x11, 0xe0])) return failed({ kind: 'old-workbook' })
  if (begins(bytes, [0x25, 0x50, 0x44, 0x46])) return failed({ kind: 'no-table' })
  const file = { bytes, sheet, isWorkbook: begins(bytes, [0x50, 0x4b, 0x03, 0x04]) }
  return (await places.take(() => inThread(file))) ?? failed({ kind: 'full' })
}

const begins = (bytes: Uint8Array, magic: readonly number[]) => magic.every((byte, at) => bytes[at] === byte)

function inThread(file: TableFile): Promise<TableRead> {
  const worker = new Worker(new URL('./table-worker.ts', import.meta.url), {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  })
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(failed({ kind: 'too-large' })), MOST_MS)
    const end = (read: TableRead) => {
      clearTimeout(timer)
      void worker.terminate()
      resolve(read)
    }
    worker.once('message', (read: TableRead) => end(read))
    // Out of memory, or a fault of a reader: either way this file is not read.
    worker.once('error', () => end(failed({ kind: 'too-large' })))
    worker.once('exit', () => end(failed({ kind: 'broken' })))
  })
}
