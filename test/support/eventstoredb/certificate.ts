import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate of this run, and the file that clients name as their authority. */
export type Certificate = {
  readonly key: Buffer
  readonly certificate: Buffer
  readonly caFile: string
  readonly remove: () => void
}

/** Signs a certificate for localhost with openssl, in a folder of its own; no key outlives the run. */
export function selfSigned(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'eventstoredb-double-'))
  const keyFile = join(folder, 'node.key')
  const caFile = join(folder, 'node.crt')
  const subject = ['-subj', '/CN=eventstoredb-node', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', keyFile, '-out', caFile], {
    stdio: 'pipe',
  })
  return {
    key: readFileSync(keyFile),
    certificate: readFileSync(caFile),
    caFile,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
