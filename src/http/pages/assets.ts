import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'

const require = createRequire(import.meta.url)
const FAMILIES = ['noto-sans', 'noto-serif'] as const
const SUBSETS = ['latin', 'cyrillic', 'cyrillic-ext'] as const
const FOR_EVER = 'public, max-age=31536000, immutable'

const STYLE = readFileSync(join(import.meta.dirname, 'style.css'))
/** Named by what is in it, so that it may be kept for ever. */
export const STYLE_PATH = `/assets/style.${hash('sha256', STYLE, 'hex').slice(0, 12)}.css`

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="23" fill="#1d4f91"/><path d="M13 25l8 8 15-17" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></svg>'

/** The pages' style and fonts, from this house alone: no other address learns who reads. */
export const assets: FastifyPluginAsync = async (app) => {
  app.get(STYLE_PATH, { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', FOR_EVER).send(STYLE),
  )
  app.get('/assets/icon.svg', { schema: { hide: true } }, (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(ICON),
  )
  for (const family of FAMILIES) {
    const folder = dirname(require.resolve(`@fontsource-variable/${family}/package.json`))
    for (const subset of SUBSETS) {
      const name = `${family}-${subset}-wght-normal.woff2`
      const font = readFileSync(join(folder, 'files', name))
      app.get(`/assets/${name}`, { schema: { hide: true } }, (_request, reply) =>
        reply.type('font/woff2').header('cache-control', FOR_EVER).send(font),
      )
    }
  }
}
