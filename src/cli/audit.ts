import { audit, type Audited } from '../audit/audit.ts'
import { type AuditState, readState, writeState } from '../audit/audit-state.ts'
import { LeavesFile } from '../audit/leaves-file.ts'
import { RegistryAwayError, RegistryClient } from '../audit/registry-client.ts'
import { formatVkey, parseVkey, rawKey, type Verifier } from '../transparency/vkey.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { type Io, line, progress, safe } from './io.ts'
import { readPolicy } from './tlog.ts'

export type AuditCommand = {
  readonly json?: boolean
  readonly vkey?: string
  readonly key?: string
  readonly policy?: string
  readonly state?: string
  readonly allEvents?: boolean
}

/**
 * `audit URL`: follows a registry from outside, and remembers in a file what it saw. Exit code 13 says that something
 * was altered or left out; 69 that the registry broke off, and that a second run goes on.
 */
export async function auditUrl(io: Io, address: string, command: AuditCommand): Promise<number> {
  const url = urlOf(address)
  const file = command.state ?? `audit-${url.host.replaceAll(':', '-')}.json`
  const key = command.key ?? (io.env['REGISTRY_KEY'] || undefined)
  const client = new RegistryClient(url.href, key)
  const policy = command.policy === undefined ? undefined : readPolicy(command.policy)
  const known = readState(file)
  const bars = { leaves: progress(io, 'hashing leaves'), events: progress(io, 'comparing events') }
  const leaves = new LeavesFile(`${file}.leaves`)
  try {
    const verifier = await verifierFor(io, client, command.vkey, known)
    const audited = await audit({
      client,
      policy,
      verifier,
      leaves,
      state: stateFor(url, verifier, known, command.allEvents === true),
      withEvents: key !== undefined,
      onState: (state) => writeState(file, state),
      onProgress: (what, done, total) => bars[what].update(done, total),
    })
    stopAll(bars)
    return say(io, audited, key !== undefined, command.json === true)
  } catch (error) {
    throw error instanceof RegistryAwayError
      ? new ExitError(EXIT.unavailable, `${safe(error.message)}; a second run goes on where this one was`)
      : error
  } finally {
    stopAll(bars)
    leaves.close()
  }
}

const stopAll = (bars: Readonly<Record<string, { stop: () => void }>>) =>
  Object.values(bars).forEach((bar) => bar.stop())

function urlOf(address: string): URL {
  const url = URL.parse(address)
  if (url && /^https?:$/.test(url.protocol) && `${url.username}${url.search}${url.hash}` === '') return url
  throw new ExitError(EXIT.usage, `${safe(address)} is not an address such as https://registry.example.org`)
}

/** The key that was given, else the one that is remembered, else the first that is seen. */
async function verifierFor(
  io: Io,
  client: RegistryClient,
  given: string | undefined,
  known: AuditState | undefined,
): Promise<Verifier> {
  const text = given ?? known?.vkey ?? (await client.vkey())
  const verifier = parseVkey(text)
  if (!verifier) throw new ExitError(EXIT.usage, `${safe(text.slice(0, 200))} is no verifier key`)
  const remembered = known && parseVkey(known.vkey)
  if (remembered && !rawKey(remembered.key).equals(rawKey(verifier.key)))
    throw new ExitError(EXIT.usage, 'the state is of a log with another key; name another file with --state')
  if (given === undefined && !known)
    line(io.err, `The log's key is taken on trust at this first audit: ${text}`)
  return verifier
}

function stateFor(
  { href: url }: URL,
  verifier: Verifier,
  known: AuditState | undefined,
  allEvents: boolean,
): AuditState {
  if (known && known.url !== url)
    throw new ExitError(EXIT.usage, `the state is of ${safe(known.url)}; name another file with --state`)
  const begun = { compared: 0, after: 'start' }
  const vkey = formatVkey(verifier)
  return known ? { ...known, vkey, ...(allEvents && begun) } : { url, vkey, ...begun }
}

function say(io: Io, { finding, size, compared }: Audited, withEvents: boolean, json: boolean): number {
  if (json) line(io.out, JSON.stringify({ sound: finding === undefined, finding, size, compared }))
  else if (finding) {
    const where = finding.index === undefined ? '' : ` at leaf ${finding.index}`
    line(io.out, `${finding.kind}${where}: ${safe(finding.detail)}`)
  } else {
    const events = withEvents
      ? `${compared} events are what their leaves hold`
      : `no events were compared: that takes an auditor's key in REGISTRY_KEY`
    line(io.out, `sound: ${size} leaves add up to the root that was signed; ${events}`)
  }
  return finding ? EXIT.altered : EXIT.ok
}
