import { gzipSync } from 'node:zlib'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { certificateProof, leafProof } from '../tlog/certificate-proof.ts'
import type { SignedCheckpoint } from '../tlog/checkpoint-signer.ts'
import type { TransparencyLog } from '../tlog/transparency-log.ts'
import { formatHash } from '../transparency/hash.ts'
import { parseTilePath, TILE_WIDTH } from '../transparency/tile.ts'
import { formatTlogProof } from '../transparency/tlog-proof.ts'
import { formatVkey } from '../transparency/vkey.ts'
import { certificateIdOf } from './certificate-id.ts'
import { ProblemError, problems } from './problem.ts'

/** Full tiles never change, so for ever; a partial one does not either, but nobody asks for it for long. */
const FOR_EVER = 'public, max-age=31536000, immutable'
const A_DAY = 'public, max-age=86400'
const PLAIN = 'text/plain; charset=utf-8'

/** Static and small: an auditor who fetches a million leaves asks four thousand times. */
const TIMES_THE_LIMIT = 20
const count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const tags = ['transparency']

/** The transparency log for other people's tools (C2SP tlog-tiles), and proofs made ready for those without. */
export const tlogRoutes: FastifyPluginAsyncZod<{
  tlog: TransparencyLog
  /** Requests a minute that an address has elsewhere. */
  perAddress: number
}> = async (app, { tlog, perAddress }) => {
  const config = { rateLimit: { max: perAddress * TIMES_THE_LIMIT } }
  const zipped = new LRUCache<string, Buffer>({ max: 512 })

  app.get(
    '/checkpoint',
    { config, schema: { summary: 'The signed tree head', tags, response: problems } },
    (_request, reply) => reply.type(PLAIN).header('cache-control', 'no-cache').send(current(tlog).note),
  )

  app.get(
    '/vkey',
    { config, schema: { summary: 'The log’s verifier key', tags, response: problems } },
    (_request, reply) => reply.type(PLAIN).send(`${formatVkey(tlog.verifier)}\n`),
  )

  app.get(
    '/tile/*',
    {
      config,
      schema: {
        summary: 'A tile of hashes, or a bundle of leaves under entries/',
        tags,
        params: z.object({ '*': z.string().max(100) }),
        response: problems,
      },
    },
    (request, reply) => {
      const path = request.params['*']
      const address = parseTilePath(path)
      const bytes = address && tlog.tiles.read(address)
      if (!address || !bytes) throw new ProblemError('not-found')
      reply.type('application/octet-stream')
      reply.header('cache-control', address.width === TILE_WIDTH ? FOR_EVER : A_DAY)
      if (address.level !== 'entries') return reply.send(bytes)
      reply.header('vary', 'accept-encoding')
      if (!takesGzip(request.headers['accept-encoding'])) return reply.send(bytes)
      const small = zipped.get(path) ?? gzipSync(bytes)
      zipped.set(path, small)
      return reply.header('content-encoding', 'gzip').send(small)
    },
  )

  app.get(
    '/proof/inclusion',
    {
      config,
      schema: {
        summary: 'That a leaf is in a tree',
        tags,
        querystring: z.strictObject({
          leaf: count,
          size: count.optional().meta({ description: 'Of the tree; the checkpoint’s without it.' }),
        }),
        response: problems,
      },
    },
    (request, reply) => {
      const checkpoint = current(tlog)
      const { leaf, size = checkpoint.size } = request.query
      mustHold(leaf < size && size <= checkpoint.size)
      return reply.send({ ...leafProof(tlog, leaf, size), checkpoint: checkpoint.note })
    },
  )

  app.get(
    '/proof/consistency',
    {
      config,
      schema: {
        summary: 'That one tree begins with another',
        tags,
        querystring: z.strictObject({ from: count, to: count.optional() }),
        response: problems,
      },
    },
    (request, reply) => {
      const checkpoint = current(tlog)
      const { from, to = checkpoint.size } = request.query
      mustHold(from <= to && to <= checkpoint.size)
      const hashes = tlog.consistency(from, to).map(formatHash)
      return reply.send({ from, to, hashes, checkpoint: checkpoint.note })
    },
  )

  app.get(
    '/proof/leaf/:file',
    {
      config,
      schema: {
        summary: 'A proof that stands alone: N.tlog-proof',
        tags,
        params: z.object({ file: z.string().regex(/^(?:0|[1-9][0-9]{0,14})\.tlog-proof$/) }),
        response: problems,
      },
    },
    (request, reply) => {
      const checkpoint = current(tlog)
      const index = Number.parseInt(request.params.file, 10)
      mustHold(index < checkpoint.size)
      const hashes = tlog.inclusion(index, checkpoint.size)
      return reply.type(PLAIN).send(formatTlogProof({ index, hashes, checkpoint: checkpoint.note }))
    },
  )

  app.get(
    '/proof/certificates/:id',
    {
      config,
      schema: {
        summary: 'That every change of a certificate is in the log',
        tags,
        params: z.object({ id: z.string().max(100) }),
        response: problems,
      },
    },
    (request, reply) => {
      const proof = certificateProof(tlog, certificateIdOf(request.params.id))
      if (proof === 'unpublished') throw unpublished()
      if (proof === 'unknown') throw new ProblemError('award-not-found')
      return reply.send(proof)
    },
  )
}

function current(tlog: TransparencyLog): SignedCheckpoint {
  if (!tlog.checkpoint) throw unpublished()
  return tlog.checkpoint
}

function unpublished(): ProblemError {
  return new ProblemError('not-found', 'No checkpoint has been published yet.')
}

function mustHold(holds: boolean): void {
  if (!holds) throw new ProblemError('not-found', 'The checkpoint has no such leaf or size (yet).')
}

function takesGzip(accepted: string | undefined): boolean {
  return (accepted ?? '')
    .split(',')
    .some((one) => /^\s*(?:x-)?gzip\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/i.test(one))
}
