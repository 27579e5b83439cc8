import type { z } from 'zod'
import type { Role } from './command.ts'
import type { Executed, ExecutorDeps, Request } from './executor.ts'
import type { FoldedStreams } from './folded-streams.ts'
import type { Refusal } from './refusal.ts'

/** What commands work with beside the executor's. */
export type CommandDeps = ExecutorDeps & {
  /** Bytes that nobody can guess: certificate IDs without an idempotency key, keys, seeds. */
  readonly randomBytes: (size: number) => Uint8Array
  /** Keeps folded issuers and sessions between commands; without it each is read whole every time. */
  readonly folded?: FoldedStreams
}

/** A command's outcome. `extra` is what is told once and kept nowhere: a new access key, `null` when it is repeated. */
export type EntryOutcome =
  | (Executed<unknown> & { readonly extra?: { readonly key: string | null } })
  | { readonly ok: false; readonly refusal: Refusal }

/** An outcome, and whether this node's read model holds it already. */
export type Ran = EntryOutcome & { readonly visible?: boolean }

export type Tag = 'certificates' | 'organizations' | 'sessions' | 'issuers' | 'persons' | 'proposals'

/**
 * One command as the outside sees it. The HTTP API makes a route of it, OpenAPI an operation, the import a kind of
 * row: nothing is said twice, and no way in can do what another can't.
 */
export type CatalogueEntry<Input = object> = {
  /** `certificate.revoke` */
  readonly name: string
  readonly summary: string
  readonly tag: Tag
  /** Below /api/v1, as Fastify writes it: `/certificates/:id/revocation`. Without `:id` the command creates its subject. */
  readonly path: string
  readonly roles: readonly Role[]
  readonly input: z.ZodType<Input>
  /** `id` is the path's, in its canonical form; `undefined` where the command creates. `input` was made by the schema. */
  readonly run: (
    deps: CommandDeps,
    id: string | undefined,
    input: unknown,
    request: Request,
  ) => Promise<EntryOutcome>
}

/** Whether a command makes a new subject. */
export const creates = ({ path }: CatalogueEntry) => !path.includes('/:id')
