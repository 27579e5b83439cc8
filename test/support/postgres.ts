import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const START_MS = 30_000
const STOP_MS = 10_000

/** What is to be said where there is no PostgreSQL: a test that needs it fails with this. */
export const NO_POSTGRES =
  'no PostgreSQL server is installed here; the personal store on it goes untested. Install one: apt-get install postgresql'

/** The password of both roles: looked for in messages and logs. */
export const PASSWORD = 'S3cr3t-Құпия/@:%'

/** Folder of `initdb` and `postgres`, the latest where there are several. */
function programs(): string {
  const places = ['/usr/lib/postgresql/*/bin', '/usr/local/pgsql/bin', '/opt/homebrew/opt/postgresql*/bin']
  const versionOf = (path: string) => Number(/\d+/.exec(path)?.[0] ?? 0)
  const found = [...globSync(places), ...(process.env['PATH'] ?? '').split(':')]
    .filter((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
    .toSorted((a, b) => versionOf(b) - versionOf(a))
  if (found[0] === undefined) throw new Error(NO_POSTGRES)
  return found[0]
}

/** PostgreSQL refuses to run as root: its own user does, or nobody. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const user = ['postgres', 'nobody'].flatMap((name) =>
    users.filter((line) => line.startsWith(`${name}:`)),
  )[0]
  const [, , uid, gid] = user?.split(':') ?? []
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A real PostgreSQL in a folder of its own, on a free port and a socket in that folder; ends with this process. */
export type Postgres = {
  /** The data folder: every file in which the cluster keeps anything. */
  readonly data: string
  readonly port: number
  /** The URL of a database for a role: `registry` owns its databases and is nothing else, `postgres` may do anything. */
  url(
    database: string,
    options?: { readonly role?: string; readonly query?: string; readonly host?: string },
  ): string
  /** A new, empty database of the role `registry`; answers its name. */
  newDatabase(): Promise<string>
  /** Runs SQL as the superuser. */
  sql(text: string, database?: string): Promise<readonly Record<string, unknown>[]>
  start(): Promise<void>
  /** `fast` breaks off what runs, `kill` is kill -9 of the server, `freeze` and `thaw` stop its processes and let them go on. */
  stop(how?: 'fast' | 'kill'): Promise<void>
  freeze(frozen: boolean): void
  /** What the server wrote into its log. */
  log(): string
  /** Makes a certificate for `localhost`, lets the server speak TLS from its next start, and answers the CA's file. */
  enableTls(): string
  remove(): Promise<void>
}

/** Makes the cluster and starts it. Throws `NO_POSTGRES` where there is none. */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs()
  const user = unprivileged()
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  // Who may trust the socket is whoever may enter the folder; over TCP everybody needs the password.
  run(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
      '--auth-local=trust',
      '--auth-host=scram-sha-256',
    ],
    user,
  )
  const port = await freePort()
  appendFileSync(
    join(data, 'postgresql.conf'),
    `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = '${folder}'\nfsync = off\nlog_statement = all\n`,
  )
  const server = new Server(bin, data, port, folder, user)
  try {
    await server.start()
    for (const sql of [
      'CREATE ROLE registry LOGIN',
      ...['registry', 'postgres'].map((role) => `ALTER ROLE ${role} PASSWORD '${PASSWORD}'`),
    ])
      await server.sql(sql)
  } catch (error) {
    await server.remove()
    throw error
  }
  return server
}

class Server implements Postgres {
  readonly data: string
  readonly port: number
  readonly #bin: string
  readonly #folder: string
  readonly #user: { uid?: number; gid?: number }
  #process: ChildProcess | undefined
  #log = ''
  #databases = 0

  constructor(bin: string, data: string, port: number, folder: string, user: { uid?: number; gid?: number }) {
    this.#bin = bin
    this.data = data
    this.port = port
    this.#folder = folder
    this.#user = user
  }

  url(database: string, { role = 'registry', query = '', host = '127.0.0.1' } = {}): string {
    return `postgres://${role}:${encodeURIComponent(PASSWORD)}@${host}:${this.port}/${database}${query}`
  }

  async newDatabase(): Promise<string> {
    const name = `personal_${(this.#databases += 1)}`
    await this.sql(`CREATE DATABASE ${name} OWNER registry`)
    return name
  }

  async sql(text: string, database = 'postgres'): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({
      host: this.#folder,
      port: this.port,
      user: 'postgres',
      database,
      connectionTimeoutMillis: 5_000,
    })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(text)).rows as Record<string, unknown>[]
    } finally {
      await client.end()
    }
  }

  async start(): Promise<void> {
    // The kernel stops the server when this process dies, however it dies.
    const command = ['--pdeathsig', 'INT', join(this.#bin, 'postgres'), '-D', this.data]
    const { uid, gid } = this.#user
    const as = uid === undefined ? [] : [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
    const child = spawn('setpriv', [...as, ...command], {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = child
    child.stderr.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString()
    })
    const deadline = performance.now() + START_MS
    for (;;) {
      const answer = await this.sql('SELECT 1').catch((error: unknown) => error)
      if (Array.isArray(answer)) return
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`PostgreSQL does not start: ${String(answer)}\n${this.#log}`)
      await sleep(50)
    }
  }

  async stop(how: 'fast' | 'kill' = 'fast'): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGKILL')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await exited
    clearTimeout(late)
    // The backends of a killed server leave by themselves; the next one waits for the last of them to let go.
    if (how === 'kill') await sleep(200)
  }

  freeze(frozen: boolean): void {
    const parent = this.#process?.pid
    if (parent === undefined) return
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ')
    for (const pid of [parent, ...children.map(Number)]) process.kill(pid, frozen ? 'SIGSTOP' : 'SIGCONT')
  }

  log(): string {
    return this.#log
  }

  enableTls(): string {
    const [key, certificate] = [join(this.data, 'server.key'), join(this.data, 'server.crt')]
    run(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
        '-keyout',
        key,
        '-out',
        certificate,
      ],
      this.#user,
    )
    appendFileSync(join(this.data, 'postgresql.conf'), 'ssl = on\n')
    return certificate
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function run(command: string, parameters: readonly string[], user: { uid?: number; gid?: number }): void {
  const { status, stderr, error } = spawnSync(command, parameters, {
    ...user,
    encoding: 'utf8',
    cwd: '/',
    timeout: START_MS,
  })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`)
}
