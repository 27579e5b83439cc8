import { issuers, organizations, sessions } from './aggregate-documents.ts'
import { certificates } from './certificate.ts'
import { keys } from './keys.ts'
import { ERASABLE_TABLES } from './personal-index.ts'
import { persons } from './persons.ts'
import { proposals } from './proposals.ts'
import type { ReadModelOptions } from './read-model.ts'
import { searchPhrases } from './search.ts'
import { statistics } from './statistics.ts'
import { supersessions } from './supersessions.ts'

/** Every read model of a node. Their order is the order of their tables in the digest. */
export const ALL: ReadModelOptions = {
  projections: [
    certificates,
    organizations,
    sessions,
    issuers,
    keys,
    persons,
    proposals,
    searchPhrases,
    statistics,
    supersessions,
  ],
  erasable: ERASABLE_TABLES,
}
