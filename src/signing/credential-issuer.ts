import type { KeyObject } from 'node:crypto'
import type { JsonDocument } from '../credentials/cryptosuites.ts'
import { certificateCredential, type StatusEntry } from '../credentials/credential.ts'
import { type DataIntegrityProof, secure, type Signer } from '../credentials/data-integrity.ts'
import { type DidDocument, didDocument, issuerDid } from '../credentials/did.ts'
import { bitsOf, encodeBits, statusListCredential, type StatusPurpose } from '../credentials/status-list.ts'
import { toVcJwt } from '../credentials/vc-jwt.ts'
import { signingKeyAt } from '../domain/signing-key.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { contentOf } from '../credentials/record.ts'
import { currentIssuer } from '../queries/accreditation.ts'
import { recordedOf } from './recorded.ts'
import { listPlace, setEntries } from './status-lists.ts'
import type { SigningKeys } from './signing-keys.ts'

const PURPOSES: readonly StatusPurpose[] = ['revocation', 'suspension']

type DatedSigner = Signer & { readonly from: string }

export type SignedDocument = Readonly<Record<string, unknown>> & {
  readonly proof: readonly DataIntegrityProof[]
}
/** `no-signing-key`: the issuer has none. `key-elsewhere`: this node does not hold its private half. */
export type NotSigned = 'unknown' | 'no-signing-key' | 'key-elsewhere'

/** Makes what an issuer says of itself and of its certificates, signed with its key of the day. */
export class CredentialIssuer {
  readonly base: string
  readonly #model: ReadModel
  readonly #keys: SigningKeys
  readonly #now: () => string

  /** `base`: the registry's public address, without a slash at its end; DIDs and credentials name it for ever. */
  constructor(options: {
    readonly base: string
    readonly model: ReadModel
    readonly keys: SigningKeys
    readonly now: () => string
  }) {
    this.base = options.base
    this.#model = options.model
    this.#keys = options.keys
    this.#now = options.now
  }

  /** An issuer's DID document, with every key it ever had; `undefined` for an unknown issuer. */
  didDocument(issuerId: string): DidDocument | undefined {
    const issuer = currentIssuer(this.#model, issuerId)
    if (issuer.status !== 'registered') return undefined
    return didDocument(issuerDid(this.base, issuerId), issuer.signingKeys ?? [])
  }

  /** A certificate as a credential with its proof set. */
  async credential(id: string): Promise<SignedDocument | NotSigned> {
    const made = this.#unsigned(id)
    if (typeof made === 'string') return made
    return secure(made.document, made.signer, this.#second())
  }

  /**
   * The same, dated by the version of the certificate (when it was recorded) or by the key that signs it, whichever is
   * later: the same bytes each time, for what is to be reproducible.
   */
  async versionedCredential(id: string, recordedAt: string): Promise<SignedDocument | NotSigned> {
    const made = this.#unsigned(id)
    if (typeof made === 'string') return made
    const { from } = made.signer
    return secure(made.document, made.signer, second(from > recordedAt ? from : recordedAt))
  }

  /** A certificate as a VC-JWT. */
  async credentialJwt(id: string): Promise<{ readonly jwt: string } | NotSigned> {
    const made = this.#unsigned(id)
    if (typeof made === 'string') return made
    return { jwt: await toVcJwt(made.document, made.signer, this.#second()) }
  }

  /** Signs a credential of the issuer's own making. Throws where it has no canonical form. */
  async sign(issuerId: string, credential: JsonDocument): Promise<SignedDocument | NotSigned> {
    const signer = this.#signer(issuerId)
    return typeof signer === 'string' ? signer : secure(credential, signer, this.#second())
  }

  /** An issuer's status list as it was known at an instant; `unknown` where there is no such list. */
  async statusList(
    place: { readonly issuerId: string; readonly list: number; readonly purpose: StatusPurpose },
    instant: string,
  ): Promise<SignedDocument | NotSigned> {
    const entries = setEntries(this.#model, place, instant)
    if (!entries) return 'unknown'
    const signer = this.#signer(place.issuerId)
    if (typeof signer === 'string') return signer
    const document = statusListCredential({
      url: this.#listUrl(place.issuerId, place.purpose, place.list),
      issuer: issuerDid(this.base, place.issuerId),
      purpose: place.purpose,
      encodedList: encodeBits(bitsOf(entries)),
      validFrom: instant,
    })
    return secure(document, signer, this.#second())
  }

  /** Both lists in which a certificate of the issuer stands, in the order in which its credential names them. */
  async listsOf(
    issuerId: string,
    id: string,
    instant: string,
  ): Promise<readonly SignedDocument[] | NotSigned> {
    const place = listPlace(this.#model, issuerId, id)
    if (!place) return 'unknown'
    const lists = await Promise.all(
      PURPOSES.map((purpose) => this.statusList({ issuerId, list: place.list, purpose }, instant)),
    )
    const failed = lists.find((list) => typeof list === 'string')
    return failed ?? lists.filter((list) => typeof list !== 'string')
  }

  #unsigned(id: string) {
    const recorded = recordedOf(this.#model, id, this.#now())
    if (!recorded) return 'unknown'
    const { content } = recorded.award
    const issuer = currentIssuer(this.#model, content.issuerId)
    const place = listPlace(this.#model, content.issuerId, id)
    if (issuer.status !== 'registered' || !place) return 'unknown'
    const signer = this.#signer(content.issuerId)
    if (typeof signer === 'string') return signer
    const document = certificateCredential(contentOf(recorded), {
      base: this.base,
      issuer: { did: issuerDid(this.base, content.issuerId), name: issuer.name },
      status: PURPOSES.map((purpose) => this.#entry(content.issuerId, purpose, place)),
    })
    return { document, signer }
  }

  #entry(
    issuerId: string,
    purpose: StatusPurpose,
    { list, index }: { readonly list: number; readonly index: number },
  ): StatusEntry {
    const url = this.#listUrl(issuerId, purpose, list)
    return {
      id: `${url}#${index}`,
      type: 'BitstringStatusListEntry',
      statusPurpose: purpose,
      statusListIndex: String(index),
      statusListCredential: url,
    }
  }

  #listUrl(issuerId: string, purpose: StatusPurpose, list: number): string {
    return `${this.base}/status/${issuerId}/${purpose}/${list}`
  }

  #signer(issuerId: string): DatedSigner | 'no-signing-key' | 'key-elsewhere' {
    const issuer = currentIssuer(this.#model, issuerId)
    const key =
      issuer.status === 'registered' ? signingKeyAt(issuer.signingKeys ?? [], this.#second()) : undefined
    if (!key) return 'no-signing-key'
    const privateKey: KeyObject | undefined = this.#keys.privateKey(issuerId, key)
    if (!privateKey) return 'key-elsewhere'
    return {
      privateKey,
      verificationMethod: `${issuerDid(this.base, issuerId)}#${key.keyId}`,
      from: key.from,
    }
  }

  #second(): string {
    return second(this.#now())
  }
}

/** An instant's second: a JWT tells no milliseconds. Rounded up, so that a key made in this second may sign in it. */
const second = (instant: string) => new Date(Math.ceil(Date.parse(instant) / 1_000) * 1_000).toISOString()
