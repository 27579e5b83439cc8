import type { Metadata } from '@grpc/grpc-js'
import type { Door } from './door.ts'
import { accessDenied, notLeader, unauthenticated } from './errors.ts'
import type { Endpoint } from './errors.ts'
import type { Faults } from './faults.ts'
import type { Store } from './store.ts'

/** Who may come in over TLS. `$all` is for admins alone, as on a real node. */
export type User = { readonly name: string; readonly password: string; readonly admin: boolean }

/** What every handler of the double works with. */
export type Context = {
  readonly store: Store
  readonly faults: Faults
  readonly door: Door
  /** None means insecure: nobody is asked who he is. */
  readonly users: readonly User[] | undefined
  readonly maxAppendBytes: number
  /** How long a dropped write waits for its `timeout`. */
  readonly writeTimeoutMs: number
  /** The node that leads, where this one doesn't. */
  readonly leader: () => Endpoint | undefined
  readonly restart: (downMs: number) => Promise<void>
}

/** Refuses a caller without the right; says nothing where all is well. Throws what the call ends with. */
export function authorize({ users }: Context, metadata: Metadata, needs: 'user' | 'admin'): void {
  if (users === undefined) return
  const [header] = metadata.get('authorization')
  if (header === undefined) throw accessDenied()
  const [name, password] = Buffer.from(String(header).replace(/^Basic /, ''), 'base64')
    .toString('utf8')
    .split(':')
  const user = users.find((one) => one.name === name && one.password === password)
  if (user === undefined) throw unauthenticated()
  if (needs === 'admin' && !user.admin) throw accessDenied()
}

/** Sends a caller who insists on the leader to it, where this node isn't the one. */
export function requireLeader({ leader }: Context, metadata: Metadata): void {
  const other = leader()
  if (other !== undefined && metadata.get('requires-leader').length > 0) throw notLeader(other)
}
