import { z } from 'zod'
import type { Refusal } from '../commands/refusal.ts'
import { type ProblemKind, PROBLEMS } from './problem-table.ts'

/** One wrong part of a request, by JSON Pointer. */
export type FieldError = { readonly pointer: string; readonly detail: string }

/** An RFC 9457 problem as it is sent. `type` is relative to the registry's address and can be opened there. */
export const problemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
})
/** The responses that every route may give beside its own. Typed loosely: the handlers' answers are typed by what makes them. */
export const problems: Readonly<Record<'4xx' | '5xx', z.ZodType<unknown>>> = {
  '4xx': problemBody,
  '5xx': problemBody,
}

export type ProblemBody = z.infer<typeof problemBody>

/** Thrown by handlers; the error handler alone sends it. */
export class ProblemError extends Error {
  readonly kind: ProblemKind
  readonly errors: readonly FieldError[]
  readonly more: Readonly<Record<string, unknown>>
  constructor(
    kind: ProblemKind,
    detail?: string,
    errors: readonly FieldError[] = [],
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail ?? PROBLEMS[kind].mend)
    this.name = 'ProblemError'
    this.kind = kind
    this.errors = errors
    this.more = more
  }
}

/** The body that a problem is sent as. `requestId` is what the operator finds it by. */
export function bodyOf(
  { kind, message, errors, more }: ProblemError,
  requestId: string,
): ProblemBody & Record<string, unknown> {
  const { status, title } = PROBLEMS[kind]
  const body = {
    ...more,
    type: `/problems/${kind}`,
    title,
    status,
    detail: message,
    instance: `urn:uuid:${requestId}`,
  }
  return errors.length === 0 ? body : { ...body, errors: [...errors] }
}

/** What a refused command is told as. */
export function problemOf(refusal: Refusal): ProblemError {
  if (refusal.kind === 'invalid')
    return new ProblemError('invalid', refusal.hint, [{ pointer: refusal.field, detail: refusal.hint }], {
      problem: refusal.problem,
    })
  const { kind, ...facts } = refusal
  const field = 'field' in facts ? [{ pointer: facts.field, detail: PROBLEMS[kind].mend }] : []
  return new ProblemError(kind, undefined, field, facts)
}
