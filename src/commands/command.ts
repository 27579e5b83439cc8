import type { z } from 'zod'
import type { Decision } from '../domain/decision.ts'
import type { Sealed } from './person-input.ts'

export type Role = 'registrar' | 'issuer' | 'auditor'

/** Who asks. `issuerId` is the issuer that the key belongs to; `name` is what the log keeps (`interstate-council/k1`). */
export type Actor = { readonly name: string; readonly role: Role; readonly issuerId: string }

/** A stored event as a decider makes it. */
export type DomainEvent = { readonly type: string; readonly data: object }

/** What the executor must know of an aggregate to run its decisions. */
export type Aggregate<State, Event extends DomainEvent> = {
  readonly kind: 'award' | 'issuer' | 'organization' | 'person' | 'proposal' | 'serial' | 'session'
  readonly stream: (id: string) => string
  readonly schema: z.ZodType<Event>
  readonly initial: State
  readonly evolve: (state: State, event: Event) => State
}

/** What a decision may ask of the rest of the registry, as this node's read model knows it. */
export type Lookup = {
  readonly organizationExists: (id: string) => boolean
  readonly sessionExists: (id: string) => boolean
  readonly personErased: (personId: string) => boolean
  /** Whether any event names the person. */
  readonly personKnown: (personId: string) => boolean
  /** Whose key it is, revoked or not. */
  readonly keyIssuer: (keyId: string) => string | undefined
}

/** The circumstances of a decision. */
export type Circumstances = {
  readonly today: string
  readonly actor: Actor
  readonly lookup: Lookup
  /** The subject: the ID behind the stream's kind. */
  readonly id: string
}

/** Refusals that no single aggregate makes. */
export type CommonRefusal =
  | { readonly kind: 'forbidden'; readonly why: 'role' | 'other-issuer' }
  | { readonly kind: 'precondition-failed'; readonly revision: string }
  | { readonly kind: 'idempotency-key-reused' }
  | { readonly kind: 'too-busy' }
  | { readonly kind: 'unknown-organization'; readonly field: string; readonly id: string }
  | { readonly kind: 'unknown-session'; readonly field: string; readonly id: string }
  | { readonly kind: 'person-erased'; readonly personId: string }

/**
 * One thing that can be asked of an aggregate. `input` is what a request says, `decide` what comes of it: both the
 * HTTP API and the import are made from this, so that neither can do what the other can't.
 */
export type Command<Input, State, Event extends DomainEvent, Refusal extends { readonly kind: string }> = {
  /** Stable name, `award.revoke`; part of the request's digest. */
  readonly name: string
  /** One line for the API's reference. */
  readonly summary: string
  readonly aggregate: Aggregate<State, Event>
  readonly roles: readonly Role[]
  readonly input: z.ZodType<Input>
  /** Fills in what the state knows better than the request, before persons are sealed. */
  readonly complete?: (input: Input, state: State) => Input
  /** Organisations and sessions that must be known, by the field that names them. */
  readonly references?: (input: Input) => readonly Reference[]
  /** Whether the actor may ask this of the aggregate as it stands; the roles have been checked. */
  readonly allows?: (state: State, actor: Actor, input: Input) => boolean
  /**
   * Asked between a decision and its append, with the state that would follow, for what takes more than one stream:
   * checks that read other streams, and reservations. Asked again when the decision is. What it reserves stays reserved
   * when the append fails: it must be safe to find it there on the next try.
   */
  readonly secure?: (next: State, events: readonly Event[]) => Promise<Refusal | CommonRefusal | undefined>
  readonly decide: (
    input: Sealed<Input>,
    circumstances: Circumstances,
  ) => (state: State) => Decision<Event, Refusal>
}

export type Reference = {
  readonly field: string
  readonly kind: 'organization' | 'session'
  readonly id: string
}
