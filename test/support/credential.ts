import { generateKeyPairSync } from 'node:crypto'
import { certificateCredential, type CredentialContent } from '../../src/credentials/credential.ts'
import { issuerDid } from '../../src/credentials/did.ts'
import { content, person } from './deciders.ts'

export const BASE = 'https://registry.example'
export const DID = issuerDid(BASE, 'interstate-council')
export const CREATED = '2024-11-08T00:00:00Z'

/** Everything that a certificate can say. */
export const rich: CredentialContent = {
  ...content,
  id: '0410-6105-0R3G-G28A-2',
  title: { ky: 'Статус үчүн сертификат', en: 'Certificate of status', 'sr-Latn': 'Sertifikat' },
  citation: { ky: 'Мыкты кызматы үчүн' },
  functions: [{ name: { en: 'Coordinator' }, from: '2024-11-07', until: '2025-11-06' }],
  basis: { sessionId: 'session-34', agendaItem: 3, decisionNumber: '7', protocolNumber: '34' },
  serialNumber: '№ 12',
  validFrom: '2024-11-08',
  validUntil: '2025-11-07',
  prolongations: [{ until: '2026-11-07' }],
  acceptance: { person, acceptedOn: '2024-11-08', place: { ky: 'Бишкек' } },
}

export const setting = {
  base: BASE,
  issuer: { did: DID, name: { en: 'Interstate Council' } },
  status: (['revocation', 'suspension'] as const).map((statusPurpose) => ({
    id: `${BASE}/status/interstate-council/${statusPurpose}/0#77`,
    type: 'BitstringStatusListEntry' as const,
    statusPurpose,
    statusListIndex: '77',
    statusListCredential: `${BASE}/status/interstate-council/${statusPurpose}/0`,
  })),
}

export const richCredential = certificateCredential(rich, setting)

/** A signer with a key of its own, and what finds that key alone. */
export function newSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const verificationMethod = `${DID}#k1`
  const resolve = (method: string) => (method === verificationMethod ? publicKey : undefined)
  return { signer: { privateKey, verificationMethod }, publicKey, resolve }
}
