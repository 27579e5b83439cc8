import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'

const SOURCE = readFileSync(join(import.meta.dirname, 'audit.js'))

/** The auditor's small script, named by what is in it. It adds comfort; every page works without it. */
export const AUDIT_SCRIPT = {
  path: `/assets/audit.${hash('sha256', SOURCE, 'hex').slice(0, 12)}.js`,
  source: SOURCE,
} as const

/** Serves the script, outside `/desk`. */
export const auditScript: FastifyPluginAsync = async (app) => {
  app.get(AUDIT_SCRIPT.path, { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(AUDIT_SCRIPT.source),
  )
}
