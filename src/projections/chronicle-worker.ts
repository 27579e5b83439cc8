import { parentPort } from 'node:worker_threads'
import {
  ChronicleBook,
  type ChronicleEntry,
  type ChronicleQuestion,
  type RegisterThen,
} from './chronicle-book.ts'

/** The thread that folds the history and is asked about it: neither may hold up the server. */
export type ChronicleOrder = { readonly number: number } & (
  | { readonly entries: readonly ChronicleEntry[] }
  | { readonly question: ChronicleQuestion }
)
export type ChronicleReply = { readonly number: number } & (
  | { readonly answer?: RegisterThen }
  | { readonly fault: string }
)

const book = new ChronicleBook()

function done(order: ChronicleOrder): RegisterThen | undefined {
  if ('question' in order) return book.answer(order.question)
  book.write(order.entries)
  return undefined
}

parentPort?.on('message', (order: ChronicleOrder) => {
  const { number } = order
  try {
    const answer = done(order)
    parentPort?.postMessage({ number, ...(answer && { answer }) } satisfies ChronicleReply)
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    parentPort?.postMessage({ number, fault } satisfies ChronicleReply)
  }
})
