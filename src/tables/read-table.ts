import { Worker } from 'node:worker_threads'
import type { TableFile } from './table-worker.ts'
import { failed, type TableRead } from './table.ts'

const MOST_MS = 20_000
const MOST_HEAP_MB = 384

/**
 * Reads a file of separated values or a workbook (.xlsx) as a table: by what is in it, whatever its name. In a thread
 * with bounded memory and time, which ends with it: a file that takes too much is a problem told, not a server that hangs.
 */
export function readTable(bytes: Uint8Array): Promise<TableRead> {
  if (bytes.length === 0) return Promise.resolve(failed({ kind: 'empty' }))
  if (begins(bytes, [0xd0, 0xcf, 0x11, 0xe0])) return Promise.resolve(failed({ kind: 'old-workbook' }))
  if (begins(bytes, [0x25, 0x50, 0x44, 0x46])) return Promise.resolve(failed({ kind: 'no-table' }))
  return inThread({ bytes, isWorkbook: begins(bytes, [0x50, 0x4b, 0x03, 0x04]) })
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
