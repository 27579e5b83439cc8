import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Test } from 'tap'
import type { DeskClient } from './desk.ts'
import { cli, keyKnown, post, serveData } from './served.ts'

export const HEAD = 'kind;title.en;organizationId;name.en;issuedOn;serialNumber'
export const rowsOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `status;Award ${from + n};fund;State Fund;06.11.2024;N-${from + n}`)
export const tableOf = (rows: readonly string[]) => `${HEAD}\n${rows.join('\n')}\n`

/** A council and its fund over a data folder. */
export async function furnished(t: Test) {
  const data = mkdtempSync(join(tmpdir(), 'registry-batch-'))
  t.teardown(() => rmSync(data, { recursive: true, force: true }))
  const server = await serveData(data, { PUBLIC_URL: 'http://localhost' })
  const record = (path: string, body: object) => post(server.url, server.key, path, body)
  await record('/organizations', { id: 'council', name: { en: 'Council' } })
  await record('/organizations', { id: 'fund', name: { en: 'State Fund' }, aliases: [{ ky: 'Мамфонд' }] })
  await record('/organizations', { id: 'other', name: { en: 'Other' }, aliases: [{ ky: 'Эгиз' }] })
  await record('/organizations', { id: 'twin', name: { en: 'Twin' }, aliases: [{ ky: 'Эгиз' }] })
  await record('/issuers', { id: 'council', name: { en: 'Council' }, body: 'council' })
  const accreditation = { accreditationId: 'a', kinds: ['status'], from: '2020-01-01' }
  await record('/issuers/council/accreditations', accreditation)
  const session = {
    body: 'council',
    number: 34,
    startsOn: '2024-11-06',
    endsOn: '2024-11-07',
    format: 'online',
  }
  await record('/sessions', { ...session, id: 's-34', place: { city: { en: 'Osh' } } })
  await record('/sessions/s-34/agenda', { items: [{ number: 1, title: { en: 'Status' } }] })
  const keyOf = () =>
    keyKnown(server.url, cli(data, ['key', 'create', '--role', 'issuer', '--issuer', 'council']).out.trim())
  return { data, server, record, keys: [await keyOf(), await keyOf()] as const }
}

/** Uploads, matches columns as proposed, and waits until every row is checked. */
export async function checked(
  desk: DeskClient,
  table: string | Uint8Array,
  more: Record<string, string> = {},
) {
  const sent = await desk.upload('/desk/batch', table, 'table.csv')
  if (sent.status !== 303) throw new Error(`upload: ${sent.status}`)
  const { text } = await desk.get(sent.location)
  const fields = Object.fromEntries(
    [...text.matchAll(/<select[^>]* name="(?<name>column\.\d+)".*?<\/select>/gs)].map(
      ({ 0: select, groups }) => [
        groups?.['name'] ?? '',
        /value="(?<value>[^"]*)" selected/.exec(select)?.groups?.['value'] ?? '',
      ],
    ),
  )
  const path = sent.location.split('?')[0] ?? ''
  const asked = await desk.send(`${path}/check`, { kind: 'status', ...fields, ...more })
  return { path, fields, asked, page: await settled(desk, path) }
}

/** The page of a batch once nothing runs any more. */
export async function settled(desk: DeskClient, path: string): Promise<string> {
  for (;;) {
    const { text } = await desk.get(path)
    if (!text.includes('<progress')) return text
    await setTimeout(50)
  }
}

export const count = (text: string, what: RegExp) => [...text.matchAll(what)].length
/** The certificates that a result names, each once, in its order. */
export const ids = (csv: string) => [
  ...new Set([...csv.matchAll(/[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]/g)].map(([id]) => id)),
]
