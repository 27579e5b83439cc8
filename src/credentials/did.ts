import type { RecordedSigningKey } from '../domain/signing-key.ts'

/** The DID of an issuer under the registry's public address (did:web): its document lies at `<base>/issuers/<id>/did.json`. */
export function issuerDid(base: string, issuerId: string): string {
  const { host, pathname } = new URL(base)
  const folders = pathname.split('/').filter((part) => part !== '')
  return ['did:web', host.replace(':', '%3A'), ...folders, 'issuers', issuerId].join(':')
}

/** The issuer whose DID this is; `undefined` for another registry's, or where it is none. */
export function issuerOfDid(base: string, did: string): string | undefined {
  const id = did.slice(did.lastIndexOf(':') + 1)
  return id !== '' && issuerDid(base, id) === did ? id : undefined
}

/** A verification method of a DID document, as Controlled Identifiers 1.0 has it. */
export type VerificationMethod = {
  readonly id: string
  readonly type: 'Multikey'
  readonly controller: string
  readonly publicKeyMultibase: string
  /** From when on it no longer signs; what it signed before holds. */
  readonly expires?: string
  /** From when on it was in other hands; nothing that it signed since holds. */
  readonly revoked?: string
}
export type DidDocument = {
  readonly '@context': readonly string[]
  readonly id: string
  readonly verificationMethod: readonly VerificationMethod[]
  readonly assertionMethod: readonly string[]
}

/**
 * The DID document with every key that the issuer ever had: a retired key stays an assertion method, so that old
 * credentials verify; a compromised one does not, since its signatures can be dated back at will.
 */
export function didDocument(did: string, keys: readonly RecordedSigningKey[]): DidDocument {
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: keys.map(({ keyId, publicKeyMultibase, retired, compromised }) => ({
      id: `${did}#${keyId}`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase,
      ...(retired && { expires: retired.until }),
      ...(compromised && { revoked: compromised.since }),
    })),
    assertionMethod: keys.filter(({ compromised }) => !compromised).map(({ keyId }) => `${did}#${keyId}`),
  }
}
