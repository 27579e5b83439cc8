import type { PersonFields, PersonRef } from '../domain/person.ts'

export type { PersonFields, PersonRef }

/** What opens a commitment. */
export type Opening = PersonRef & {
  /** 32 random bytes, base64url. */
  readonly salt: string
  readonly fields: PersonFields
}

export type StoredOpening = Opening & { readonly storedAt: string }

/** What a secret of the store is for: `batch-rows` tells rows of tables apart whose keys stand in the log. */
export type SecretName = 'batch-rows'

/** The store can't be reached: answers go out without personal fields and say so. */
export class PersonalStoreUnavailableError extends Error {
  override readonly name = 'PersonalStoreUnavailableError'
}

/**
 * Holds the openings: the only place of personal data, and the only thing in the registry that forgets. Beside them it
 * keeps secrets, by which what was made of a person's name can't be found again from the log alone.
 *
 * - **Durability**: what `put` resolved survives kill -9. An opening is put before its event is appended.
 * - **Forgetting**: once `forgetPerson` or `remove` resolved, no byte of what they removed is in any file of the store
 *   that this adapter can reach (docs/operators says what an adapter cannot reach, and the cure).
 * - **Repeats**: putting the same opening again changes nothing; forgetting an unknown person is no error.
 * - **Concurrency**: safe from many callers and several processes.
 */
export interface PersonalStore {
  /** Stores openings, all or none. `storedAt` is the registry's clock (RFC 3339, UTC). */
  put(openings: readonly Opening[], storedAt: string): Promise<void>

  /** The openings of these commitments, in no set order; an unknown or forgotten one is left out. At most 1,000 a call. */
  get(commitments: readonly string[]): Promise<readonly StoredOpening[]>

  /** Removes every opening of a person. Answers how many there were. */
  forgetPerson(personId: string): Promise<number>

  /** Removes these openings (what no event names). Answers how many there were. */
  remove(commitments: readonly string[]): Promise<number>

  /**
   * Openings stored before an instant, in order of commitment, behind `afterCommitment`, at most `limit`: the sweeper
   * asks which of them an event names and removes the others.
   */
  list(query: {
    readonly storedBefore: string
    readonly afterCommitment?: string
    readonly limit: number
  }): Promise<readonly StoredOpening[]>

  /**
   * The secret of this name: `proposed` (32 random bytes, base64url) where the store held none, and what it held where
   * it did, the same to everybody and for ever. Resolves once it is durable.
   */
  secret(name: SecretName, proposed: string): Promise<string>

  close(): Promise<void>
}
