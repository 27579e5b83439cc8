import { certificatePdf } from '../../src/documents/certificate-pdf.ts'
import type { Paper } from '../../src/documents/paper.ts'
import { NAME } from './evidence.ts'

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

/** The paper of the test's certificate as somebody would forge it: everything as it is, but for what is given. */
export const forged = (id: string, more: Partial<Paper> = {}) =>
  certificatePdf({
    id,
    url: `https://registry.test/c/${id}`,
    recordedAt: '2026-01-15T10:00:00.000Z',
    kind: 'status',
    title: { ky: 'Кеңештин статусу', en: 'Status of the Council' },
    recipient: { type: 'organization', nameAsWritten: { ky: 'Мамлекеттик фонд' } },
    body: { en: 'Council' },
    basis: {},
    functions: [],
    issuedOn: '2024-11-07',
    validity: [{ from: '2024-11-07' }],
    acceptance: {
      person: { state: 'shown', name: { ky: NAME } },
      acceptedOn: '2024-11-07',
    },
    correctedOn: [],
    ...more,
  })
