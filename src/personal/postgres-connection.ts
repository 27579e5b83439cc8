import pg from 'pg'
import { PersonalStoreUnavailableError } from './personal-store.ts'

/** Connections of one node at most. Twenty nodes stay under PostgreSQL's default of 100. */
const MOST_CONNECTIONS = 4
const CONNECT_MS = 3_000
/** How long the server works on a statement, and how long this side waits where the server is silent. */
const STATEMENT_MS = 5_000
const ANSWER_MS = 6_000
/** A transaction that lost a deadlock is repeated this often. */
const MAX_ATTEMPTS = 4
const DEADLOCK = '40P01'

export type Rows = readonly (readonly unknown[])[]

/** Runs one statement. `answerMs` overrides how long the answer may take, for what is known to take long. */
export type Query = (text: string, values?: readonly unknown[], answerMs?: number) => Promise<Rows>

/** What a failure means, where its code says it. Codes are PostgreSQL's own or the system's. */
const MEANINGS: Readonly<Record<string, string>> = {
  '28P01': 'the name or password is refused',
  '28000': 'the role may not log in this way',
  '3D000': 'there is no such database',
  '42501': 'the role lacks a privilege',
  '53300': 'the server has no connection left',
  '55P03': 'a table is locked by somebody else',
  '57014': 'a statement took too long',
  '57P01': 'the server is stopping',
  '57P03': 'the server is starting',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'the host has no address',
  ENOENT: 'there is no such socket or certificate file',
  'no-answer': 'it kept silent for too long',
  'no-tls': 'the server speaks no TLS',
  'no-password': 'the server asks for a password and the URL has none',
  lost: 'the connection was lost',
  'standby-behind': 'a standby does not keep up, and would be lost',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is not signed by a known authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is not signed by a known authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is not signed by a known authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
}

/** Codes that waiting does not cure: somebody has to change the settings. */
const LASTING = /^(?:28...|3D000|3F000|42...|ENOENT|EACCES|no-tls|no-password|.*CERT.*|UNABLE_TO_.*)$/

/** A failure in words that hold neither the URL nor a value: those may be secret, and PostgreSQL's own messages quote them. */
export class PostgresUnavailableError extends PersonalStoreUnavailableError {
  readonly code: string
  constructor(code: string) {
    const meaning = MEANINGS[code]
    super(
      `the personal store on PostgreSQL does not answer (${code}${meaning === undefined ? '' : `: ${meaning}`})`,
    )
    this.code = code
  }

  /** Whether it needs a change of settings, so that a start should not go on. */
  get lasting(): boolean {
    return LASTING.test(this.code)
  }
}

/** A bounded pool of connections to one database, of which every wait ends. */
export class PostgresConnection {
  readonly #pool: pg.Pool

  /** Connects to nothing yet. Throws `PostgresUnavailableError` where a certificate that the URL names can't be read. */
  constructor(url: string) {
    this.#pool = new pg.Pool({
      ...settingsOf(url),
      application_name: 'certificate-registry',
      max: MOST_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: ANSWER_MS,
      idle_in_transaction_session_timeout: ANSWER_MS,
      keepAlive: true,
    })
    // An idle connection that breaks is replaced by the next call; without a listener it would end the process.
    this.#pool.on('error', () => {})
  }

  /** One statement in a transaction of its own. Rejects `PostgresUnavailableError`. */
  async query(text: string, values: readonly unknown[] = []): Promise<Rows> {
    const asked = { text, values: [...values], rowMode: 'array' as const }
    return (await this.#pool.query(asked).catch(raise)).rows as unknown as Rows
  }

  /**
   * Statements that hold together, at READ COMMITTED; repeated where they lose a deadlock. An error that `work` throws
   * itself goes through as it is, after a rollback.
   */
  async transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(work)
      } catch (error) {
        const lostDeadlock = error instanceof PostgresUnavailableError && error.code === DEADLOCK
        if (attempt === MAX_ATTEMPTS || !lostDeadlock) throw error
      }
    }
  }

  /** One connection kept for statements that may stand in no transaction, such as CHECKPOINT behind SET. */
  session<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    return this.#lend(work)
  }

  /** Closes the connections as soon as nobody uses them. Nothing may be asked any more. */
  close(): Promise<void> {
    return this.#pool.end()
  }

  #once<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    return this.#lend(async (query) => {
      await query('BEGIN')
      const result = await work(query)
      await query('COMMIT')
      return result
    })
  }

  /** A connection on which a call failed without an answer of the database is thrown away; any other is rolled back. */
  async #lend<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect().catch(raise)
    let lost = false
    const lose = () => {
      lost = true
    }
    client.on('error', lose)
    const query: Query = async (text, values = [], answerMs = ANSWER_MS) => {
      const asked = { text, values: [...values], rowMode: 'array' as const, query_timeout: answerMs }
      const answer = await client.query(asked).catch((error: unknown) => {
        if (!(error instanceof pg.DatabaseError)) lose()
        return raise(error)
      })
      return answer.rows as unknown as Rows
    }
    try {
      return await work(query)
    } catch (error) {
      if (!lost) await query('ROLLBACK').catch(lose)
      throw error
    } finally {
      client.off('error', lose)
      client.release(lost)
    }
  }
}

/**
 * What the URL says, read once: certificate files that vanish later, while the pool makes a connection, would end the
 * process. The limits above hold whatever the URL says.
 */
function settingsOf(url: string): pg.PoolConfig {
  try {
    const { user, password, host, port, database, ssl } = new pg.Client({ connectionString: url })
    const options = new URL(url).searchParams.get('options')
    return {
      host,
      port,
      ssl,
      ...(user !== undefined && { user }),
      ...(typeof password === 'string' && { password }),
      ...(database !== undefined && { database }),
      ...(options !== null && { options }),
    }
  } catch (error) {
    return raise(error)
  }
}

function raise(error: unknown): never {
  throw new PostgresUnavailableError(codeOf(error))
}

/** The code of a failure; where it has none, ours for what its message says. */
function codeOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (typeof code === 'string') return code
  const text = String(message)
  if (text.includes('timeout')) return 'no-answer'
  if (text.includes('does not support SSL')) return 'no-tls'
  return text.includes('password must be') ? 'no-password' : 'lost'
}
