import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

type Pair = { readonly outside: Socket; readonly inside: Socket }

/**
 * The TCP door of the double: callers knock here, the gRPC server sits behind it. So a connection can be reset, the
 * whole server can fall silent with its connections open, as a stopped process does, and the port outlives a restart.
 * TLS passes through untouched.
 */
export class Door {
  readonly #pairs = new Set<Pair>()
  #server: Server | undefined
  #inside = 0
  #frozen = false

  /** Opens the port (0 for any free one) towards the server at `inside`, and gives the port. */
  async open(port: number, inside: number): Promise<number> {
    this.#inside = inside
    const server = createServer((outside) => this.#enter(outside))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the door has no port')
    return address.port
  }

  /** Resets every connection and refuses new ones. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server === undefined ? resolve() : this.#server.close(() => resolve()),
    )
    for (const pair of this.#pairs) this.#drop(pair)
    this.#frozen = false
    await closed
  }

  /** From now on nothing passes, in or out; new connections are accepted and hear nothing. */
  freeze(): void {
    this.#frozen = true
    for (const { outside, inside } of this.#pairs) {
      outside.unpipe(inside)
      inside.unpipe(outside)
      outside.pause()
      inside.pause()
    }
  }

  /** What waited passes now. */
  thaw(): void {
    if (!this.#frozen) return
    this.#frozen = false
    for (const pair of this.#pairs) join(pair)
  }

  /** Resets the connection of a call, named as the server behind the door sees its peer (`127.0.0.1:port`). */
  cut(peer: string): void {
    const port = Number(peer.slice(peer.lastIndexOf(':') + 1))
    for (const pair of this.#pairs) if (pair.inside.localPort === port) this.#drop(pair)
  }

  #enter(outside: Socket): void {
    const inside = connect(this.#inside, '127.0.0.1')
    const pair = { outside, inside }
    this.#pairs.add(pair)
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      socket.setNoDelay(true)
      // A reset of either side is what this door is for: the other side hears of it the same way.
      socket.on('error', () => this.#drop(pair))
      socket.on('close', () => this.#leave(pair, other))
    }
    if (!this.#frozen) join(pair)
  }

  /** One side has ended: what is on its way to the other still arrives. */
  #leave(pair: Pair, other: Socket): void {
    if (this.#pairs.delete(pair)) other.destroySoon()
  }

  #drop(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return
    pair.outside.resetAndDestroy()
    pair.inside.destroy()
  }
}

function join({ outside, inside }: Pair): void {
  outside.pipe(inside)
  inside.pipe(outside)
}
