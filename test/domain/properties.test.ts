import fc from 'fast-check'
import t from 'tap'
import type { AwardState } from '../../src/domain/award.ts'
import { correct } from '../../src/domain/award-corrections.ts'
import * as Award from '../../src/domain/award-decisions.ts'
import { covers, type Period } from '../../src/domain/date.ts'
import type { Decision } from '../../src/domain/decision.ts'
import { keyRole } from '../../src/domain/access-key.ts'
import * as Issuer from '../../src/domain/issuer.ts'
import * as Organization from '../../src/domain/organization.ts'
import { releaseSerial, reserveSerial } from '../../src/domain/serial.ts'
import { same } from '../../src/domain/same.ts'
import { undecidedItems } from '../../src/domain/session.ts'
import * as Session from '../../src/domain/session-decisions.ts'
import { type Decider, fold, readBack } from '../support/decider.ts'
import * as deciders from '../support/deciders.ts'

const days = [
  '2024-11-05',
  '2024-11-06',
  '2024-11-07',
  '2024-11-10',
  '2024-11-15',
  '2024-11-20',
  '2024-12-31',
]
const day = fc.constantFrom(...days)
const text = fc.constantFrom('a', 'b', 'c')
const name = text.map((en) => ({ en }))
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const now = { today: '2024-11-20' }

type Decide<State, Event> = (state: State) => Decision<Event, { readonly kind: string }>
type Step<State, Event> = fc.Arbitrary<Decide<State, Event>>

/**
 * Drives random decisions through a decider. After each: what was decided has the stored shape, repeating it adds
 * nothing, reading the events back folds to the same state, `holds` is true of the step, and folding the events in an
 * order that no decision made does not throw.
 */
function drive<State, Event>(
  decider: Decider<State, Event>,
  steps: readonly Step<State, Event>[],
  holds: (after: State, before: State) => boolean,
) {
  const accepted = new Set<number>()
  const step = fc.oneof(...steps.map((one, index) => one.map((decide) => ({ decide, index }))))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (sequence) => {
      const events: Event[] = []
      let state = decider.initial
      for (const { decide, index } of sequence) {
        const decided = decide(state)
        if (!decided.ok) continue
        if (decided.events.length > 0) accepted.add(index)
        for (const event of decided.events) decider.parse(event)
        const after = decided.events.reduce(decider.evolve, state)
        const again = decide(after)
        if (!again.ok || again.events.length > 0) throw new Error('a repeat was not recognised')
        if (!holds(after, state)) throw new Error('an invariant is broken')
        events.push(...decided.events)
        state = after
      }
      fold(decider, [...events.toReversed(), ...events, ...events])
      return same(state, fold(decider, readBack(decider, events)))
    }),
    { numRuns: 1_000 },
  )
  return accepted.size
}

const awardSteps: Step<AwardState, Parameters<typeof deciders.award.evolve>[1]>[] = [
  fc
    .record({ issuedOn: day, validFrom: maybe(day), validUntil: maybe(day) })
    .map((dates) => Award.issue({ ...deciders.content, ...dates }, now)),
  text.map(Award.abandonIssue),
  day.map((acceptedOn) => Award.accept({ person: deciders.person, acceptedOn }, now)),
  fc
    .record({ field: fc.constantFrom('issuedOn', 'validUntil', 'validFrom'), after: day, reason: text })
    .map(
      ({ field, after, reason }) =>
        correct({ changes: [{ field, after }], reason }, now) as Decide<AwardState, never>,
    ),
  fc
    .record({ after: name, before: maybe(name), reason: text })
    .map(({ reason, ...rest }) => correct({ changes: [{ field: 'title', ...rest }], reason }, now)),
  fc
    .record({
      serialNumber: maybe(text),
      validUntil: maybe(day),
      functions: maybe(fc.array(fc.record({ name }))),
    })
    .map(Award.supplement),
  fc.record({ from: maybe(day), until: day, reason: maybe(text) }).map(Award.prolong),
  fc.record({ from: day, until: maybe(day), reason: text }).map(Award.suspend),
  fc.record({ from: day, reason: text }).map(Award.reinstate),
  fc.record({ from: day, reason: text }).map(Award.revoke),
  fc.record({ by: text, from: day, reason: text }).map((intent) => Award.supersede('a', intent)),
  text.map(Award.noteSupersedes),
]

/** The days on which it is suspended, a reinstatement taken into account. */
const suspendedOn = (state: AwardState, date: string) =>
  state.status === 'issued'
    ? state.suspensions.filter(
        (one: Period & { reinstated?: { from: string } }) =>
          covers(one, date) && (one.reinstated === undefined || date < one.reinstated.from),
      )
    : []

void t.test('award: revoked for good, suspended once at a time, supersedes once', async (t) => {
  const decided = drive(deciders.award, awardSteps, (after, before) => {
    if (days.some((date) => suspendedOn(after, date).length > 1)) return false
    if (before.status !== 'issued') return true
    if (after.status !== 'issued') return false
    const stays = (a: unknown, b: unknown) => b === undefined || same(a, b)
    const { content } = after
    return (
      stays(after.revocation, before.revocation) &&
      stays(after.supersession, before.supersession) &&
      same(content.recipient, before.content.recipient) &&
      (content.validUntil ?? '9999') >= (content.validFrom ?? content.issuedOn)
    )
  })
  t.equal(decided, awardSteps.length, 'every decision was accepted at least once')
})

