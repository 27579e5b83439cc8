import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'

/** Made by `npm run build:check` and committed. */
const SCRIPT = readFileSync(join(import.meta.dirname, 'check.min.js'))

/** The script of the pages that take a file: adds dropping, pasting and the camera. Named by what is in it. */
export const CHECK_SCRIPT = `/assets/check.${hash('sha256', SCRIPT, 'hex').slice(0, 12)}.js`

/** The script, from this house alone. */
export const checkScripts: FastifyPluginAsync = async (app) => {
  app.get(CHECK_SCRIPT, { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(SCRIPT),
  )
}
