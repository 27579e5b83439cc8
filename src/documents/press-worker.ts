import { parentPort } from 'node:worker_threads'
import { certificatePdf } from './certificate-pdf.ts'
import type { Paper } from './paper.ts'

/** The thread that draws papers, one after the other: a long one takes a second, which the server must not wait for. */
export type Order = { readonly number: number; readonly paper: Paper }
export type Delivery =
  | { readonly number: number; readonly pdf: Uint8Array }
  | { readonly number: number; readonly fault: string }

parentPort?.on('message', ({ number, paper }: Order) => {
  certificatePdf(paper).then(
    (pdf) => parentPort?.postMessage({ number, pdf } satisfies Delivery),
    (error: unknown) => parentPort?.postMessage({ number, fault: String(error) } satisfies Delivery),
  )
})
