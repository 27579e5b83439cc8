const SPACE = 'urn:certificate-registry:v1:'
const texts = (name: string) => ({ '@id': `${SPACE}${name}`, '@container': '@language' })
const plain = (name: string) => ({ '@id': `${SPACE}${name}` })
const day = (name: string) => ({ ...plain(name), '@type': 'http://www.w3.org/2001/XMLSchema#date' })
const named = (names: readonly string[], make: (name: string) => object) =>
  Object.fromEntries(names.map((name) => [name, make(name)]))

/**
 * The registry's own terms, below `certificate`. They stand in each credential itself, so that other people's verifiers,
 * which hold the two published contexts, need nothing else and no network. A format: what was signed is never changed.
 */
export const REGISTRY_TERMS = {
  certificate: {
    '@id': `${SPACE}certificate`,
    '@context': {
      id: '@id',
      ...named(['certificateId', 'kind', 'awardingBody', 'serialNumber', 'recipientCommitment'], plain),
      ...named(['acceptedByCommitment', 'acceptance', 'basis', 'functions'], plain),
      ...named(['sessionId', 'agendaItem', 'decisionNumber', 'protocolNumber', 'alongsideId'], plain),
      ...named(['title', 'citation', 'recipientName', 'place'], texts),
      ...named(['issuedOn', 'countsFrom', 'countsUntil', 'acceptedOn'], day),
    },
  },
} as const
