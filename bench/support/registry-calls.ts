/** A registry's data beside the load: through the API, as its users make it. */
export async function post(
  url: string,
  key: string,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}

/** Registers what an award needs, an issuer `writer` among it. Answers an issuer's key. */
export async function prepareIssuer(url: string, registrarKey: string): Promise<string> {
  await post(url, registrarKey, '/organizations', { id: 'bench-body', name: { en: 'Body of the bench' } })
  await post(url, registrarKey, '/issuers', {
    id: 'bench',
    name: { en: 'Bench' },
    body: 'bench-body',
  })
  await post(url, registrarKey, '/issuers/bench/accreditations', {
    accreditationId: 'all',
    kinds: ['excellence'],
    from: '2000-01-01',
  })
  const { key } = await post(url, registrarKey, '/issuers/bench/keys', { role: 'issuer', label: 'bench' })
  return String(key)
}

/** The request that issues an award, as an issuer sends it. */
export function issueRequest(key: string) {
  const body = JSON.stringify({
    issuerId: 'bench',
    kind: 'excellence',
    title: { en: 'Certificate of merit', ky: 'Мыкты иштеген уюмдарга сертификат' },
    citation: { en: 'For work' },
    recipient: {
      type: 'organization',
      organizationId: 'bench-body',
      nameAsWritten: { en: 'Body of the bench', ky: 'Илим Кеңеш' },
    },
    issuedOn: '2024-11-07',
  })
  return {
    method: 'POST' as const,
    path: '/api/v1/certificates',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body,
  }
}
