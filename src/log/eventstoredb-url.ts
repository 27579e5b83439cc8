/** Where EventStoreDB is and who we are there, with the password kept apart from what may be shown. */
export type EventStoreDbAddress = {
  /** The connection string without the credentials: fit for an error message. */
  readonly url: string
  readonly credentials: Credentials | undefined
  /** Hosts and ports alone. */
  readonly server: string
}
export type Credentials = { readonly username: string; readonly password: string }

const FORM = /^(esdb(?:\+discover)?):\/\/(?:([^@/?]*)@)?([^@/?]+)\/?(\?.*)?$/

/** The client knows no IPv6 addresses: they take a name. */
const HOST = /^[A-Za-z0-9._-]+(?::\d{1,5})?$/

/**
 * Reads `esdb://user:password@host:port,host:port?tls=true&tlsCAFile=…`. Throws `TypeError` whose message says what
 * is wrong and never repeats the URL, which may hold a password.
 */
export function readEventStoreDbUrl(text: string): EventStoreDbAddress {
  const match = FORM.exec(text)
  if (!match) throw new TypeError('is not a URL such as esdb://user:password@host:2113?tls=true')
  const [, scheme = '', login, server = '', query = ''] = match
  for (const host of server.split(','))
    if (!HOST.test(host)) throw new TypeError('names a host or a port that can not be read')
  const options = new Map(
    [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase().replace(/[-_]/g, ''), value]),
  )
  const credentials = login === undefined || login === '' ? undefined : readLogin(login)
  if (options.get('tls') !== 'false' && credentials === undefined)
    throw new TypeError(
      'names no user and password; TLS takes both, or add tls=false for a server without either',
    )
  return { url: `${scheme}://${server}${query}`, credentials, server }
}

function readLogin(login: string): Credentials {
  const colon = login.indexOf(':')
  if (colon < 1) throw new TypeError('has a user without a password')
  try {
    return {
      username: decodeURIComponent(login.slice(0, colon)),
      password: decodeURIComponent(login.slice(colon + 1)),
    }
  } catch {
    throw new TypeError('has a user or a password that is not percent-encoded')
  }
}
