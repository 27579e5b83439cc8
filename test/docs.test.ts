/** The blocks of docs/verify-us.md, as a reader types them, against a running registry. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { servedCouncil } from './support/evidence.ts'

const TOOLS = ['bash', 'curl', 'openssl', 'python3']
const missing = TOOLS.filter((tool) => spawnSync('which', [tool]).status !== 0)
const text = readFileSync(join(import.meta.dirname, '../docs/verify-us.md'), 'utf8')
const blocks = [...text.matchAll(/```sh verify\n(?<block>.*?)```/gs)].map(
  ({ groups }) => groups?.['block'] ?? '',
)

void t.test('docs/verify-us.md holds for a certificate, and not for one that was changed', async (t) => {
  if (missing.length > 0)
    return void t.pass(`not tested: ${missing.join(', ')}`, { skip: missing.join(', ') })
  t.equal(blocks.length, 6)
  const house = await servedCouncil()
  const folder = mkdtempSync(join(tmpdir(), 'registry-docs-'))
  t.teardown(async () => {
    rmSync(folder, { recursive: true })
    await house.remove()
  })
  await house.evidenceOf()
  const run = (script: string, vkey = house.vkey) =>
    spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, REGISTRY: house.server.url, ID: house.id, VKEY: vkey },
    })
  const said = run(blocks.join('\n'))
  t.equal(said.status, 0, said.stderr)
  t.equal(said.stdout.match(/Signature Verified Successfully/g)?.length, 2)
  for (const line of [
    'AwardAccepted',
    'IssuerSigningKeyAdded',
    'revocation False',
    'suspension False',
    'Council says',
  ])
    t.match(said.stdout, line)

  const [fetching = '', signed = '', included = '', , credential = '', status = ''] = blocks
  t.equal(run(fetching + signed).status, 0)
  writeFileSync(
    join(folder, 'checkpoint'),
    readFileSync(join(folder, 'checkpoint'), 'utf8').replace('\n', '0\n'),
  )
  t.not(run(signed).status, 0, 'a changed checkpoint')
  const evidence = readFileSync(join(folder, 'evidence.json'), 'utf8')
  writeFileSync(join(folder, 'evidence.json'), evidence.replaceAll('"2024-11-07"', '"2024-11-08"'))
  t.not(run(included).status, 0, 'a changed event')
  writeFileSync(join(folder, 'evidence.json'), evidence.replace(/("credentialJwt":"[^."]+\.)eyJ/, '$1eyK'))
  t.not(run(credential).status, 0, 'a changed credential')
  writeFileSync(join(folder, 'evidence.json'), evidence)
  await house.record(`/certificates/${house.id}/revocation`, {
    from: '2025-01-01',
    reason: 'Issued in error.',
  })
  t.match(run(status).stdout, 'revocation True')
})