void t.test('organization: names follow each other without a gap or overlap', async (t) => {
  const steps = [
    fc.record({ name, parent: maybe(text) }).map((intent) => Organization.registerOrganization('a', intent)),
    fc.record({ name, from: day, reason: maybe(text) }).map(Organization.renameOrganization),
    name.map(Organization.addOrganizationAlias),
    fc.record({ before: maybe(name), after: name, reason: text }).map(Organization.correctOrganizationName),
    fc
      .record({ parent: fc.option(text), from: maybe(day) })
      .map((intent) => Organization.setOrganizationParent('a', intent)),
    fc
      .record({ successor: text, from: day, reason: maybe(text) })
      .map((intent) => Organization.noteOrganizationSuccessor('a', intent)),
  ]
  const decided = drive(deciders.organization, steps, (after, before) => {
    if (after.status !== 'registered') return before.status !== 'registered'
    const { names } = after
    const ordered = names.every(({ from, until }, index) => {
      const next = names[index + 1]
      return (until === undefined) === (next === undefined) && (from ?? '') <= (until ?? '9999')
    })
    const kept =
      before.status !== 'registered' ||
      (names.length >= before.names.length && after.aliases.length >= before.aliases.length)
    const itself = after.parents.some(({ parent }) => parent === 'a') || after.succession?.successor === 'a'
    return ordered && kept && !itself
  })
  t.equal(decided, steps.length)
})

void t.test('session: closed only with every item decided, and then it stays as it is', async (t) => {
  const number = fc.integer({ min: 1, max: 3 })
  const { person } = deciders
  const steps = [
    fc.record({ startsOn: day, endsOn: day }).map((dates) =>
      Session.conveneSession({
        body: 'a',
        number: 1,
        format: 'online',
        place: { city: { en: 'x' } },
        ...dates,
      }),
    ),
    fc
      .array(fc.record({ number, title: name }), { maxLength: 2 })
      .map((items) => Session.adoptAgenda({ items })),
    fc
      .array(
        fc.record({
          participantId: text,
          attendance: fc.constantFrom('online', 'in-person'),
          person: fc.constant(person),
        }),
        { maxLength: 3 },
      )
      .map((participants) => Session.registerParticipants({ participants })),
    maybe(text).map((country) => Session.nameChair({ person, country })),
    fc.record({ item: number, decisionNumber: maybe(text), takenOn: maybe(day) }).map(Session.recordDecision),
    day.map((on) => Session.closeSession({ on })),
    fc.record({ number: text, date: day, sha256: text, location: text }).map(Session.publishProtocol),
    fc
      .record({
        to: fc.array(
          text.map((participantId) => ({ participantId })),
          { maxLength: 2 },
        ),
        on: day,
      })
      .map(Session.distributeProtocol),
    fc
      .record({
        item: maybe(number),
        decisionNumber: maybe(text),
        on: day,
        status: fc.constant('implemented' as const),
      })
      .map(Session.reportImplementation),
    fc
      .record({
        alongsideId: text,
        kind: fc.constant('panel' as const),
        title: name,
        tookPart: fc.record({ participantIds: fc.array(text, { maxLength: 2 }) }),
      })
      .map(Session.addAlongsideEvent),
  ]
  const decided = drive(deciders.session, steps, (after, before) => {
    if (after.status === 'unconvened') return before.status === 'unconvened'
    const items = after.decisions.map(({ item }) => item)
    const ids = after.participants.map(({ participantId }) => participantId)
    if (new Set(items).size < items.length || new Set(ids).size < ids.length) return false
    if (after.status === 'closed' && undecidedItems(after).length > 0) return false
    if (before.status !== 'closed') return true
    const fixed = ['status', 'agenda', 'participants', 'chair', 'decisions', 'alongside', 'closed'] as const
    return fixed.every((field) => same(after[field], before[field]))
  })
  t.equal(decided, steps.length)
})

void t.test(
  'issuer: a revoked key stays revoked, a withdrawn accreditation withdrawn, the seed the first',
  async (t) => {
    const steps = [
      fc.record({ name, body: maybe(fc.constant('a')), idSeed: text }).map(Issuer.registerIssuer),
      fc
        .record({
          accreditationId: text,
          kinds: fc.array(text, { maxLength: 2 }),
          from: day,
          until: maybe(day),
        })
        .map(Issuer.accreditIssuer),
      fc.record({ accreditationId: text, from: day, reason: text }).map(Issuer.withdrawAccreditation),
      fc
        .record({
          keyId: text,
          role: fc.constantFrom(...keyRole.options),
          sha256: text,
          until: maybe(day),
        })
        .map(Issuer.grantAccessKey),
      fc.record({ keyId: text, reason: text }).map(Issuer.revokeAccessKey),
    ]
    const decided = drive(deciders.issuer, steps, (after, before) => {
      if (after.status !== 'registered') return before.status !== 'registered'
      const hashes = after.keys.map(({ sha256 }) => sha256)
      if (new Set(hashes).size < hashes.length) return false
      if (after.body === undefined && after.accreditations.length > 0) return false
      if (before.status !== 'registered') return true
      const known = new Map(after.keys.map((key) => [key.keyId, key]))
      const keysStay = before.keys.every((key) => !key.revoked || same(known.get(key.keyId), key))
      const withdrawn = before.accreditations.every(
        (one, index) => !one.withdrawn || same(after.accreditations[index], one),
      )
      return keysStay && withdrawn && after.idSeed === before.idSeed
    })
    t.equal(decided, steps.length)
  },
)

void t.test('serial: one holder at most, who alone can free it', async (t) => {
  const steps = [
    text.map((certificateId) => reserveSerial({ issuerId: 'i', serialNumber: '1', certificateId })),
    fc
      .record({ certificateId: text, reason: fc.constantFrom('corrected' as const, 'abandoned' as const) })
      .map(releaseSerial),
  ]
  const decided = drive(
    deciders.serial,
    steps,
    (after, before) => after.status === 'free' || before.status === 'free' || after.by === before.by,
  )
  t.equal(decided, steps.length)
})
