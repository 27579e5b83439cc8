import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'

/**
 * Why nobody is signed in. `late`: what came back was begun elsewhere, used already or too old. `denied`: the person or the
 * provider said no. `away`: the provider does not answer, or not as itself. `untrue`: what it answered is not what was asked.
 * `noKey`, `badKey`, `manyKeys`: it names no access key, none that may be used today, or more than one.
 */
export type WhyNot = 'late' | 'denied' | 'away' | 'untrue' | 'noKey' | 'badKey' | 'manyKeys'

/** Thrown where a sign-in fails. Its message is for the operator: words of protocols, nothing of a person. */
export class NotSignedIn extends Error {
  readonly why: WhyNot
  constructor(why: WhyNot, message: string) {
    super(message)
    this.name = 'NotSignedIn'
    this.why = why
  }
}

const AWAY: ReadonlySet<string | undefined> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])
const BUSY = ['server_error', 'temporarily_unavailable']

/** Reads what the client library threw. */
export function notSignedIn(error: unknown): NotSignedIn {
  if (error instanceof NotSignedIn) return error
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const said = codeOf(error.error)
    if (BUSY.includes(error.error)) return new NotSignedIn('away', said)
    if (error.error === 'access_denied') return new NotSignedIn('denied', said)
    return new NotSignedIn(error.error === 'invalid_grant' ? 'late' : 'untrue', said)
  }
  if (error instanceof ClientError)
    return new NotSignedIn(AWAY.has(error.code) ? 'away' : 'untrue', codeOf(error.code))
  // What fetch throws where nothing answers; what is wrong lies in its cause.
  if (error instanceof TypeError && error.message === 'fetch failed')
    return new NotSignedIn('away', codeOf((error.cause as { code?: unknown } | undefined)?.code))
  return new NotSignedIn('untrue', codeOf((error as { code?: unknown } | undefined)?.code))
}

/** Descriptions are left out: a provider may write a name into them. */
const codeOf = (code: unknown): string =>
  typeof code === 'string' && /^[\w.-]{1,80}$/.test(code) ? code : 'unknown'
