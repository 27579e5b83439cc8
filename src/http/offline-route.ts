import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'

/** Made by `npm run build:offline` and committed: everything that judges an evidence file, in one file to save. */
const PAGE = readFileSync(join(import.meta.dirname, 'verify-offline.html'))
/** The page names the digests of its own script and style; the header must allow the same and no more. */
const POLICY = /http-equiv="Content-Security-Policy" content="(?<policy>[^"]+)"/.exec(PAGE.toString())
  ?.groups?.['policy']

/** The offline verifier, for whoever wants to save it. */
export const offlineRoute: FastifyPluginAsync = async (app) => {
  app.get(
    '/verify-offline.html',
    {
      schema: {
        summary: 'A page that checks evidence files without a network, to be saved',
        tags: ['verification'],
      },
    },
    (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'public, max-age=3600')
        .header(
          'content-security-policy',
          `${POLICY}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
        )
        .send(PAGE),
  )
}
