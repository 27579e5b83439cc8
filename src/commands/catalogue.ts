import { awardEntries } from './award-commands.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import { issuerEntries } from './issuer-commands.ts'
import { organizationEntries } from './organization-commands.ts'
import { personEntries } from './person-commands.ts'
import { proposalEntries } from './proposal-commands.ts'
import { sessionEntries } from './session-commands.ts'
import { signingKeyEntries } from './signing-key-commands.ts'

/** Everything that can be asked of the registry. */
export const catalogue: readonly CatalogueEntry[] = [
  ...awardEntries,
  ...proposalEntries,
  ...organizationEntries,
  ...sessionEntries,
  ...issuerEntries,
  ...signingKeyEntries,
  ...personEntries,
]

const byName = new Map(catalogue.map((entry) => [entry.name, entry]))

/** The entry of a name. Throws where there is none: names stand in code, not in requests. */
export function entryNamed(name: string): CatalogueEntry {
  const entry = byName.get(name)
  if (!entry) throw new Error(`there is no command ${name}`)
  return entry
}
