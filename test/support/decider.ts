import type { Test } from 'tap'
import type { Decision } from '../../src/domain/decision.ts'

export type Decider<State, Event> = {
  readonly initial: State
  readonly evolve: (state: State, event: Event) => State
  /** Throws where the event has not the stored shape. */
  readonly parse: (event: unknown) => Event
}

export const fold = <State, Event>({ initial, evolve }: Decider<State, Event>, events: readonly Event[]) =>
  events.reduce(evolve, initial)

/** What reading the events back from a log gives: JSON, held against the stored shape. */
export const readBack = <State, Event>({ parse }: Decider<State, Event>, events: readonly Event[]) =>
  (JSON.parse(JSON.stringify(events)) as unknown[]).map((event) => parse(event))

/** `given(events).when(decision).thenEvents(t, events)`, with the state folded from what a log gives back. */
export const scenarios = <State, Event>(decider: Decider<State, Event>) => ({
  given: (...events: readonly Event[]) => ({
    when: <Refusal>(decide: (state: State) => Decision<Event, Refusal>) => {
      const decided = decide(fold(decider, readBack(decider, events)))
      return {
        /** Also decides again afterwards: a retry adds nothing. */
        thenEvents: (t: Test, ...expected: readonly Event[]) => {
          t.strictSame(decided, { ok: true, events: expected })
          const after = fold(decider, readBack(decider, [...events, ...expected]))
          t.strictSame(decide(after), { ok: true, events: [] }, 'a retry adds nothing')
        },
        thenRefused: (t: Test, expected: Partial<Refusal> & { kind: string }) => {
          t.equal(decided.ok, false)
          t.match(decided, { refusal: expected })
        },
      }
    },
  }),
})
