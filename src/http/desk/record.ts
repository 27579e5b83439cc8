import { entryNamed } from '../../commands/catalogue.ts'
import type { Actor } from '../../commands/command.ts'
import type { Refusal } from '../../commands/refusal.ts'
import type { Rehearsal } from '../../commands/rehearse.ts'
import type { Registry } from '../../registry.ts'
import { issueIn } from '../pages/problem-words/issue-words.ts'
import { invalidIn, problemIn } from '../pages/problem-words/problem-words.ts'
import type { Language } from '../pages/speech.ts'
import type { FieldError } from './forms.ts'

/** A command as a form of the desk asks for it. */
export type Asked = {
  readonly name: string
  readonly id?: string | undefined
  readonly input: object
  /** Stands in the form, so that one that is sent twice records once. */
  readonly once?: string | undefined
  /** Whose `once` is, where it is not the actor's own. */
  readonly keyHolder?: string | undefined
  /** The revision that the form was made from. */
  readonly expected?: bigint | undefined
  /** The field that a part of the input (a JSON Pointer) was typed into. */
  readonly fieldOf: (pointer: string) => string
}
/** Who asks, in which language errors are told, and the ID of the request. */
export type Asking = { readonly actor: Actor; readonly language: Language; readonly requestId: string }
export type Wrong = { readonly errors: readonly FieldError[] }

/** Runs a command of the catalogue as whoever is at the desk. What is wrong comes back by field. */
export async function record(
  registry: Registry,
  { actor, language, requestId }: Asking,
  asked: Asked,
): Promise<{ readonly id: string } | Wrong> {
  const read = entryNamed(asked.name).input.safeParse(asked.input)
  if (!read.success) return unreadable(read.error.issues, asked, language)
  const { once, keyHolder, expected } = asked
  const request = { actor, correlationId: requestId, idempotencyKey: once, keyHolder, expected }
  const ran = await registry.run(entryNamed(asked.name), asked.id, read.data, request)
  return ran.ok ? { id: ran.id } : { errors: [refusalError(ran.refusal, asked, language)] }
}

/** As `record`, and records nothing: what would be. */
export async function rehearsed(
  registry: Registry,
  { actor, language, requestId }: Asking,
  asked: Asked,
): Promise<{ readonly id: string; readonly rehearsal: Rehearsal } | Wrong> {
  const read = entryNamed(asked.name).input.safeParse(asked.input)
  if (!read.success) return unreadable(read.error.issues, asked, language)
  const { once, keyHolder, expected } = asked
  const request = { actor, correlationId: requestId, idempotencyKey: once, keyHolder, expected }
  const rehearsal = await registry.rehearse(entryNamed(asked.name), asked.id, read.data, request)
  const { outcome } = rehearsal
  return outcome.ok
    ? { id: outcome.id, rehearsal }
    : { errors: [refusalError(outcome.refusal, asked, language)] }
}

type Issue = { readonly path: readonly PropertyKey[]; readonly code: string; readonly message: string }

const unreadable = (issues: readonly Issue[], { fieldOf }: Asked, language: Language): Wrong => ({
  errors: issues.map((issue) => ({
    field: fieldOf(`/${issue.path.map(String).join('/')}`),
    text: issueIn(language, issue),
  })),
})

function refusalError(refusal: Refusal, { fieldOf }: Asked, language: Language): FieldError {
  const [title, mend] = problemIn(language, refusal.kind)
  const field = 'field' in refusal ? fieldOf(refusal.field) : undefined
  return { field, text: `${title}: ${refusal.kind === 'invalid' ? invalidIn(language, refusal) : mend}` }
}
