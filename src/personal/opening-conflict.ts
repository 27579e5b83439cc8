/** A put under a commitment that is stored with another person, salt or fields. Nothing of that put was stored. */
export class OpeningConflictError extends Error {
  override readonly name = 'OpeningConflictError'
  readonly code = 'opening-conflict'
  readonly commitment: string
  constructor(commitment: string) {
    super(`the commitment ${commitment} is stored with another opening`)
    this.commitment = commitment
  }
}
