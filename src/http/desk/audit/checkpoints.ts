import type { FastifyPluginAsync } from 'fastify'
import type { PublishedCheckpoint } from '../../../tlog/checkpoint-history.ts'
import type { TransparencyLog } from '../../../tlog/transparency-log.ts'
import { verifyCosignature } from '../../../transparency/cosignature.ts'
import { formatHash } from '../../../transparency/hash.ts'
import { openNote } from '../../../transparency/open-note.ts'
import type { Policy } from '../../../transparency/policy.ts'
import { verifyConsistency } from '../../../transparency/verify-proofs.ts'
import { formatVkey } from '../../../transparency/vkey.ts'
import { html, type Html } from '../../pages/html.ts'
import { rows } from '../../pages/parts.ts'
import { asText } from './filters.ts'
import { type AuditHouse, sendRoom, type Visit, visitOf } from './room.ts'
import { counted, filledIn } from './words.ts'

const PAGE = 20

/** Every checkpoint that was published and is kept: when, how large, with which root, cosigned by whom, and what it follows from. */
export const checkpoints: FastifyPluginAsync<AuditHouse> = async (app, house) => {
  app.get('/checkpoints', { schema: { hide: true } }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const { tlog, policy } = house
    const { words, speech } = visit
    const all = tlog?.history?.all() ?? []
    const from = Number(asText((request.query as Readonly<Record<string, unknown>>)['from'])) || 0
    const start = Math.min(Math.max(0, Math.floor(from)), all.length)
    const shown = all.slice(start, start + PAGE)
    const to = (place: number, text: string) =>
      html` <a href="/desk/checkpoints?from=${place}&amp;lang=${speech.language}">${text}</a>`
    const body = html`<p>${words.checkpointsHint}</p>${
      tlog &&
      rows([
        [words.logKey, html`<code>${formatVkey(tlog.verifier)}</code>`],
        [words.witnesses, witnessesOf(visit, tlog, policy)],
      ])
    }${shown.length === 0 ? html`<p class="soft">${words.noCheckpoints}</p>` : html`<ol class="events">${shown.map((one, at) => item(visit, one, all[start + at + 1], tlog, policy))}</ol>`}<p class="walk">${start > 0 && to(Math.max(0, start - PAGE), words.newer)}${start + PAGE < all.length && to(start + PAGE, words.older)}</p>`
    return sendRoom(request, reply, visit, { title: words.rooms.checkpoints, room: 'checkpoints', body })
  })
}

function witnessesOf({ words }: Visit, tlog: TransparencyLog, policy: Policy | undefined): Html {
  const faults = tlog.health().witnesses
  const names = policy?.witnesses ?? []
  return names.length === 0
    ? html`<span class="soft">${words.noWitnesses}</span>`
    : html`${names.map(({ name }) => html`<span class="said">${name}${faults[name] !== undefined && html`: <strong>${faults[name]}</strong>`}</span>`)}`
}

function item(
  visit: Visit,
  checkpoint: PublishedCheckpoint,
  before: PublishedCheckpoint | undefined,
  tlog: TransparencyLog | undefined,
  policy: Policy | undefined,
): Html {
  const { speech, words } = visit
  const { size, root, at, note } = checkpoint
  return html`<li><strong>${filledIn(words.leavesOf, counted(speech, size))}</strong> <small>${speech.instant(at)}</small><br><small>${words.root} <code>${formatHash(root)}</code></small>${signatures(visit, note, tlog, policy)}<br>${follows(visit, checkpoint, before, tlog)}<details><summary>${words.asSigned}</summary><pre tabindex="0">${note}</pre></details></li>`
}

/** Whose signatures are good. A checkpoint of an earlier name or key of the log is kept, and can't be judged by this one. */
function signatures(
  { speech, words }: Visit,
  note: string,
  tlog: TransparencyLog | undefined,
  policy: Policy | undefined,
): Html {
  const witnesses = policy?.witnesses ?? []
  const opened = openNote(note, [...(tlog ? [tlog.verifier] : []), ...witnesses.map((one) => one.verifier)])
  if (!opened.ok) return html`<br><span class="badge suspended">${words.signatureUnknown}</span>`
  const by = opened.verified.flatMap(({ verifier, signature }) => {
    const witness = witnesses.find((one) => one.verifier === verifier)
    if (!witness) return []
    const seconds = verifyCosignature(opened.note.text, signature.bytes, verifier.key) ?? 0
    return [
      html`<br><small>${words.cosignedBy} ${witness.name}, ${speech.instant(new Date(seconds * 1_000).toISOString())}</small>`,
    ]
  })
  return html`<br><span class="badge valid">${words.signatureGood}</span>${by}`
}

/** Whether a checkpoint's tree begins with the one of the checkpoint before: worked out from the tiles, then verified. */
function follows(
  { words }: Visit,
  { size, root }: PublishedCheckpoint,
  before: PublishedCheckpoint | undefined,
  tlog: TransparencyLog | undefined,
): Html {
  const unchecked = html`<span class="badge suspended">${words.notChecked}</span>`
  if (!before) return html`<small>${words.firstKept}</small>`
  if (!tlog || before.size === 0 || Math.max(size, before.size) > tlog.tiles.size) return unchecked
  const [small, large] = size >= before.size ? [before, { size, root }] : [{ size, root }, before]
  const proof = tlog.consistency(small.size, large.size)
  return verifyConsistency(small.size, large.size, proof, small.root, large.root)
    ? html`<span class="badge valid">${words.consistent}</span>`
    : html`<span class="badge revoked">${words.inconsistent}</span>`
}
