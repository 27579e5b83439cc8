import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { decodeCursor } from '../cursor.ts'
import type { Html } from '../pages/html.ts'
import { html } from '../pages/html.ts'
import { ProblemError } from '../problem.ts'
import { form, type Part, type Typed } from './forms.ts'
import { record } from './record.ts'
import { sendDesk } from './sign-in.ts'
import { type DeskHouse, hiddenOf, sentBy, type Tried, type Visit, visitOf } from './visit.ts'

/** One thing that can be recorded of a subject by a form of its own: what is typed, and how it becomes a command. */
export type Deed<Subject> = {
  /** The last part of its address. */
  readonly path: string
  /** As the catalogue calls it. */
  readonly command: string
  readonly label: string
  readonly fields: readonly Part[]
  /** What stands in the form at first. */
  readonly typed?: Typed
  /** Whether it can be recorded now; else it is not offered. */
  readonly offered?: boolean
  readonly input: (typed: Typed, subject: Subject) => object
  /** The field that a part of the input was typed into. */
  readonly fieldOf: (pointer: string, typed: Typed) => string
}

/** A form that was sent and refused, and which. */
export type TriedDeed = Tried & { readonly path: string }

/** The forms of all deeds that are offered, each folded until it is opened or was refused. */
export const deedForms = <Subject>(
  visit: Visit,
  base: string,
  deeds: readonly Deed<Subject>[],
  tried?: TriedDeed,
): readonly Html[] =>
  deeds
    .filter(({ offered, path }) => offered !== false || tried?.path === path)
    .map((deed) => {
      const mine = tried?.path === deed.path ? tried : undefined
      return html`<details${mine && html` open`}><summary>${deed.label}</summary>${deedForm(visit, `${base}/${deed.path}`, deed, mine)}</details>`
    })

/** The form of one deed. */
export const deedForm = <Subject>(
  visit: Visit,
  action: string,
  { label, fields, typed: first = {} }: Deed<Subject>,
  tried?: Tried,
): Html =>
  form({
    action,
    submit: label,
    fields,
    hidden: hiddenOf(visit, tried?.typed),
    again: visit.words.again,
    typed: tried?.typed ?? first,
    ...(tried && { errors: tried.errors }),
  })

/** Pages at which deeds on one kind of subject are recorded. */
export type DeedPages<Subject> = {
  /** `/sessions` */
  readonly base: string
  /** What there is of an ID; `undefined` where there is nothing. */
  readonly find: (id: string) => Subject | undefined
  readonly deeds: (visit: Visit, subject: Subject, id: string) => readonly Deed<Subject>[]
  readonly page: (visit: Visit, subject: Subject, id: string, tried?: TriedDeed, isDone?: boolean) => Html
}

/** The page of a subject, and what its forms send. */
export function deedRoutes<Subject>(app: FastifyInstance, house: DeskHouse, pages: DeedPages<Subject>): void {
  const schema = { hide: true } as const
  const found = (request: FastifyRequest) => {
    const { id = '' } = request.params as { id?: string }
    const subject = pages.find(id)
    if (subject === undefined) throw new ProblemError('not-found')
    return { id, subject }
  }

  app.get(`${pages.base}/:id`, { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const { id, subject } = found(request)
    const isDone = (request.query as { done?: string }).done !== undefined
    const page = pages.page(visit, subject, id, undefined, isDone)
    return sendDesk(request, reply, visit.speech, page, 200, true)
  })

  app.post(`${pages.base}/:id/:deed`, { schema }, async (request, reply): Promise<FastifyReply> => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const { id, subject } = found(request)
    const { deed: path = '' } = request.params as { deed?: string }
    const deed = pages.deeds(sent, subject, id).find((one) => one.path === path)
    if (!deed) throw new ProblemError('not-found')
    const { typed, speech } = sent
    const recorded = await record(house.registry, sent.asking, {
      name: deed.command,
      id,
      input: deed.input(typed, subject),
      once: typed['once'],
      fieldOf: (pointer) => deed.fieldOf(pointer, typed),
    })
    if ('id' in recorded)
      return reply.redirect(`/desk${pages.base}/${id}?done=1&lang=${speech.language}`, 303)
    const page = pages.page(sent, subject, id, { typed, errors: recorded.errors, path })
    return sendDesk(request, reply, speech, page, 422, true)
  })
}

/** A page that lists subjects and makes a new one. */
export type CreationPages = {
  /** `/sessions` */
  readonly base: string
  readonly deed: (visit: Visit) => Deed<undefined>
  readonly page: (visit: Visit, asked: ListAsked) => Html
}

/** What a list shows: those behind the ID `after`, in pages; and a form for a new one that was sent and refused. */
export type ListAsked = { readonly after?: string | undefined; readonly tried?: Tried }

/** The page of a list, and what its form for a new subject sends. */
export function creationRoutes(app: FastifyInstance, house: DeskHouse, pages: CreationPages): void {
  const schema = { hide: true } as const
  const { base } = pages

  app.get(base, { schema }, (request, reply) => {
    const visit = visitOf(house, request, reply)
    if (!visit) return reply
    const { cursor } = request.query as { cursor?: unknown }
    const after = decodeCursor(typeof cursor === 'string' ? cursor : undefined)
    return sendDesk(request, reply, visit.speech, pages.page(visit, { after }), 200, true)
  })

  app.post(base, { schema }, async (request, reply): Promise<FastifyReply> => {
    const sent = sentBy(house, request, reply)
    if (!sent) return reply
    const { typed, speech } = sent
    const deed = pages.deed(sent)
    const recorded = await record(house.registry, sent.asking, {
      name: deed.command,
      input: deed.input(typed, undefined),
      once: typed['once'],
      fieldOf: (pointer) => deed.fieldOf(pointer, typed),
    })
    if ('id' in recorded)
      return reply.redirect(`/desk${base}/${recorded.id}?done=1&lang=${speech.language}`, 303)
    const page = pages.page(sent, { tried: { typed, errors: recorded.errors } })
    return sendDesk(request, reply, speech, page, 422, true)
  })
}
