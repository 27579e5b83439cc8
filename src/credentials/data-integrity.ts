import { type KeyObject, sign, verify } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type Cryptosuite, hashData, type JsonDocument, type ProofOptions } from './cryptosuites.ts'
import { fromBase58, toBase58 } from './multibase.ts'

const instant = z.iso.datetime({ offset: true })

/** The proofs that are read here. Strict: what it does not know it does not vouch for. */
const proofShape = z.strictObject({
  '@context': z.unknown().optional(),
  id: z.string().optional(),
  type: z.literal('DataIntegrityProof'),
  cryptosuite: z.enum(['eddsa-rdfc-2022', 'eddsa-jcs-2022']),
  created: instant,
  verificationMethod: z.string(),
  proofPurpose: z.literal('assertionMethod'),
  proofValue: z.string(),
})
export type DataIntegrityProof = ProofOptions & { readonly id?: string; readonly proofValue: string }
export type Signer = {
  readonly privateKey: KeyObject
  /** The DID URL of its public key. */
  readonly verificationMethod: string
}
/** What checking one proof came to. `problem` is a stable code. */
export type ProofResult = {
  readonly proof?: DataIntegrityProof
  readonly ok: boolean
  readonly problem?:
    | 'malformed-proof'
    | 'unknown-key'
    | 'context-differs'
    | 'cannot-canonicalize'
    | 'bad-signature'
}
/** Finds the public key that a proof names, where it may sign at `created`. */
export type ResolveKey = (verificationMethod: string, created: string) => KeyObject | undefined

/** Both suites, in this order: mainstream verifiers read the first. */
export const SUITES: readonly Cryptosuite[] = ['eddsa-rdfc-2022', 'eddsa-jcs-2022']

/** One proof of a document (Data Integrity 1.0, section 4.2). `created` is RFC 3339. Throws where it has no canonical form. */
export async function proofOf(
  document: JsonDocument,
  { privateKey, verificationMethod }: Signer,
  { cryptosuite, created }: { readonly cryptosuite: Cryptosuite; readonly created: string },
): Promise<DataIntegrityProof> {
  const { proof: _, ...unsecured } = document
  const options: ProofOptions = {
    ...(cryptosuite === 'eddsa-jcs-2022' && '@context' in unsecured && { '@context': unsecured['@context'] }),
    type: 'DataIntegrityProof',
    cryptosuite,
    created,
    verificationMethod,
    proofPurpose: 'assertionMethod',
  }
  const signature = sign(null, await hashData(unsecured, options), privateKey)
  return { ...options, proofValue: toBase58(signature) }
}

/** The document with a proof set: one proof of each suite, independent of each other. */
export async function secure<Document extends JsonDocument>(
  document: Document,
  signer: Signer,
  created: string,
): Promise<Document & { readonly proof: readonly DataIntegrityProof[] }> {
  const proof = await Promise.all(
    SUITES.map((cryptosuite) => proofOf(document, signer, { cryptosuite, created })),
  )
  return { ...document, proof }
}

/** Checks each proof of a document, in their order; none where it has no proof. Never throws. */
export async function checkProofs(
  document: JsonDocument,
  resolve: ResolveKey,
): Promise<readonly ProofResult[]> {
  const { proof: given, ...unsecured } = document
  const proofs = given === undefined ? [] : Array.isArray(given) ? (given as readonly unknown[]) : [given]
  if (proofs.length > MAX_PROOFS) return [{ ok: false, problem: 'malformed-proof' }]
  return Promise.all(proofs.map((proof) => checkProof(unsecured, proof, resolve)))
}

/** Each costs a canonical form. */
const MAX_PROOFS = 4

async function checkProof(
  unsecured: JsonDocument,
  given: unknown,
  resolve: ResolveKey,
): Promise<ProofResult> {
  const read = proofShape.safeParse(given)
  const signature = read.success ? fromBase58(read.data.proofValue) : undefined
  if (!read.success || signature?.length !== 64) return { ok: false, problem: 'malformed-proof' }
  const proof = read.data as DataIntegrityProof
  const key = resolve(proof.verificationMethod, proof.created)
  if (!key) return { proof, ok: false, problem: 'unknown-key' }
  const { proofValue: _, ...options } = proof
  const document = contextOf(unsecured, options)
  if (!document) return { proof, ok: false, problem: 'context-differs' }
  try {
    if (verify(null, await hashData(document, options), key, signature)) return { proof, ok: true }
    return { proof, ok: false, problem: 'bad-signature' }
  } catch {
    return { proof, ok: false, problem: 'cannot-canonicalize' }
  }
}

/**
 * The document under the contexts that the proof was made under: a later proof of the set may have added some behind
 * them (section 3.3.2). `undefined` where the document does not begin with them, and where a proof that canonicalises
 * RDF names others than the document: it would be ignored there, unsigned.
 */
function contextOf(unsecured: JsonDocument, options: ProofOptions): JsonDocument | undefined {
  if (options['@context'] === undefined) return unsecured
  const list = (context: unknown): readonly unknown[] => (Array.isArray(context) ? context : [context])
  const wanted = list(options['@context'])
  if (options.cryptosuite === 'eddsa-rdfc-2022')
    return isDeepStrictEqual(list(unsecured['@context']), wanted) ? unsecured : undefined
  const begins = isDeepStrictEqual(list(unsecured['@context']).slice(0, wanted.length), wanted)
  return begins ? { ...unsecured, '@context': options['@context'] } : undefined
}
