/** What the page of a check says, as far as tests ask. */
export type Shown = {
  readonly status: number
  readonly title: string
  readonly tone: string
  readonly text: string
  readonly html: string
}

/** Sends a file as the form of the front page does. */
export async function checkFile(
  url: string,
  file: Uint8Array | string,
  { name = 'file.pdf', lang = 'en' }: { readonly name?: string; readonly lang?: string } = {},
): Promise<Shown> {
  const form = new FormData()
  form.append('file', new Blob([typeof file === 'string' ? file : Uint8Array.from(file)]), name)
  const answer = await fetch(`${url}/check?lang=${lang}`, {
    method: 'POST',
    body: form,
    headers: { accept: 'text/html' },
  })
  return shown(answer.status, await answer.text())
}

/** Reads the page. */
export function shown(status: number, html: string): Shown {
  const main = /<main.*<\/main>/s.exec(html)?.[0] ?? html
  return {
    status,
    html,
    title: /<h1>(?<said>.*?)<\/h1>/s.exec(html)?.groups?.['said'] ?? '',
    tone: /class="verdict told (?<tone>[\w-]+)"/.exec(html)?.groups?.['tone'] ?? '',
    text: main
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  }
}
