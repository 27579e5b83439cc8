import { join } from 'node:path'
import { buildServer, type ServerOptions } from '../../src/http/server.ts'
import { CheckpointHistory } from '../../src/tlog/checkpoint-history.ts'
import { TransparencyLog } from '../../src/tlog/transparency-log.ts'
import { logSigner } from '../../src/transparency/signer.ts'
import { must, openTestRegistry, withCouncil } from './registry.ts'
import { newPrivateKey, ORIGIN, until } from './tlog.ts'

/** A server with a transparency log and a key of each role; `ask` reads a page as whoever has signed in. */
export async function auditHouse(options: Partial<ServerOptions> = {}) {
  const rig = await openTestRegistry()
  await withCouncil(rig)
  await must(rig.run('issuer.register', undefined, { id: 'registry', name: { en: 'Registry' } }))
  const grant = async (issuer: string, role: string) =>
    (await must(rig.run('issuer.grant-key', issuer, { role }))).extra?.key ?? ''
  const keys = {
    issuer: await grant('council', 'issuer'),
    auditor: await grant('registry', 'auditor'),
    registrar: await grant('registry', 'registrar'),
  }
  const history = new CheckpointHistory(join(rig.folder, 'history'), () => rig.clock.now)
  const key = newPrivateKey()
  const tlog = new TransparencyLog({
    log: rig.registry.log,
    folder: rig.folder,
    signer: logSigner(ORIGIN, key),
    history,
  })
  const app = await buildServer(rig.registry, {
    logger: false,
    version: 'test',
    limits: { perKey: 1e9, perAddress: 1e9 },
    tlog,
    ...options,
  })
  const signIn = async (as: keyof typeof keys): Promise<string> => {
    const payload = new URLSearchParams({ key: keys[as] }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { cookies } = await app.inject({ method: 'POST', url: '/desk/sign-in', payload, headers })
    return `desk=${cookies[0]?.value ?? ''}`
  }
  const ask = async (url: string, cookie = '', accept = 'text/html') =>
    app.inject({ url, headers: { cookie, accept, 'accept-language': 'en' } })
  const send = async (url: string, cookie: string, body: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url,
      payload: new URLSearchParams(body).toString(),
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    })
  const covered = async () => {
    let events = 0
    for await (const batch of rig.registry.log.readAll({ commit: -1n, prepare: -1n })) events += batch.length
    return until(() => tlog.checkpoint?.size === events)
  }
  const close = async () => {
    await app.close()
    await tlog.stop()
    await rig.registry.close()
    rig.remove()
  }
  return { ...rig, app, tlog, history, key, keys, signIn, ask, send, covered, close }
}
