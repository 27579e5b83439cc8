import { createHmac } from 'node:crypto'
import canonicalize from 'canonicalize'
import { certificateIdOf } from '../../../commands/issue-award.ts'
import type { RegisteredIssuer } from '../../../domain/issuer.ts'
import type { Registry } from '../../../registry.ts'
import type { Asking } from '../record.ts'

type Work = { readonly registry: Registry; readonly asking: Asking }

/** Whose the keys of a batch's rows are: the issuer's, whoever of its people sends them. */
export const holderOf = (issuerId: string) => `${issuerId}/batch`

/**
 * The key of a row follows from what it says, so the same row has the same key in whatever table, order and hand; equal
 * rows are told apart by count. What it says may be a person's name, and the log holds what follows from the key: so it
 * is an HMAC under a secret of the personal store, and who has the log alone can't try names, after an erasure neither.
 */
export class RowKeys {
  readonly #issuerId: string
  readonly #issuer: RegisteredIssuer | undefined
  readonly #secret: Buffer
  readonly #counts = new Map<string, number>()

  private constructor(issuerId: string, issuer: RegisteredIssuer | undefined, secret: Buffer) {
    this.#issuerId = issuerId
    this.#issuer = issuer
    this.#secret = secret
  }

  /** The keys of one table. Rejects `PersonalStoreUnavailableError`. */
  static async open(
    { deps, personal }: Registry,
    issuerId: string,
    issuer: RegisteredIssuer | undefined,
  ): Promise<RowKeys> {
    const proposed = Buffer.from(deps.randomBytes(32)).toString('base64url')
    const secret = await personal.secret('batch-rows', proposed)
    return new RowKeys(issuerId, issuer, Buffer.from(secret, 'base64url'))
  }

  /** The key of the next row of a table, and the ID of the certificate that it becomes, or became. */
  of(input: object, { registry, asking }: Work): { readonly key: string; readonly id: string } {
    const said: unknown = JSON.parse(JSON.stringify([this.#issuerId, input]))
    const digest = createHmac('sha256', this.#secret)
      .update(canonicalize(said) ?? '')
      .digest('base64url')
    const count = (this.#counts.get(digest) ?? 0) + 1
    this.#counts.set(digest, count)
    const key = `batch:${digest}:${count}`
    if (!this.#issuer) return { key, id: '' }
    const { actor, requestId } = asking
    const request = {
      actor,
      correlationId: requestId,
      idempotencyKey: key,
      keyHolder: holderOf(this.#issuerId),
    }
    return { key, id: certificateIdOf(registry.deps, this.#issuer, request) }
  }
}
