import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { readCertificateId } from '../domain/certificate-id.ts'
import { maySignAt, type RecordedSigningKey } from '../domain/signing-key.ts'
import type { JsonDocument } from './cryptosuites.ts'
import { checkProofs } from './data-integrity.ts'
import { issuerDid } from './did.ts'
import { fromMultikey } from './multikey.ts'
import type { Recorded } from './record.ts'
import { no, type StepResult, unchecked, yes } from './steps.ts'
import { checkVcJwt } from './vc-jwt.ts'

const statusEntry = z.strictObject({
  id: z.string(),
  type: z.literal('BitstringStatusListEntry'),
  statusPurpose: z.enum(['revocation', 'suspension']),
  statusListIndex: z.string().regex(/^(?:0|[1-9][0-9]{0,9})$/),
  statusListCredential: z.string(),
})
const shape = z.looseObject({
  id: z.string().max(2_000),
  issuer: z.looseObject({ id: z.string(), name: z.string() }),
  certificate: z.looseObject({ certificateId: z.string() }),
  credentialStatus: z.array(statusEntry).max(4),
})

/** Clocks differ, and a signature's time is rounded up to the second. */
const SKEW_MS = 60_000

/** A presented credential as far as its form goes: nothing of it has been checked. */
export type ReadCredential = {
  readonly document: JsonDocument
  readonly base: string
  readonly certificateId: string
  readonly issuer: { readonly id: string; readonly name: string }
  readonly status: readonly z.infer<typeof statusEntry>[]
}

/** Reads a credential of a registry; `undefined` for anything else. */
export function readCredential(document: JsonDocument): ReadCredential | undefined {
  const read = shape.safeParse(document)
  if (!read.success) return undefined
  const { id, issuer, certificate, credentialStatus } = read.data
  const reading = readCertificateId(certificate.certificateId)
  if (!reading.ok || reading.id !== certificate.certificateId) return undefined
  const tail = `/api/v1/certificates/${reading.id}/credential`
  const base = id.slice(0, -tail.length)
  if (!id.endsWith(tail) || !isBase(base)) return undefined
  return { document, base, certificateId: reading.id, issuer, status: credentialStatus }
}

/** Of the ways to write an address only the plainest: a DID leaves out what a query, a fragment or a name in it adds. */
function isBase(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, host, pathname } = new URL(text)
  return /^https?:$/.test(protocol) && text === `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

/** The credential that a VC-JWT carries, its signature unchecked; `undefined` where it carries none. */
export function credentialOfJwt(jwt: string): JsonDocument | undefined {
  const [header, payload, signature, ...more] = jwt.split('.')
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
    return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(payload, 'base64url'))
    const read = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

type Signed = { readonly key: RecordedSigningKey | undefined; readonly created: string }

/** The issuer's recorded key that a verification method names. */
function keyNamed({ base, issuer }: ReadCredential, { award, issuer: recorded }: Recorded, method: string) {
  const did = issuerDid(base, award.content.issuerId)
  if (did !== issuer.id || !method.startsWith(`${did}#`)) return undefined
  return recorded.signingKeys?.find(({ keyId }) => method === `${did}#${keyId}`)
}

/** Whether each proof, or the JWT, was made with a key that the issuer has on record. When it may sign is the next question. */
export async function checkSignatures(
  credential: ReadCredential,
  jwt: string | undefined,
  recorded: Recorded,
): Promise<StepResult> {
  const resolve = (method: string): KeyObject | undefined => {
    const key = keyNamed(credential, recorded, method)
    return key && fromMultikey(key.publicKeyMultibase)
  }
  if (jwt !== undefined) {
    const { ok, problem, verificationMethod } = await checkVcJwt(jwt, resolve)
    return ok ? yes('signature', { verificationMethod }) : no('signature', problem ?? 'bad-signature')
  }
  const results = await checkProofs(credential.document, resolve)
  if (results.length === 0) return no('signature', 'not-signed')
  const bad = results.find(({ ok }) => !ok)
  const details = { proofs: results.map(({ proof, problem }) => ({ suite: proof?.cryptosuite, problem })) }
  return bad ? no('signature', bad.problem ?? 'bad-signature', details) : yes('signature', details)
}

/**
 * Whether the keys might sign when they did. A key that was compromised later leaves even what it signed before
 * unconfirmed: whoever has the key can write any date.
 */
export function checkIssuerKeys(
  credential: ReadCredential,
  jwt: string | undefined,
  recorded: Recorded,
  now: string,
): StepResult {
  const signed = jwt === undefined ? signedBy(credential, recorded) : signedJwt(credential, jwt, recorded)
  if (signed.length === 0) return no('issuer-key', 'not-signed')
  for (const { key, created } of signed) {
    const at = Date.parse(created)
    if (!key || Number.isNaN(at)) return no('issuer-key', 'unknown-key')
    const details = { keyId: key.keyId, created }
    const instant = new Date(at).toISOString()
    if (at > Date.parse(now) + SKEW_MS) return no('issuer-key', 'signed-in-the-future', details)
    if (!maySignAt(key, instant))
      return no('issuer-key', key.compromised ? 'key-compromised' : 'key-not-in-use-then', details)
    if (key.compromised) return unchecked('issuer-key', 'key-compromised-later', details)
  }
  return yes('issuer-key', { keys: signed.map(({ key }) => key?.keyId) })
}

function signedBy(credential: ReadCredential, recorded: Recorded): readonly Signed[] {
  const { proof } = credential.document
  const proofs = z
    .array(z.looseObject({ verificationMethod: z.string(), created: z.string() }))
    .max(10)
    .safeParse(Array.isArray(proof) ? proof : [proof])
  return (proofs.data ?? []).map(({ verificationMethod, created }) => ({
    key: keyNamed(credential, recorded, verificationMethod),
    created,
  }))
}

function signedJwt(credential: ReadCredential, jwt: string, recorded: Recorded): readonly Signed[] {
  try {
    const header = JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as unknown
    const { kid, iat } = z.looseObject({ kid: z.string(), iat: z.number() }).parse(header)
    return [{ key: keyNamed(credential, recorded, kid), created: new Date(iat * 1_000).toISOString() }]
  } catch {
    return []
  }
}
