import { parentPort, workerData } from 'node:worker_threads'
import { readCsv } from './csv.ts'
import { readWorkbookTable } from './workbook.ts'

/** What a thread is started with. */
export type TableFile = { readonly bytes: Uint8Array; readonly isWorkbook: boolean }

const { bytes, isWorkbook } = workerData as TableFile
parentPort?.postMessage(isWorkbook ? await readWorkbookTable(bytes) : readCsv(bytes))
