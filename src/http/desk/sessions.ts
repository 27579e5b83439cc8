import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** Someone who signed in with an access key, or was named one by a provider. */
export type DeskSession = {
  readonly keyId: string
  /** Stands in every form: a page of somebody else can't know it. */
  readonly csrf: string
  /** Signed in by OpenID Connect. */
  readonly byProvider: boolean
}

const HOURS_8 = 8 * 3_600_000
const MOST = 10_000

/** Who is signed in at this node: in memory alone, so a restart signs everybody out. The key itself is not kept. */
export class DeskSessions {
  readonly #sessions = new LRUCache<string, DeskSession>({ max: MOST, ttl: HOURS_8 })

  /** Opens a session and answers its secret, for a cookie. */
  open(keyId: string, byProvider = false): string {
    const secret = randomBytes(32).toString('base64url')
    this.#sessions.set(secret, { keyId, csrf: randomBytes(32).toString('base64url'), byProvider })
    return secret
  }

  find(secret: string | undefined): DeskSession | undefined {
    return secret === undefined ? undefined : this.#sessions.get(secret)
  }

  close(secret: string | undefined): void {
    if (secret !== undefined) this.#sessions.delete(secret)
  }
}
