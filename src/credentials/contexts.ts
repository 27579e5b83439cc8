import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RemoteDocument } from 'jsonld/jsonld-spec.js'

export const CREDENTIALS_V2 = 'https://www.w3.org/ns/credentials/v2'
export const OPEN_BADGES_V3 = 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'

const FILES: Readonly<Record<string, string>> = {
  [CREDENTIALS_V2]: 'credentials-v2.json',
  [OPEN_BADGES_V3]: 'open-badges-3.0.3.json',
}
const loaded = new Map<string, RemoteDocument>()

/** A context was named that the registry does not hold. What it would make of the terms is unknown, so nothing is vouched for. */
export class UnknownContextError extends Error {
  override readonly name = 'UnknownContextError'
}

/**
 * Gives the bundled contexts (contexts/SOURCES.md) and nothing else: no address is ever fetched, so a hostile credential
 * can neither make the registry call out nor change what a term means. Throws `UnknownContextError`.
 */
export async function bundledContext(url: string): Promise<RemoteDocument> {
  const known = loaded.get(url)
  if (known) return known
  const file = Object.hasOwn(FILES, url) ? FILES[url] : undefined
  if (file === undefined) throw new UnknownContextError('the credential names a context that is not bundled')
  const text = readFileSync(join(import.meta.dirname, 'contexts', file), 'utf8')
  const remote = { contextUrl: undefined, documentUrl: url, document: JSON.parse(text) as object }
  loaded.set(url, remote as RemoteDocument)
  return remote as RemoteDocument
}
