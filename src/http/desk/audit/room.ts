import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from '../../../registry.ts'
import type { TransparencyLog } from '../../../tlog/transparency-log.ts'
import type { Policy } from '../../../transparency/policy.ts'
import type { Integrity } from '../../integrity.ts'
import { html, type Html } from '../../pages/html.ts'
import { sendPage } from '../../pages/layout.ts'
import { type Speech, speechOf } from '../../pages/speech.ts'
import { type Seated, seated } from '../gate.ts'
import type { DeskSessions } from '../sessions.ts'
import { askToSignIn, deskHead } from '../sign-in.ts'
import { AUDIT_SCRIPT } from './script.ts'
import { AUDIT_WORDS, type AuditWords } from './words.ts'

/** What the auditor's rooms look at. */
export type AuditHouse = {
  readonly registry: Registry
  readonly sessions: DeskSessions
  readonly tlog?: TransparencyLog | undefined
  readonly policy?: Policy | undefined
  readonly integrity?: Integrity | undefined
  /** Aborted when the server stops: what streams ends then. */
  readonly stopping: AbortSignal
  readonly heartbeatMs?: number | undefined
}

/** Somebody who may see everything, in their language. */
export type Visit = { readonly here: Seated; readonly speech: Speech; readonly words: AuditWords }

const ROOMS = ['events', 'register', 'checkpoints', 'integrity'] as const
export type Room = (typeof ROOMS)[number]

/** Whether a key may look into the auditor's rooms. */
export const mayAudit = (here: Seated | undefined): here is Seated =>
  here !== undefined && here.actor.role !== 'issuer'

/**
 * Who visits: an auditor or a registrar. Nobody is asked to sign in, and an issuer is told whose rooms these are; then
 * the answer has been sent and this is `undefined`.
 */
export function visitOf(
  { registry, sessions }: AuditHouse,
  request: FastifyRequest,
  reply: FastifyReply,
): Visit | undefined {
  const here = seated(registry, sessions, request)
  const speech = speechOf(request)
  const words = AUDIT_WORDS[speech.language]
  if (mayAudit(here)) return { here, speech, words }
  if (here) void sendRefusal(request, reply, { here, speech, words })
  else void askToSignIn(request, reply)
  return undefined
}

function sendRefusal(request: FastifyRequest, reply: FastifyReply, { here, speech, words }: Visit) {
  const body = html`${deskHead(speech, here)}<h1>${words.refused}</h1><p>${words.refusedHint}</p><p><a href="/desk/?lang=${speech.language}">${speech.words.desk}</a></p>`
  return sendPage(request, reply, speech, { title: words.refused, body, status: 403 })
}

export type RoomPage = {
  readonly title: string
  readonly body: Html
  readonly room?: Room
  readonly status?: number
  /** Whether it is asked for again and again while it is not complete; seconds. */
  readonly again?: number | undefined
}

/** Sends a page of one of the rooms, with the way to the others. */
export function sendRoom(
  request: FastifyRequest,
  reply: FastifyReply,
  { here, speech, words }: Visit,
  { title, body, room, status = 200, again }: RoomPage,
): FastifyReply {
  const { language } = speech
  const ways = ROOMS.map(
    (one) =>
      html`<li><a href="/desk/${one}?lang=${language}"${one === room && html` aria-current="page"`}>${words.rooms[one]}</a></li>`,
  )
  const issuers =
    here.actor.role === 'registrar' &&
    html`<li><a href="/desk/?lang=${language}">${speech.words.desk}</a></li>`
  const whole = html`${deskHead(speech, here)}<nav class="audit" aria-label="${words.desk}"><ul>${ways}<li><a href="/operations?lang=${language}">${speech.words.operations.operations}</a></li>${issuers}</ul></nav><h1>${title}</h1>${body}`
  const head =
    again !== undefined && html`<noscript><meta http-equiv="refresh" content="${again}"></noscript>`
  return sendPage(request, reply, speech, {
    title,
    body: whole,
    status,
    script: AUDIT_SCRIPT.path,
    ...(head && { head }),
  })
}
