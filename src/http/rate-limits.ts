import { isIPv6 } from 'node:net'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Registry } from '../registry.ts'
import { actorIfAny } from './auth.ts'
import { ProblemError } from './problem.ts'

/** Requests a minute for one key, and for one address without a key. */
export type Limits = { readonly perKey: number; readonly perAddress: number }

/**
 * A good key has a bucket of its own; everybody else shares the address's, whatever key they make up. Sets
 * `request.actor` on the way.
 */
export async function limitRates(
  app: FastifyInstance,
  registry: Registry,
  { perKey, perAddress }: Limits,
): Promise<void> {
  app.addHook('onRequest', (request, _reply, done) => {
    request.actor = actorIfAny(registry, request)
    done()
  })
  await app.register(rateLimit, {
    timeWindow: 60_000,
    max: (request) => (request.actor === undefined ? perAddress : perKey),
    keyGenerator: (request) => request.actor?.name ?? networkOf(request.ip),
    errorResponseBuilder: (_request, { after }) =>
      new ProblemError('too-many-requests', `Come back in ${after}.`),
  })
}

/** How many times rarer than a reading a judgement may be asked for: signatures, canonical forms, thousands of proofs. */
const DEARER = 10

/** The route option for what costs far more than a reading: a bucket of its own, a tenth as large. */
export const dear = ({ perKey, perAddress }: Limits) => ({
  rateLimit: {
    max: ({ actor }: FastifyRequest) => Math.ceil((actor === undefined ? perAddress : perKey) / DEARER),
  },
})

const MAPPED_V4 = /^::ffff:(?<v4>\d+\.\d+\.\d+\.\d+)$/i

/**
 * Whom an address stands for. An IPv6 host has the 2^64 addresses of its /64 (RFC 4291, 2.5.1) and may take a new one
 * for each request, so the prefix is counted; an IPv4 address counts whole, also where it is written as IPv6.
 */
export function networkOf(address: string): string {
  const [ip = ''] = address.split('%')
  const mapped = MAPPED_V4.exec(ip)?.groups?.['v4']
  if (mapped !== undefined) return mapped
  if (!isIPv6(ip)) return ip
  const [head = '', tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => '0')
  return `${[...(before ?? []), ...zeros, ...(after ?? [])].slice(0, 4).join(':')}::/64`
}
