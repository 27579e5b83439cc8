import credentials from '../../credentials/contexts/credentials-v2.json' with { type: 'json' }
import badges from '../../credentials/contexts/open-badges-3.0.3.json' with { type: 'json' }

const FILES: Readonly<Record<string, object>> = {
  'contexts/credentials-v2.json': credentials,
  'contexts/open-badges-3.0.3.json': badges,
}

/** `fs.readFileSync` for the bundled contexts, by the end of their path: a saved page has no other files. */
export function readFileSync(path: string): string {
  const found = Object.entries(FILES).find(([name]) => path.endsWith(name))
  if (!found) throw new Error(`${path} is not in this page`)
  return JSON.stringify(found[1])
}
