import { keyKnown } from './served.ts'

/** The desk as a program meets it: signs in with a key, keeps the cookie and the word of its forms. */
export class DeskClient {
  readonly #url: string
  #cookie = ''
  csrf = ''

  private constructor(url: string) {
    this.#url = url
  }

  static async open(url: string, key: string): Promise<DeskClient> {
    const desk = new DeskClient(url)
    await keyKnown(url, key)
    const body = new URLSearchParams({ key, lang: 'en' })
    const signed = await fetch(`${url}/desk/sign-in`, { method: 'POST', body, redirect: 'manual' })
    desk.#cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const { text } = await desk.get('/desk/')
    desk.csrf = /name="csrf" value="(?<word>[^"]+)"/.exec(text)?.groups?.['word'] ?? ''
    return desk
  }

  async get(
    path: string,
  ): Promise<{ readonly status: number; readonly text: string; readonly location: string }> {
    return this.#answer(
      await fetch(this.#at(path), { headers: { cookie: this.#cookie }, redirect: 'manual' }),
    )
  }

  /** Sends a form of the desk; its word is put in. */
  async send(path: string, fields: Record<string, string>) {
    const body = new URLSearchParams({ csrf: this.csrf, lang: 'en', ...fields })
    return this.#post(path, body)
  }

  /** Uploads a file, behind the form's word and other fields. */
  async upload(path: string, bytes: Uint8Array | string, name: string, fields: Record<string, string> = {}) {
    const body = new FormData()
    for (const [field, value] of Object.entries({ csrf: this.csrf, ...fields })) body.append(field, value)
    body.append('file', new Blob([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)]), name)
    return this.#post(path, body)
  }

  async #post(path: string, body: URLSearchParams | FormData) {
    const headers = { cookie: this.#cookie }
    return this.#answer(await fetch(this.#at(path), { method: 'POST', headers, body, redirect: 'manual' }))
  }

  async #answer(answer: Response) {
    return {
      status: answer.status,
      text: await answer.text(),
      location: answer.headers.get('location') ?? '',
    }
  }

  #at(path: string): string {
    const url = new URL(path, this.#url)
    if (!url.searchParams.has('lang')) url.searchParams.set('lang', 'en')
    return url.href
  }
}
