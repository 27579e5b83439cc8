/**
 * What a decider answers: the events to append, or a refusal as a value. No events means that what was asked is
 * already so: deciding the same intent again changes nothing.
 */
export type Decision<Event, Refusal> =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly refusal: Refusal }

export const accepted = <Event>(...events: readonly Event[]) => ({ ok: true, events }) as const
export const refused = <Refusal>(refusal: Refusal) => ({ ok: false, refusal }) as const

/** What a decision may know of the moment: the date (UTC calendar) on which it is taken. */
export type Now = { readonly today: string }

/**
 * A refusal that several aggregates share. `field` names what to mend as a JSON Pointer into the request
 * (`/validUntil`), `problem` is a stable code, `hint` says how to mend it.
 */
export type Invalid = {
  readonly kind: 'invalid'
  readonly field: string
  readonly problem:
    | 'ends-before-it-begins'
    | 'in-the-future'
    | 'before-issue'
    | 'empty'
    | 'unknown-field'
    | 'not-allowed'
  readonly hint: string
}

export const invalid = (field: string, problem: Invalid['problem'], hint: string): Invalid => ({
  kind: 'invalid',
  field,
  problem,
  hint,
})
