import { randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { PersonalStore, SecretName, StoredOpening } from './personal-store.ts'

/** The stores hold different openings. What the source holds was copied; nothing was removed from the target. */
export class StoresDifferError extends Error {
  override readonly name = 'StoresDifferError'
}

const SECRETS: readonly SecretName[] = ['batch-rows']
const PAGE = 500
/** Behind every instant that a store can have noted. */
const ALWAYS = '9999-12-31T23:59:59.999Z'

/**
 * Copies secrets, and every opening with the instant at which it was stored, then reads both stores side by side. Safe to repeat.
 * `onProgress` is told how many have been copied. Throws `StoresDifferError` where the target holds what the source
 * does not (forgotten there since an earlier copy, perhaps) or another secret, and what either store throws.
 */
export async function copyOpenings(
  from: PersonalStore,
  to: PersonalStore,
  onProgress: (copied: number) => void = () => {},
): Promise<number> {
  for (const name of SECRETS) await copySecret(from, to, name)
  let copied = 0
  for await (const page of pagesOf(from)) {
    for (const [storedAt, openings] of Map.groupBy(page, (opening) => opening.storedAt))
      await to.put(
        openings.map(({ storedAt: _at, ...opening }) => opening),
        storedAt,
      )
    copied += page.length
    onProgress(copied)
  }
  await mustBeEqual(from, to)
  return copied
}

async function copySecret(from: PersonalStore, to: PersonalStore, name: SecretName): Promise<void> {
  const secret = await from.secret(name, randomBytes(32).toString('base64url'))
  if ((await to.secret(name, secret)) !== secret)
    throw new StoresDifferError(
      `the target has another secret '${name}': it has worked before; copy into an empty store`,
    )
}

async function mustBeEqual(from: PersonalStore, to: PersonalStore): Promise<void> {
  const source = openingsOf(from)
  for await (const held of openingsOf(to)) {
    const { value: opening } = await source.next()
    if (canonicalize(opening) !== canonicalize(held))
      throw new StoresDifferError(
        `the target holds the opening of ${held.commitment}, which the source has not or has otherwise: ` +
          'it may have been forgotten there since an earlier copy; copy into an empty store',
      )
  }
  if (!(await source.next()).done)
    throw new StoresDifferError('the source was written to while it was copied; copy again')
}

async function* openingsOf(store: PersonalStore): AsyncGenerator<StoredOpening, undefined> {
  for await (const page of pagesOf(store)) yield* page
}

async function* pagesOf(store: PersonalStore): AsyncGenerator<readonly StoredOpening[]> {
  for (let afterCommitment: string | undefined; ; ) {
    const page = await store.list({
      storedBefore: ALWAYS,
      limit: PAGE,
      ...(afterCommitment !== undefined && { afterCommitment }),
    })
    if (page.length === 0) return
    yield page
    afterCommitment = page.at(-1)?.commitment
  }
}
