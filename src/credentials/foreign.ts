import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { CREDENTIALS_V2 } from './contexts.ts'
import type { JsonDocument } from './cryptosuites.ts'
import { checkProofs, type ResolveKey } from './data-integrity.ts'
import { fromMultikey } from './multikey.ts'
import { checkVcJwt } from './vc-jwt.ts'

const texts = z.union([z.string(), z.array(z.string())])
const subject = z.record(z.string(), z.unknown()).refine((one) => Object.keys(one).length > 0)
const idOf = z.union([z.string(), z.looseObject({ id: z.string() })])

/** What every Verifiable Credential 2.0 has to be (Data Model 2.0, sections 4.3 to 4.10), by anybody. */
const shape = z.looseObject({
  '@context': z
    .array(z.unknown())
    .refine(
      ([first]) => first === CREDENTIALS_V2,
      'does not begin with the context of Verifiable Credentials 2.0',
    ),
  id: z.url().optional(),
  type: texts.refine(
    (types) => [types].flat().includes('VerifiableCredential'),
    'lacks VerifiableCredential',
  ),
  issuer: idOf.refine((issuer) => URL.canParse(typeof issuer === 'string' ? issuer : issuer.id), 'is no URL'),
  credentialSubject: z.union([subject, z.array(subject).min(1)]),
  validFrom: z.iso.datetime({ offset: true }).optional(),
  validUntil: z.iso.datetime({ offset: true }).optional(),
})

export type CredentialProblem = { readonly pointer: string; readonly detail: string }

/** What keeps a document from being a Verifiable Credential 2.0; empty where nothing does. */
export function problemsOf(document: JsonDocument): readonly CredentialProblem[] {
  const read = shape.safeParse(document)
  return (read.error?.issues ?? []).map(({ path, message }) => ({
    pointer: `/${path.join('/')}`,
    detail: message,
  }))
}

/** The issuer's ID. */
export function issuerOf(document: JsonDocument): string | undefined {
  const read = idOf.safeParse(document['issuer'])
  return read.success ? (typeof read.data === 'string' ? read.data : read.data.id) : undefined
}

const LISTS = ['BitstringStatusListCredential', 'BitstringStatusList']

/**
 * Whether a credential would pass for what the registry alone says: a certificate, a status list, or whatever has an
 * address of the registry. Signed with an issuer's key at somebody's wish, a false list would unsay a revocation.
 */
export function speaksForTheRegistry(document: JsonDocument, base: string): boolean {
  const { host } = new URL(base)
  const parts = [document, document['credentialSubject']].flat().filter((one) => isObject(one))
  return (
    'certificate' in document ||
    parts.some(
      ({ id, type }) => hostOf(id) === host || [type].flat().some((one) => LISTS.includes(String(one))),
    )
  )
}

const isObject = (value: unknown): value is JsonDocument => typeof value === 'object' && value !== null
const hostOf = (id: unknown) => (typeof id === 'string' && URL.canParse(id) ? new URL(id).host : undefined)

/** The key that a did:key URL is (did:key, section 3.1.3): the only method that needs nobody to be asked. */
export function didKey(method: string): KeyObject | undefined {
  const [, did, fragment] = /^did:key:(z[1-9A-HJ-NP-Za-km-z]+)#(z[1-9A-HJ-NP-Za-km-z]+)$/.exec(method) ?? []
  return did !== undefined && did === fragment ? fromMultikey(did) : undefined
}

/**
 * What speaks against a credential of whatever issuer, as codes; empty where nothing does and everything could be
 * checked. Its own register is out of reach here: a status that it names is `status-not-checked`, which is no yes.
 */
export async function faultsOf(
  presented: JsonDocument | string,
  resolve: ResolveKey,
  now: string,
): Promise<readonly string[]> {
  const faults: string[] = []
  let document: JsonDocument
  if (typeof presented === 'string') {
    const { ok, credential, problem, verificationMethod } = await checkVcJwt(presented, resolve)
    if (!ok || !credential) return [problem ?? 'bad-signature']
    document = credential
    if (!verificationMethod?.startsWith(`${issuerOf(document)}#`)) faults.push('key-of-another')
  } else {
    document = presented
    const results = await checkProofs(document, resolve)
    if (results.length === 0) return ['not-signed']
    for (const { ok, problem, proof } of results) {
      if (!ok) faults.push(problem ?? 'bad-signature')
      else if (!proof?.verificationMethod.startsWith(`${issuerOf(document)}#`)) faults.push('key-of-another')
    }
  }
  if (problemsOf(document).length > 0) faults.push('not-a-credential')
  const { validFrom, validUntil, credentialStatus } = document
  if (typeof validFrom === 'string' && Date.parse(validFrom) > Date.parse(now)) faults.push('not-yet-valid')
  if (typeof validUntil === 'string' && Date.parse(validUntil) < Date.parse(now)) faults.push('expired')
  if (credentialStatus !== undefined) faults.push('status-not-checked')
  return faults
}
