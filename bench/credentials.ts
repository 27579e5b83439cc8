import { generateKeyPairSync, hash, sign } from 'node:crypto'
import { parseArgs } from 'node:util'
import canonicalize from 'canonicalize'
import jsonld from 'jsonld'
import { bundledContext } from '../src/credentials/contexts.ts'
import { toMultikey } from '../src/credentials/multikey.ts'
import { CredentialIssuer, type SignedDocument } from '../src/signing/credential-issuer.ts'
import { SigningKeys } from '../src/signing/signing-keys.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../test/support/registry.ts'
import { median, report } from './support/report.ts'

/**
 * Issuing a credential (from the read model to the proof set) against the least that it takes: the same document put
 * into both canonical forms by the libraries themselves, and both signed with bare Ed25519.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    each: { type: 'string', default: '300' },
    json: { type: 'boolean' },
  },
  strict: false,
})
const rounds = Number(values.rounds)
const each = Number(values.each)

const rig = await openTestRegistry()
await withCouncil(rig)
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const publicKeyMultibase = toMultikey(publicKey)
const from = '2020-01-01T00:00:00Z'
await must(rig.run('issuer.add-signing-key', 'council', { keyId: 'key-1', publicKeyMultibase, from }))
const issued = await must(rig.run('certificate.issue', undefined, certificate))
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
const issuer = new CredentialIssuer({
  base: 'https://registry.test',
  model: rig.registry.readModel,
  keys: new SigningKeys(rig.folder, { 'council#key-1': pem }),
  now: () => rig.registry.now(),
})
const id = issued.id
const made = await issuer.credential(id)
if (typeof made === 'string') throw new Error(made)
const { proof, ...document } = made

/** The bytes that each suite signs: the hash of the proof's options and of the document, in its canonical form. */
async function floor({ length }: SignedDocument['proof']): Promise<void> {
  for (let at = 0; at < length; at++) {
    const { proofValue: _, ...options } = proof[at] ?? {}
    const config = { ...options, '@context': document['@context'] }
    const texts =
      at === 0
        ? [await nquads(config), await nquads(document)]
        : [canonicalize(config), canonicalize(document)]
    sign(null, Buffer.concat(texts.map((text) => hash('sha256', text ?? '', 'buffer'))), privateKey)
  }
}

const nquads = (input: object) =>
  jsonld.canonize(
    input as jsonld.JsonLdDocument,
    {
      algorithm: 'RDFC-1.0',
      format: 'application/n-quads',
      documentLoader: bundledContext,
      safe: true,
    } as unknown as Parameters<typeof jsonld.canonize>[1],
  ) as unknown as Promise<string>

async function rate(once: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  for (let n = 0; n < each; n++) await once()
  return (each * 1_000) / (performance.now() - started)
}

const ours: number[] = []
const theirs: number[] = []
for (let round = 0; round <= rounds; round++) {
  const [mine, bare] = [await rate(() => issuer.credential(id)), await rate(() => floor(proof))]
  // The first round warms both up.
  if (round > 0) {
    ours.push(mine)
    theirs.push(bare)
  }
}
report('credentials', [
  {
    measure: 'issue a credential with both proofs',
    value: median(ours),
    unit: 'credentials/s',
    against: `canonicalisation and Ed25519 alone: ${Math.round(median(theirs))}/s`,
    ratio: median(ours) / median(theirs),
    wanted: '0.3',
  },
])
await rig.registry.close()
rig.remove()
