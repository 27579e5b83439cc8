import type { KeyObject } from 'node:crypto'
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose'
import { z } from 'zod'
import type { JsonDocument } from './cryptosuites.ts'
import type { ResolveKey, Signer } from './data-integrity.ts'

const header = z.looseObject({
  alg: z.literal('EdDSA'),
  typ: z.literal('vc+jwt'),
  kid: z.string(),
  /** Seconds since 1970: when it was signed. */
  iat: z.int().min(0).max(253_402_300_799),
})
const payload = z.looseObject({ issuer: z.union([z.string(), z.looseObject({ id: z.string() })]) })

export type JwtResult = {
  readonly ok: boolean
  readonly credential?: JsonDocument
  readonly verificationMethod?: string
  readonly created?: string
  readonly problem?: 'malformed-jwt' | 'unknown-key' | 'bad-signature'
}

/**
 * The credential secured as a JWT (W3C «Securing Verifiable Credentials using JOSE and COSE», section 3.1.1): the claims
 * are the credential itself. When it was signed and by which key stand in the header, where the signature covers them too.
 */
export function toVcJwt(credential: JsonDocument, signer: Signer, created: string): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(credential)))
    .setProtectedHeader({
      alg: 'EdDSA',
      typ: 'vc+jwt',
      cty: 'vc',
      kid: signer.verificationMethod,
      iat: Math.floor(Date.parse(created) / 1_000),
    })
    .sign(signer.privateKey)
}

/** Checks the signature of a VC-JWT; whether the credential's issuer owns the key is the caller's question. Never throws. */
export async function checkVcJwt(jwt: string, resolve: ResolveKey): Promise<JwtResult> {
  const read = header.safeParse(headerOf(jwt))
  if (!read.success) return { ok: false, problem: 'malformed-jwt' }
  const { kid: verificationMethod, iat } = read.data
  const created = new Date(iat * 1_000).toISOString()
  const key: KeyObject | undefined = resolve(verificationMethod, created)
  if (!key) return { ok: false, verificationMethod, created, problem: 'unknown-key' }
  try {
    const verified = await compactVerify(jwt, key, { algorithms: ['EdDSA'] })
    const credential = payload.parse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(verified.payload)),
    )
    return { ok: true, credential, verificationMethod, created }
  } catch {
    return { ok: false, verificationMethod, created, problem: 'bad-signature' }
  }
}

function headerOf(jwt: string): unknown {
  try {
    return decodeProtectedHeader(jwt)
  } catch {
    return undefined
  }
}
