import type { z } from 'zod'
import type { Role } from './command.ts'
import type { ExecutorDeps, Outcome, Request } from './executor.ts'
import type { Refusal } from './refusal.ts'

/**
 * One command as the outside sees it. The HTTP API makes a route of it, OpenAPI an operation, the import a kind of
 * row: nothing is said twice, and no way in can do what another can't.
 */
export type CatalogueEntry<Input = never> = {
  /** `certificate.revoke` */
  readonly name: string
  readonly summary: string
  readonly tag: 'certificates' | 'organizations' | 'sessions' | 'issuers' | 'persons'
  /** Below /api/v1, as Fastify writes it: `/certificates/:id/revocation`. `:id` is the subject; without it the command creates one. */
  readonly path: string
  readonly roles: readonly Role[]
  readonly input: z.ZodType<Input>
  /** `id` is the path's, already read into its canonical form; `undefined` where the command creates its subject. */
  readonly run: (deps: CommandDeps, id: string | undefined, input: Input, request: Request) => Promise<Outcome<unknown, Refusal>>
}

/** What commands work with beside the executor's. */
export type CommandDeps = ExecutorDeps & {
  /** 10 bytes that nobody can guess, for a certificate ID without an idempotency key. */
  readonly randomBytes: (size: number) => Uint8Array
}

/** An outcome, and whether this node's read model holds it already. */
export type Ran = Outcome<unknown, Refusal> & { readonly visible?: boolean }
