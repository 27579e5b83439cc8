import type { z } from 'zod'
import type { CatalogueEntry, CommandDeps, EntryOutcome, Tag } from './catalogue-entry.ts'
import type { Command, DomainEvent } from './command.ts'
import { execute, type Request } from './executor.ts'
import type { Refusal } from './refusal.ts'

type Spec<Input extends object> = Omit<CatalogueEntry<Input>, 'input' | 'run'> & {
  readonly input: z.ZodType<Input>
  readonly run: (
    deps: CommandDeps,
    id: string | undefined,
    input: Input,
    request: Request,
  ) => Promise<EntryOutcome>
}

/**
 * Closes over an entry's types, so that entries of different inputs stand in one list. What keeps this sound: the
 * entry's schema remembers every value that it made, and `run` takes no other.
 */
export function defineEntry<Input extends object>(spec: Spec<Input>): CatalogueEntry {
  const made = new WeakSet<object>()
  const isMade = (input: unknown): input is Input =>
    typeof input === 'object' && input !== null && made.has(input)
  const input = spec.input.overwrite((value) => {
    made.add(value)
    return value
  })
  return {
    ...spec,
    input,
    run: async (deps, id, given, request) => {
      if (!isMade(given)) throw new TypeError(`${spec.name} takes what its own schema has parsed`)
      return spec.run(deps, id, given, request)
    },
  }
}

/** An entry for a command of one stream. Its subject is the path's ID, or `idOf` the input where it creates one. */
export function entryOf<Input extends object, State, Event extends DomainEvent, Refused extends Refusal>(
  command: Command<Input, State, Event, Refused>,
  where: { readonly tag: Tag; readonly path: string; readonly idOf?: (input: Input) => string },
): CatalogueEntry {
  const { name, summary, roles, input } = command
  return defineEntry<Input>({
    name,
    summary,
    roles,
    input,
    tag: where.tag,
    path: where.path,
    run: (deps, id, given, request) =>
      execute(deps, command, subjectOf(name, where.idOf?.(given) ?? id), given, request),
  })
}

/** The subject of a command on something that exists. Throws where the way in gave none. */
export function subjectOf(name: string, id: string | undefined): string {
  if (id === undefined) throw new TypeError(`${name} needs the ID of its subject`)
  return id
}
