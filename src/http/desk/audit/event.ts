import { hash } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import { readCertificateId } from '../../../domain/certificate-id.ts'
import type { RecordedEvent } from '../../../log/event-log.ts'
import { formatPosition } from '../../../log/position.ts'
import { leafOf } from '../../../tlog/event-leaf.ts'
import type { TransparencyLog } from '../../../tlog/transparency-log.ts'
import { formatHash, leafHash } from '../../../transparency/hash.ts'
import { canonicalEvent } from '../../../transparency/leaf.ts'
import { proofSteps } from '../../../transparency/proof-steps.ts'
import { verifyInclusion } from '../../../transparency/verify-proofs.ts'
import { html, type Html } from '../../pages/html.ts'
import { link, rows } from '../../pages/parts.ts'
import { ProblemError } from '../../problem.ts'
import { eventPath } from './events.ts'
import { type AuditHouse, sendRoom, type Visit, visitOf } from './room.ts'
import { counted, eventName, filledIn } from './words.ts'

/** One event: as it stands in the log, and the proof that it is in the signed tree, step by step. */
export const eventPage: FastifyPluginAsync<AuditHouse> = async (app, house) => {
  app.get('/events/:stream/:revision', { schema: { hide: true } }, async (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const { stream, revision } = request.params as { readonly stream: string; readonly revision: string }
    if (!/^(?:0|[1-9][0-9]{0,14})$/.test(revision)) throw new ProblemError('not-found')
    const asked = BigInt(revision)
    const slice = await house.registry.log.readStream(stream, asked)
    const [event] = slice.events
    if (event?.revision !== asked) throw new ProblemError('not-found')
    const last = slice.revision === 'no-stream' ? asked : slice.revision
    return sendRoom(request, reply, visit, {
      title: eventName(visit.speech, event.type),
      room: 'events',
      body: html`${beside(visit, event, last)}${said(visit, event)}${proofOf(visit, event, house.tlog)}`,
    })
  })
}

function beside({ speech, words }: Visit, event: RecordedEvent, last: bigint): Html {
  const to = (revision: bigint, text: string) =>
    link(speech, eventPath({ stream: event.stream, revision }), text)
  const { revision } = event
  return html`<p class="walk">${link(speech, '/desk/events', words.rooms.events)}${revision > 0n && html` ${to(revision - 1n, words.previous)}`}${revision < last && html` ${to(revision + 1n, words.next)}`}</p>`
}

function said({ speech, words }: Visit, event: RecordedEvent): Html {
  const { stream, revision, type, position, metadata, id, data } = event
  const reading = stream.startsWith('award-') ? readCertificateId(stream.slice('award-'.length)) : undefined
  const then = new URLSearchParams({ recordedAt: metadata.recordedAt, lang: speech.language }).toString()
  return html`${rows([
    [words.type, html`<code>${type}</code>`],
    [words.recordedAt, html`${speech.instant(metadata.recordedAt)}<br><small>${metadata.recordedAt}</small>`],
    [words.recordedBy, metadata.actor],
    [words.streamName, html`${stream}<br><small>${words.revision} ${String(revision)}</small>`],
    [words.position, formatPosition(position)],
    ['ID', id],
    ['correlationId', metadata.correlationId],
    ['causationId', metadata.causationId],
    ['schemaVersion', metadata.schemaVersion],
  ])}<p class="walk"><a href="/desk/register?${then}">${words.registerThen}</a>${reading?.ok && html` <a href="/desk/register/${reading.id}?${then}">${words.certificateThen}</a> ${link(speech, `/c/${reading.id}`, words.certificateNow)}`}</p>
<section aria-labelledby="raw"><h2 id="raw">JSON</h2><pre tabindex="0">${JSON.stringify({ position: formatPosition(position), revision: String(revision), id, type, data, metadata, stream }, undefined, 2)}</pre></section>`
}

function proofOf(visit: Visit, event: RecordedEvent, tlog: TransparencyLog | undefined): Html {
  const { words } = visit
  const { data } = leafOf(event)
  const leaf = tlog?.tiles.leafAt(event.stream, event.revision)
  const { checkpoint } = tlog ?? {}
  const shown = (verdict: Html) =>
    html`<section aria-labelledby="proof"><h2 id="proof">${words.proofTitle}</h2>${verdict}${steps(visit, event, tlog, leaf)}</section>`
  const note = (text: string, isGood: boolean) => html`<p class="note${isGood && html` good`}">${text}</p>`
  if (!tlog || leaf === undefined || !checkpoint || leaf >= checkpoint.size)
    return shown(note(words.notCovered, false))
  const proof = tlog.inclusion(leaf, checkpoint.size)
  const isProven = verifyInclusion(leafHash(data), leaf, checkpoint.size, proof, checkpoint.root)
  return shown(isProven ? note(words.proven, true) : html`<p class="note bad">${words.contradicted}</p>`)
}

/** What anybody can do again, from the event to the root that was signed. */
function steps(
  { speech, words }: Visit,
  event: RecordedEvent,
  tlog: TransparencyLog | undefined,
  leaf: number | undefined,
): Html {
  const { id, stream, revision, type, data, metadata } = event
  const { recordedAt } = metadata
  const canonical = canonicalEvent({ id, stream, revision, type, data, recordedAt })
  const made = leafOf(event).data
  const hashed = leafHash(made)
  const own = html`<li>${words.stepCanonical}<details><summary>JSON, RFC 8785</summary><code>${canonical}</code></details></li><li>${words.stepDigest}<br><code>${hash('sha256', canonical, 'hex')}</code></li><li>${words.stepLeaf}<br><code>${made.toString()}</code></li><li>${words.stepLeafHash}<br><code>${formatHash(hashed)}</code></li>`
  const { checkpoint } = tlog ?? {}
  if (!tlog || leaf === undefined || !checkpoint || leaf >= checkpoint.size)
    return html`<ol class="proof">${own}</ol>`
  const path = proofSteps(hashed, leaf, checkpoint.size, tlog.inclusion(leaf, checkpoint.size))
  return html`<ol class="proof">${own}<li>${filledIn(words.stepPlace, counted(speech, leaf), counted(speech, checkpoint.size))}</li>${path.map(
    ({ beside: other, side, gives }) =>
      html`<li>${side === 'left' ? words.stepLeft : words.stepRight}<br><code>${formatHash(other)}</code><br><small>${words.stepGives}</small> <code>${formatHash(gives)}</code></li>`,
  )}<li>${words.stepRoot}<details><summary>${words.checkpoint}</summary><pre tabindex="0">${checkpoint.note}</pre></details></li></ol>
<p class="walk"><a href="/tlog/proof/leaf/${leaf}.tlog-proof">${words.proof} ${leaf} (tlog-proof)</a> ${link(speech, '/desk/checkpoints', words.rooms.checkpoints)}</p>`
}
