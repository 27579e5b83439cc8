import { entryNamed } from '../../commands/catalogue.ts'
import type { Actor } from '../../commands/command.ts'
import type { Registry } from '../../registry.ts'
import { PROBLEMS } from '../problem-table.ts'
import { fieldOfPointer } from './award-form.ts'
import type { FieldError } from './forms.ts'

/**
 * Runs a command of the catalogue as whoever is at the desk. `once` stands in the form, so that one that is sent twice
 * records once. What is wrong comes back by field.
 */
export async function record(
  registry: Registry,
  actor: Actor,
  command: {
    readonly name: string
    readonly id?: string
    readonly input: object
    readonly once: string | undefined
  },
  requestId: string,
): Promise<{ readonly id: string } | { readonly errors: readonly FieldError[] }> {
  const { name, id, input, once } = command
  const entry = entryNamed(name)
  const read = entry.input.safeParse(input)
  if (!read.success)
    return {
      errors: read.error.issues.map(({ path, message }) => ({
        field: fieldOfPointer(`/${path.join('/')}`),
        text: message,
      })),
    }
  const ran = await registry.run(entry, id, read.data, {
    actor,
    correlationId: requestId,
    idempotencyKey: once,
  })
  if (ran.ok) return { id: ran.id }
  const { refusal } = ran
  const { title, mend } = PROBLEMS[refusal.kind]
  const field = 'field' in refusal ? fieldOfPointer(String(refusal.field)) : undefined
  return { errors: [{ field, text: `${title}. ${mend}` }] }
}
