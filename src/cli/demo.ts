import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Config, readConfig } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { importFile } from './import.ts'
import { type Io, line } from './io.ts'
import { type Running, start } from './serve.ts'
import { temporaryFolder } from './temporary.ts'

const SAMPLE = fileURLToPath(new URL('../../examples/session-34.json', import.meta.url))

/** `demo`: the whole way, through the real server, in a folder of its own that goes with it. */
export async function demo(io: Io, { keep }: { keep?: boolean }): Promise<number> {
  const folder = temporaryFolder()
  const config = readConfig({ DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'silent' })
  const running = await start(io, config)
  try {
    await new Walk(io, running, config).run()
    if (keep) {
      line(io.out, '\nThe server goes on until you press Ctrl-C.')
      await new Promise<void>((resolve) => io.onStop(resolve))
    }
    return EXIT.ok
  } finally {
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Answer = Readonly<Record<string, never>> & {
  readonly id: string
  readonly key: string
  readonly verdict: { status: string; since?: string; reason?: string }
}

/** Each step asks the server over HTTP and says what came of it. */
class Walk {
  readonly #io: Io
  readonly #running: Running
  readonly #config: Config

  constructor(io: Io, running: Running, config: Config) {
    this.#io = io
    this.#running = running
    this.#config = config
  }

  async run(): Promise<void> {
    const registrar = String(this.#running.registrarKey)
    this.#say('1', `the registry runs at ${this.#running.url}, in an empty folder`)
    this.#say('2', 'the 34th session of the Interstate Council is imported:')
    await this.#import()
    const { key } = await this.#post('/issuers/interstate-council/keys', registrar, {
      role: 'issuer',
      label: 'demo',
    })
    const { id } = await this.#post('/certificates', key, CERTIFICATE)
    this.#say('3', `the State Fund's certificate is issued: ${id}`)
    await this.#post(`/certificates/${id}/acceptance`, key, {
      person: { name: { ky: 'Муктаров Т.К.' }, position: { en: 'Deputy Director of the State Fund' } },
      acceptedOn: '2024-11-07',
      place: { en: 'Astana', ky: 'Астана' },
    })
    this.#say('4', 'Муктаров Т.К. accepts it for the Fund')
    await this.#verify('5', id)
    await this.#post(`/certificates/${id}/corrections`, key, {
      changes: [
        {
          field: 'acceptance.person',
          after: { name: { ky: 'Мухтаров Т. К.' }, position: { en: 'Deputy Director of the State Fund' } },
        },
      ],
      reason: 'spelled two ways in the published text',
    })
    this.#say('6', 'the spelling is corrected to Мухтаров Т. К.; a search for either finds the certificate:')
    for (const name of ['Муктаров', 'Mukhtarov'])
      this.#tell(`search ${name}: ${(await this.#found(name)).includes(id) ? 'found' : 'NOT FOUND'}`)
    const other = await this.#post('/certificates', key, {
      ...CERTIFICATE,
      kind: 'excellence',
      title: { en: 'Certificate to the organisations that worked best' },
    })
    await this.#post(`/certificates/${other.id}/revocation`, key, {
      from: '2024-12-01',
      reason: 'issued to the wrong organisation (for this demo)',
    })
    this.#say('7', 'a second certificate is issued and revoked:')
    await this.#verify('', other.id)
    await this.#verify('', other.id, '?at=2024-11-30')
    await this.#replay(registrar, id)
    this.#next(id)
  }

  async #import(): Promise<void> {
    if (!existsSync(SAMPLE)) throw new ExitError(EXIT.failed, `the sample is missing: ${SAMPLE}`)
    const code = await importFile(this.#io, this.#config, SAMPLE, {})
    if (code !== EXIT.ok) throw new ExitError(EXIT.failed, 'the sample could not be imported')
  }

  async #verify(step: string, id: string, query = ''): Promise<void> {
    const { verdict } = await this.#get(`/certificates/${id}${query}`)
    const since = verdict.since === undefined ? '' : ` since ${verdict.since}`
    const why = verdict.reason === undefined ? '' : ` (${verdict.reason})`
    const text = `GET /api/v1/certificates/${id}${query} answers: ${verdict.status}${since}${why}`
    if (step === '') this.#tell(text)
    else this.#say(step, text)
  }

  async #found(name: string): Promise<string> {
    return JSON.stringify(await this.#get(`/search?q=${encodeURIComponent(name)}`))
  }

  async #replay(key: string, id: string): Promise<void> {
    const response = await fetch(`${this.#running.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${key}` },
    })
    const events = (await response.text())
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one) as { stream: string; type: string; position: string })
    this.#say('8', `the history is replayed: ${events.length} events; those of the certificate are`)
    for (const { stream, type, position } of events)
      if (stream === `award-${id}`) this.#tell(`${position.padStart(3)}  ${type}`)
  }

  #next(id: string): void {
    const { url } = this.#running
    line(
      this.#io.out,
      `\nWith the server left running (npm run demo -- --keep), open:
  ${url}/c/${id}        the certificate's page
  ${url}/docs                              the API reference
  ${url}/api/v1/certificates/${id}
  ${url}/api/v1/certificates/${id}/timeline
Then try:
  npm start                                the registry in ./data, with a registrar key of your own
  npm run registry -- --help               everything the command line can do`,
    )
  }

  #say(step: string, text: string): void {
    line(this.#io.out, `${step}. ${text}`)
  }

  #tell(text: string): void {
    line(this.#io.out, `   ${text}`)
  }

  #get(path: string): Promise<Answer> {
    return this.#ask(path, {})
  }

  #post(path: string, key: string, body: object): Promise<Answer> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.#running.url}/api/v1${path}`, init)
    const answer = (await response.json()) as Answer
    if (!response.ok) throw new ExitError(EXIT.failed, `${path}: ${JSON.stringify(answer)}`)
    return answer
  }
}

const CERTIFICATE = {
  issuerId: 'interstate-council',
  kind: 'status',
  title: {
    ky: 'Мамлекеттер аралык Кеңештин статусун алгандыгы жана функцияларын бергендиги үчүн сертификат',
    en: 'Certificate for obtaining the status of the Interstate Council and being given its functions',
  },
  recipient: {
    type: 'organization',
    organizationId: 'state-fund',
    nameAsWritten: { ky: 'Кыргызпатентке караштуу Мамлекеттик фонд', en: 'State Fund under Kyrgyzpatent' },
  },
  basis: { sessionId: 'interstate-council-34' },
  issuedOn: '2024-11-07',
}
