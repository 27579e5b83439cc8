import { setTimeout as pause } from 'node:timers/promises'
import type { Server } from '@grpc/grpc-js'
import { selfSigned } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import type { Context, User } from './context.ts'
import { Door } from './door.ts'
import type { Endpoint } from './errors.ts'
import { Faults } from './faults.ts'
import type { Member } from './node-info.ts'
import { startServer } from './server.ts'
import { Store } from './store.ts'
import type { StoreOptions } from './store.ts'
import { systemEvent } from './stored-event.ts'

/** The users of a double with TLS, as on a new node. */
export const USERS: readonly User[] = [
  { name: 'admin', password: 'changeit', admin: true },
  { name: 'reader', password: 'changeit', admin: false },
]

export type DoubleOptions = StoreOptions & {
  /** TLS with a certificate of its own, and passwords. Without it the double is insecure, as with `--insecure`. */
  readonly tls?: boolean
  /** The port; any free one by default. */
  readonly port?: number
  /** HTTP/2 streams at once on a connection; a real node has 100. Those beyond it wait without an error. */
  readonly maxConcurrentStreams?: number
  readonly maxAppendBytes?: number
  /** After how long a dropped repeat is told `timeout`; a real node takes 2 s. */
  readonly writeTimeoutMs?: number
  /** Whether the server says that it knows BatchAppend. */
  readonly batchAppend?: boolean
  /** A store to share with other doubles: nodes of one cluster. */
  readonly store?: Store
  /** The leader, where it is another node: callers who insist on the leader are sent there. */
  readonly leader?: () => Endpoint | undefined
  /** What gossip tells; by default this node alone, leading. */
  readonly members?: () => readonly Member[]
}

/** One event as the oracle knows it: committed, in the order of the log. */
export type HeldEvent = {
  readonly stream: string
  readonly id: string
  readonly type: string
  readonly revision: bigint
  readonly position: bigint
  readonly data: string
  readonly metadata: string
}

/** A running double. */
export type Double = {
  /** What the client connects with; the password of `admin` is in it where there is TLS. */
  readonly url: string
  readonly port: number
  readonly store: Store
  /** The authority file of a double with TLS. */
  readonly caFile: string | undefined
  readonly faults: Faults
  /** The truth: what is stored, without the server's own events. */
  events(): readonly HeldEvent[]
  /** Writes events of the server's own, as a real node does all the time: they move positions and checkpoints. */
  writeSystemEvents(count: number): Promise<void>
  /** Kills the server (connections are reset) and starts it on the same port, with what it held, `downMs` later. */
  restart(downMs?: number): Promise<void>
  /** Accepts bytes and connections and says nothing, as a stopped process. */
  freeze(): void
  thaw(): void
  /** Ends the server and its port at once. A second call does nothing. */
  stop(): Promise<void>
}

/** Starts a wire double of EventStoreDB 24.6 on 127.0.0.1. */
export async function startDouble(options: DoubleOptions = {}): Promise<Double> {
  const node = new Node(options)
  await node.start(options.port ?? 0)
  await node.writeSystemEvents(3)
  return node
}

class Node implements Double {
  readonly store: Store
  readonly faults = new Faults()
  readonly #options: DoubleOptions
  readonly #certificate: Certificate | undefined
  readonly #door = new Door()
  #server: Server | undefined
  #port = 0
  #stopped = false
  #restarting: Promise<void> | undefined

  constructor(options: DoubleOptions) {
    this.#options = options
    this.store = options.store ?? new Store(options)
    this.#certificate = options.tls === true ? selfSigned() : undefined
  }

  get port(): number {
    return this.#port
  }

  get caFile(): string | undefined {
    return this.#certificate?.caFile
  }

  get url(): string {
    if (this.#certificate === undefined) return `esdb://127.0.0.1:${this.#port}?tls=false`
    const file = encodeURIComponent(this.#certificate.caFile)
    return `esdb://admin:changeit@localhost:${this.#port}?tls=true&tlsCAFile=${file}`
  }

  async start(port: number): Promise<void> {
    const { maxConcurrentStreams = 100, batchAppend = true } = this.#options
    const alone = () => [{ host: '127.0.0.1', port: this.#port, leads: true, alive: true }]
    const members = this.#options.members ?? alone
    const options = { certificate: this.#certificate, maxConcurrentStreams, batchAppend, members }
    const started = await startServer(this.#context(), options)
    this.#server = started.server
    this.#port = await this.#door.open(port, started.port)
  }

  events(): readonly HeldEvent[] {
    return this.store.log
      .slice(0, this.store.visible)
      .filter(({ stream }) => !stream.startsWith('$'))
      .map(({ stream, id, type, revision, position, data, metadata }) => ({
        stream,
        id,
        type,
        revision: BigInt(revision),
        position: BigInt(position),
        data: Buffer.from(data).toString('utf8'),
        metadata: Buffer.from(metadata).toString('utf8'),
      }))
  }

  async writeSystemEvents(count: number): Promise<void> {
    const events = Array.from({ length: count }, () => systemEvent('$statsCollected', '{"proc-cpu":1}'))
    await this.store.append('$stats-127.0.0.1:2113', 'any', events)
  }

  async restart(downMs = 0): Promise<void> {
    // A second restart during the first has nothing left to kill: it waits for the same server.
    this.#restarting ??= this.#restart(downMs).finally(() => {
      this.#restarting = undefined
    })
    await this.#restarting
  }

  freeze(): void {
    this.#door.freeze()
  }

  thaw(): void {
    this.#door.thaw()
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    await this.#restarting
    await this.#kill()
    this.#certificate?.remove()
  }

  async #restart(downMs: number): Promise<void> {
    await this.#kill()
    this.store.restart()
    await pause(downMs)
    if (!this.#stopped) await this.start(this.#port)
  }

  async #kill(): Promise<void> {
    await this.#door.close()
    this.#server?.forceShutdown()
  }

  #context(): Context {
    return {
      store: this.store,
      faults: this.faults,
      door: this.#door,
      users: this.#certificate === undefined ? undefined : USERS,
      maxAppendBytes: this.#options.maxAppendBytes ?? 1024 * 1024,
      writeTimeoutMs: this.#options.writeTimeoutMs ?? 2000,
      leader: this.#options.leader ?? (() => undefined),
      restart: async (downMs) => await this.restart(downMs),
    }
  }
}
