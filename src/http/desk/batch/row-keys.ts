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
 * The key of a row follows from what it says and from the issuer's secret seed: the same row has the same key in
 * whatever table, order and hand, and nobody can guess a person's name open by it. Equal rows are told apart by count.
 */
export class RowKeys {
  readonly #issuerId: string
  readonly #issuer: RegisteredIssuer | undefined
  readonly #counts = new Map<string, number>()

  constructor(issuerId: string, issuer: RegisteredIssuer | undefined) {
    this.#issuerId = issuerId
    this.#issuer = issuer
  }

  of(input: object, { registry, asking }: Work): { readonly key: string; readonly id: string } {
    const seed = Buffer.from(this.#issuer?.idSeed ?? '', 'base64url')
    const plain: unknown = JSON.parse(JSON.stringify(input))
    const digest = createHmac('sha256', seed)
      .update(canonicalize(plain) ?? '')
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
