import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Evidence, evidence } from '../../src/credentials/evidence.ts'
import { parseVkey } from '../../src/transparency/vkey.ts'
import { cli, post, serveData } from './served.ts'

/** What is looked for in every file after an erasure; in no other text of the registry. */
export const NAME = 'Жээнбекова Айсулуу'

/** A real server whose council signs, with one certificate that a person has accepted. */
export async function servedCouncil(env: Record<string, string> = {}) {
  const data = mkdtempSync(join(tmpdir(), 'registry-evidence-'))
  const server = await serveData(data, { PUBLIC_URL: 'https://registry.test', ...env })
  const record = (path: string, body: object) => post(server.url, server.key, path, body)
  await record('/organizations', { id: 'council', name: { en: 'Council' } })
  await record('/organizations', { id: 'fund', name: { ky: 'Мамлекеттик фонд' } })
  await record('/issuers', { id: 'council', name: { en: 'Council' }, body: 'council' })
  await record('/issuers/council/accreditations', {
    accreditationId: 'a',
    kinds: ['status'],
    from: '2020-01-01',
  })
  const rotated = cli(data, ['key', 'rotate', '--issuer', 'council', '--json'], env)
  const { keyId } = JSON.parse(rotated.out) as { keyId: string }
  const issue = async () => {
    const issued = await record('/certificates', {
      issuerId: 'council',
      kind: 'status',
      title: { ky: 'Кеңештин статусу', en: 'Status of the Council' },
      recipient: { type: 'organization', organizationId: 'fund', nameAsWritten: { ky: 'Мамлекеттик фонд' } },
      issuedOn: '2024-11-07',
    })
    return (issued as { id: string }).id
  }
  const id = await issue()
  const accepted = await record(`/certificates/${id}/acceptance`, {
    person: { name: { ky: NAME } },
    acceptedOn: '2024-11-07',
  })
  const get = (path: string, key?: string) =>
    fetch(`${server.url}${path}`, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } })
  const evidenceOf = async (of = id, key?: string): Promise<Evidence> =>
    evidence.parse(await (await get(`/api/v1/certificates/${of}/evidence`, key)).json())
  const vkey = (await (await get('/tlog/vkey')).text()).trim()
  const logKey = parseVkey(vkey)
  if (!logKey) throw new Error('no log key')
  const personId = /"personId":"(?<id>[^"]+)"/.exec(JSON.stringify(accepted))?.groups?.['id'] ?? ''
  const remove = async () => {
    await server.stop('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
  return { data, server, env, record, issue, id, keyId, get, evidenceOf, vkey, logKey, personId, remove }
}
