import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from '../../registry.ts'
import { ProblemError } from '../problem.ts'
import { type Speech, speechOf } from '../pages/speech.ts'
import type { FieldError, Typed } from './forms.ts'
import { isOurs, type Seated, seated } from './gate.ts'
import type { Asking } from './record.ts'
import type { DeskSessions } from './sessions.ts'
import { askToSignIn, refuseForm } from './sign-in.ts'
import { textsOf } from './typed.ts'
import { DESK_WORDS, type DeskWords } from './words.ts'

/** What the rooms of the desk work with. */
export type DeskHouse = { readonly registry: Registry; readonly sessions: DeskSessions }

/** Somebody at the desk who may record, in their language. */
export type Visit = {
  readonly here: Seated
  readonly speech: Speech
  readonly words: DeskWords
  readonly asking: Asking
}
/** A form that somebody at the desk sent. */
export type Sent = Visit & { readonly typed: Typed }

/** A form that was sent and not recorded: what was typed, and what is wrong with it. */
export type Tried = { readonly typed: Typed; readonly errors: readonly FieldError[] }

/** Who visits; `undefined` where nobody is signed in: then the visitor has been asked to. Throws for who may only read. */
export function visitOf(
  { registry, sessions }: DeskHouse,
  request: FastifyRequest,
  reply: FastifyReply,
): Visit | undefined {
  const here = seated(registry, sessions, request)
  if (!here) {
    void askToSignIn(request, reply)
    return undefined
  }
  return visited(here, request)
}

/** Who sent a form; `undefined` where it is none of ours or came too late: then it has been refused, unrecorded. */
export function sentBy(
  { registry, sessions }: DeskHouse,
  request: FastifyRequest,
  reply: FastifyReply,
): Sent | undefined {
  const here = seated(registry, sessions, request)
  if (!here || !isOurs(request, here)) {
    void refuseForm(request, reply)
    return undefined
  }
  return { ...visited(here, request), typed: textsOf(request.body) }
}

function visited(here: Seated, request: FastifyRequest): Visit {
  const speech = speechOf(request)
  const words = DESK_WORDS[speech.language]
  if (here.actor.role === 'auditor') throw new ProblemError('forbidden', words.notForYou)
  return {
    here,
    speech,
    words,
    asking: { actor: here.actor, language: speech.language, requestId: request.id },
  }
}

/** `once` makes a form that is sent twice record once; it stays while the form is being mended. */
export const hiddenOf = ({ here, speech }: Visit, typed?: Typed): Typed => ({
  csrf: here.session.csrf,
  lang: speech.language,
  once: typed?.['once'] ?? randomUUID(),
})
