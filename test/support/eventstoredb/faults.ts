import { status } from '@grpc/grpc-js'
import { randomFrom } from '../random.ts'
import type { Endpoint } from './errors.ts'

/** The calls that a fault may meet. */
export type Method = 'append' | 'batch-append' | 'read' | 'subscribe' | 'delete' | 'tombstone'

/**
 * What goes wrong with one call.
 *
 * - `no-answer`: nothing more is said on this call. A subscription falls silent.
 * - `slow`: the answer comes `ms` later.
 * - `late-write`: an append is written `ms` later, whether or not its caller still waits. Nothing is stored before.
 * - `clean-end`: the call ends with status OK; an append without a response.
 * - `status`: the call ends with an error status.
 * - `rst-stream`: the HTTP/2 stream is reset, the connection lives on.
 * - `reset`: the TCP connection is reset, with every call on it.
 * - `not-leader`: refused, with the leader's address. `not-ready`: refused, as during an election. Nothing is stored.
 * - `freeze`: from now on the server accepts bytes and connections and says nothing, until it is thawed, by itself after `ms` if
 *   that is given.
 * - `restart`: the server is killed, and comes back on the same port `ms` later with all it had stored.
 *
 * `stored` says whether an append, a deletion or a tombstone takes place all the same; by default it does not.
 * `after` counts the answers of a read or a subscription that still pass.
 */
export type Fault = { readonly stored?: boolean; readonly after?: number } & (
  | { readonly kind: 'no-answer' | 'clean-end' | 'rst-stream' | 'reset' | 'not-ready' }
  | { readonly kind: 'freeze'; readonly ms?: number }
  | { readonly kind: 'slow' | 'late-write' | 'restart'; readonly ms: number }
  | { readonly kind: 'status'; readonly code: status }
  | { readonly kind: 'not-leader'; readonly leader: Endpoint }
)

export type RandomFaults = {
  /** Of each call of these methods. */
  readonly methods: readonly Method[]
  readonly probability: number
  readonly seed: number
  readonly faults: readonly Fault[]
}

/** A fault that met a call. */
export type Applied = { readonly method: Method; readonly fault: Fault }

type Planned = Applied & { readonly at: number }

/** The switches of the double: which call meets which fault, by its number or by chance. Off unless switched on. */
export class Faults {
  readonly #applied: Applied[] = []
  readonly #calls = new Map<Method, number>()
  #planned: Planned[] = []
  #chance: ((method: Method) => Fault | undefined) | undefined

  /** Faults that met a call so far, in order. */
  get applied(): readonly Applied[] {
    return this.#applied
  }

  /** The `nth` next call of a method (1 is the next one), and `times - 1` calls behind it, meet this fault. */
  plan(method: Method, fault: Fault, { nth = 1, times = 1 } = {}): void {
    const next = (this.#calls.get(method) ?? 0) + nth
    for (let offset = 0; offset < times; offset += 1) this.#planned.push({ method, fault, at: next + offset })
  }

  /** From now on calls meet one of these faults by chance; the seed repeats the sequence. Replaces an earlier chance. */
  random({ methods, probability, seed, faults }: RandomFaults): void {
    const random = randomFrom(seed)
    this.#chance = (method) => {
      if (!methods.includes(method) || random() >= probability) return undefined
      return faults[Math.floor(random() * faults.length)]
    }
  }

  /** No more faults. Those under way run their course. */
  clear(): void {
    this.#planned = []
    this.#chance = undefined
  }

  /** Counts a call and gives its fault. For the server only. */
  take(method: Method): Fault | undefined {
    const call = (this.#calls.get(method) ?? 0) + 1
    this.#calls.set(method, call)
    const planned = this.#planned.find(({ method: of, at }) => of === method && at === call)
    this.#planned = this.#planned.filter((other) => other !== planned)
    const fault = planned?.fault ?? this.#chance?.(method)
    if (fault !== undefined) this.#applied.push({ method, fault })
    return fault
  }
}
