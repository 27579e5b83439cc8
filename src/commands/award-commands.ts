import type { z } from 'zod'
import type { AwardEvent, AwardState } from '../domain/award.ts'
import { correct } from '../domain/award-corrections.ts'
import { accept, prolong, reinstate, revoke, supplement, suspend } from '../domain/award-decisions.ts'
import { awards } from './aggregates.ts'
import {
  acceptInput,
  type CorrectInput,
  correctInput,
  prolongInput,
  reinstateInput,
  revokeInput,
  supplementInput,
  suspendInput,
} from './award-inputs.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import type { Command, Reference, Role } from './command.ts'
import { defineEntry, subjectOf } from './define-entry.ts'
import { execute } from './executor.ts'
import { issueEntry } from './issue-award.ts'
import { PersonInput } from './person-input.ts'
import type { Refusal } from './refusal.ts'
import { secureAward } from './securing-awards.ts'
import { formerNumbers, releaseFormer } from './serial-numbers.ts'
import { mayChange, supersedeEntry } from './supersede-award.ts'

type AwardCommand<Input> = Command<Input, AwardState, AwardEvent, Refusal>

const roles: readonly Role[] = ['registrar', 'issuer']

/** An entry for a command on an award that was issued. Numbers that it no longer bears are freed behind the event. */
function entry<Input extends object>(
  path: string,
  spec: Omit<AwardCommand<Input>, 'aggregate' | 'roles' | 'allows' | 'secure'>,
): CatalogueEntry {
  const command: AwardCommand<Input> = { ...spec, aggregate: awards, roles, allows: mayChange }
  return defineEntry<Input>({
    name: spec.name,
    summary: spec.summary,
    tag: 'certificates',
    path: `/certificates/:id/${path}`,
    roles,
    input: spec.input,
    run: async (deps, given, input, request) => {
      const id = subjectOf(spec.name, given)
      const secure = secureAward(deps, id, request)
      const outcome = await execute(deps, { ...command, secure }, id, input, request)
      if (outcome.ok) await releaseFormer(deps, id, formerNumbers(outcome.state), request)
      return outcome
    },
  })
}

const session = (field: string, id: string | undefined): readonly Reference[] =>
  id === undefined ? [] : [{ kind: 'session', field, id }]

const accepting = entry<z.infer<typeof acceptInput>>('acceptance', {
  name: 'certificate.accept',
  summary: 'Records who took a certificate for its recipient',
  input: acceptInput,
  decide: (intent, now) => accept(intent, now),
})

const correcting = entry<CorrectInput>('corrections', {
  name: 'certificate.correct',
  summary: 'Corrects what the record says wrongly',
  input: correctInput,
  complete: withPersons,
  references: ({ changes }) =>
    changes.flatMap((change, index) =>
      change.field === 'basis' ? session(`/changes/${index}/after/sessionId`, change.after.sessionId) : [],
    ),
  decide: (intent, now) => correct(intent, now),
})

/** A correction of a person is about the one who stands there, unless the request says otherwise. */
function withPersons(input: CorrectInput, state: AwardState): CorrectInput {
  if (state.status !== 'issued') return input
  const { recipient } = state.content
  const current = {
    'acceptance.person': state.acceptance?.person.personId,
    'recipient.person': recipient.type === 'person' ? recipient.person.personId : undefined,
  }
  const changes = input.changes.map((change) => {
    if (change.field !== 'acceptance.person' && change.field !== 'recipient.person') return change
    const { personId, fields } = change.after
    return {
      ...change,
      after: new PersonInput(personId ?? current[change.field], fields.name, fields.position),
    }
  })
  return { ...input, changes }
}

const suspending = entry<z.infer<typeof suspendInput>>('suspensions', {
  name: 'certificate.suspend',
  summary: 'Takes a certificate out of force for a time',
  input: suspendInput,
  decide: (intent) => suspend(intent),
})

const reinstating = entry<z.infer<typeof reinstateInput>>('reinstatements', {
  name: 'certificate.reinstate',
  summary: 'Ends a suspension',
  input: reinstateInput,
  decide: (intent) => reinstate(intent),
})

const revoking = entry<z.infer<typeof revokeInput>>('revocation', {
  name: 'certificate.revoke',
  summary: 'Takes a certificate back for good',
  input: revokeInput,
  decide: (intent) => revoke(intent),
})

const prolonging = entry<z.infer<typeof prolongInput>>('prolongations', {
  name: 'certificate.prolong',
  summary: 'Lets a certificate count longer',
  input: prolongInput,
  decide: (intent) => prolong(intent),
})

const supplementing = entry<z.infer<typeof supplementInput>>('additions', {
  name: 'certificate.supplement',
  summary: 'Adds what was missing at issue',
  input: supplementInput,
  references: ({ basis }) => session('/basis/sessionId', basis?.sessionId),
  decide: (intent) => supplement(intent),
})

export const awardEntries: readonly CatalogueEntry[] = [
  issueEntry,
  accepting,
  correcting,
  suspending,
  reinstating,
  revoking,
  supersedeEntry,
  prolonging,
  supplementing,
]
