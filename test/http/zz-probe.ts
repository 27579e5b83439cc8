import { buildServer } from '../../src/http/server.ts'
import { certificate, must, openTestRegistry, withCouncil } from '../support/registry.ts'
const rig = await openTestRegistry()
await withCouncil(rig)
await must(rig.run('issuer.register', undefined, { id: 'registry', name: { en: 'Registry' } }))
const key = (await must(rig.run('issuer.grant-key', 'registry', { role: 'registrar' }))).extra?.key ?? ''
const app = await buildServer(rig.registry, { logger: false, version: 't', limits: { perKey: 1e6, perAddress: 5 } })
const loose = await buildServer(rig.registry, { logger: false, version: 't', limits: { perKey: 1e6, perAddress: 1e6 } })
const show = (l: string, r: { statusCode: number; headers: object; body: string }) => console.log(l, r.statusCode, (r.headers as Record<string, string>)['content-type'], r.body.slice(0, 130))
const counts: number[] = []
for (let n = 0; n < 12; n++) counts.push((await app.inject({ url: '/api/v1/statistics', headers: { authorization: `Bearer crk_fake${n}_x` } })).statusCode)
console.log('1 rotating fake key ids, limit 5:', counts.join())
const h: number[] = []
for (let n = 0; n < 8; n++) h.push((await app.inject({ url: '/health/live', remoteAddress: '9.9.9.9' })).statusCode)
console.log('2 health, limit 5:', h.join())
const nf: number[] = []
for (let n = 0; n < 8; n++) nf.push((await app.inject({ url: '/nowhere', remoteAddress: '9.9.9.8' })).statusCode)
console.log('3 not found, limit 5:', nf.join())
const c = await must(rig.run('certificate.issue', undefined, { ...certificate, validUntil: '2026-01-15' }))
const a = await loose.inject({ url: `/api/v1/certificates/${c.id}` })
rig.clock.now += 86_400_000
const b = await loose.inject({ url: `/api/v1/certificates/${c.id}`, headers: { 'if-none-match': String(a.headers.etag) } })
const d = await loose.inject({ url: `/api/v1/certificates/${c.id}` })
console.log('4 day before/after expiry:', a.json().verdict.status, '| conditional next day:', b.statusCode, '| truth:', d.json().verdict.status)
const auth = { authorization: `Bearer ${key}` }
const all = (await loose.inject({ url: '/api/v1/events', headers: auth })).body.trim().split('\n').map((l) => JSON.parse(l))
const at = all.at(-1)
const rec = at.recordedAt ?? at.metadata?.recordedAt
const sec = `${String(rec).slice(0, 19)}Z`
const s = (await loose.inject({ url: `/api/v1/events?since=${sec}`, headers: auth })).body.trim().split('\n').filter(Boolean).length
const u = (await loose.inject({ url: `/api/v1/events?until=${sec}`, headers: auth })).body.trim().split('\n').filter(Boolean).length
console.log('5 total', all.length, 'recordedAt', rec, 'since', sec, s, 'until', u)
show('6 bad url', await loose.inject({ url: '/api/v1/certificates/%zz' }))
show('6b long id', await loose.inject({ url: `/api/v1/certificates/${'a'.repeat(300)}` }))
show('6c known offset', await loose.inject({ url: `/api/v1/certificates/${c.id}?known=2026-01-20T00:00:00%2B06:00` }))
show('6d after', await loose.inject({ url: `/api/v1/events?after=x`, headers: auth }))
const docs = await loose.inject({ url: '/docs/' })
console.log('7 docs csp', docs.headers['content-security-policy'])
console.log('8 head', (await loose.inject({ method: 'HEAD', url: `/api/v1/certificates/${c.id}` })).statusCode, (await loose.inject({ method: 'HEAD', url: `/api/v1/events`, headers: auth })).statusCode)
show('9 slash key', await loose.inject({ method: 'POST', url: '/api/v1/organizations', headers: auth, payload: { 'a/b~c': 1, id: 'x', name: { en: 'x' } } }))
await app.close(); await loose.close(); await rig.registry.close(); rig.remove()
