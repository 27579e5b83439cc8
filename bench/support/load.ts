import autocannon from 'autocannon'

export type Load = { readonly perSecond: number; readonly p99: number; readonly answered: number }

export type LoadOptions = {
  readonly url: string
  readonly seconds: number
  readonly connections: number
  /** Requests a second over all connections; as many as there can be without it. */
  readonly rate?: number
  /** Called for every request. */
  readonly next?: () => autocannon.Request
}

/**
 * Loads a server from this process over keep-alive connections. Throws where any answer is not of the 2xx: a bench
 * of refusals would be fast. `p99` is in milliseconds.
 */
export async function load({ url, seconds, connections, rate, next }: LoadOptions): Promise<Load> {
  const requests = next && [{ setupRequest: (request: autocannon.Request) => ({ ...request, ...next() }) }]
  const result = await autocannon({
    url,
    duration: seconds,
    connections,
    ...(rate !== undefined && { overallRate: rate }),
    ...(requests && { requests }),
  })
  if (result.non2xx + result.errors > 0)
    throw new Error(`${result.non2xx} answers of ${url} were refusals, ${result.errors} failed`)
  const answered = result['2xx']
  return { perSecond: answered / result.duration, p99: result.latency.p99, answered }
}
