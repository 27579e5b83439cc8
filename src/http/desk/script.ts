import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'

const SOURCE = readFileSync(join(import.meta.dirname, 'desk.js'))

/** The desk's small script, named by what is in it: previews while one types. Every form works without it. */
export const DESK_SCRIPT = {
  path: `/assets/desk.${hash('sha256', SOURCE, 'hex').slice(0, 12)}.js`,
  source: SOURCE,
} as const

/** Serves the script, outside `/desk`. */
export const deskScript: FastifyPluginAsync = async (app) => {
  app.get(DESK_SCRIPT.path, { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(DESK_SCRIPT.source),
  )
}
