import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'
import jsonld from 'jsonld'
import { bundledContext } from './contexts.ts'

/** The two cryptosuites of W3C «Data Integrity EdDSA Cryptosuites v1.0». */
export type Cryptosuite = 'eddsa-rdfc-2022' | 'eddsa-jcs-2022'
export type JsonDocument = Readonly<Record<string, unknown>>

/** A Data Integrity proof without its value. */
export type ProofOptions = {
  readonly '@context'?: unknown
  readonly type: 'DataIntegrityProof'
  readonly cryptosuite: Cryptosuite
  /** RFC 3339 UTC. */
  readonly created: string
  readonly verificationMethod: string
  readonly proofPurpose: 'assertionMethod'
}

const sha256 = (text: string) => hash('sha256', text, 'buffer')

/** More values than any certificate's credential holds. JSON-LD takes time that grows with the square of them: 100,000 block for minutes. */
const MAX_VALUES = 2_000
/** Each level may bring terms of its own, which are worked out anew. */
const MAX_DEPTH = 24

/**
 * RDF Dataset Canonicalization 1.0 as N-Quads. Safe: a term that no context defines throws, since it would go unsigned.
 * Throws `RangeError` before any work where the document holds too many values or nests them too deep: it may come from anybody.
 */
export async function rdfCanonical(document: JsonDocument): Promise<string> {
  if (!isSmall(document)) throw new RangeError('the document holds too many values, or nests them too deep')
  const options = {
    algorithm: 'RDFC-1.0',
    format: 'application/n-quads',
    documentLoader: bundledContext,
    safe: true,
    // A small graph made to take long must not hold up the others («poison graphs», RDFC-1.0, section 7.1).
    canonizeOptions: { algorithm: 'RDFC-1.0', format: 'application/n-quads', maxWorkFactor: 1 },
  }
  return (await jsonld.canonize(
    document,
    options as unknown as Parameters<typeof jsonld.canonize>[1],
  )) as string
}

/** Level by level, without recursion: a hostile document is nested as deep as it is long. */
function isSmall(document: JsonDocument): boolean {
  let level: unknown[] = [document]
  let seen = 0
  for (let depth = 0; level.length > 0; depth++) {
    seen += level.length
    if (depth > MAX_DEPTH || seen > MAX_VALUES) return false
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value as JsonDocument) : [],
    )
  }
  return true
}

/** RFC 8785. Throws where the value has no canonical form. */
export function jcsCanonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('the document has no canonical form')
  return text
}

/**
 * What is signed: SHA-256 of the canonical proof options, then SHA-256 of the canonical document (sections 3.2.4 and
 * 3.3.4). `document` is without `proof`.
 */
export async function hashData(document: JsonDocument, options: ProofOptions): Promise<Buffer> {
  if (options.cryptosuite === 'eddsa-jcs-2022')
    return Buffer.concat([sha256(jcsCanonical(options)), sha256(jcsCanonical(document))])
  const config = { ...options, '@context': document['@context'] }
  const [proof, said] = await Promise.all([rdfCanonical(config), rdfCanonical(document)])
  return Buffer.concat([sha256(proof), sha256(said)])
}
