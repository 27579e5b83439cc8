import { parentPort, workerData } from 'node:worker_threads'
import { readCsv } from './csv.ts'
import { readWorkbookTable } from './workbook.ts'

/** What a thread is started with. */
export type TableFile = {
  readonly bytes: Uint8Array
  readonly isWorkbook: boolean
  readonly sheet?: string | undefined
}

const { bytes, isWorkbook, sheet } = workerData as TableFile
parentPort?.postMessage(isWorkbook ? await readWorkbookTable(bytes, sheet) : readCsv(bytes))
