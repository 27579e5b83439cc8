import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import Fastify from 'fastify'
import { readConfig } from '../../src/cli/config.ts'
import { start } from '../../src/cli/serve.ts'

/** The process that `server.ts` starts: `served.ts registry|hello|bytes FOLDER`. Says where it listens; ends when told. */
const [what, folder = '.'] = process.argv.slice(2)
const server =
  what === 'hello' ? await hello() : what === 'bytes' ? await bytes(folder) : await registry(folder)
process.send?.({ url: server.url, key: server.key })
await once(process, 'message')
await server.stop()
process.disconnect?.()

async function registry(DATA_DIR: string) {
  const unlimited = String(1e9)
  const config = readConfig({
    PORT: '0',
    DATA_DIR,
    RATE_LIMIT_PER_KEY: unlimited,
    RATE_LIMIT_PER_ADDRESS: unlimited,
  })
  const { out, err } = { out: process.stdout, err: process.stderr }
  const running = await start({ env: {}, now: Date.now, out, err, onStop: () => {} }, config)
  return { url: running.url, key: running.registrarKey ?? '', stop: running.stop }
}

async function hello() {
  const app = Fastify()
  app.get('/', () => ({ hello: 'world' }))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, key: '', stop: () => app.close() }
}

/** The files of the folder, from memory. */
async function bytes(data: string) {
  const app = Fastify()
  const sent = new Map<string, Buffer>()
  app.get<{ Params: { file: string } }>('/:file', (request, reply) => {
    const { file } = request.params
    const body = sent.get(file) ?? readFileSync(join(data, basename(file)))
    sent.set(file, body)
    return reply.type('application/octet-stream').send(body)
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, key: '', stop: () => app.close() }
}
