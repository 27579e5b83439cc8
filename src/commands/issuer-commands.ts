import { z } from 'zod'
import {
  accreditIssuer,
  grantAccessKey,
  type IssuerEvent,
  type IssuerRefusal,
  type IssuerState,
  registerIssuer,
  requireIssuerApproval,
  revokeAccessKey,
  waiveIssuerApproval,
  withdrawAccreditation,
} from '../domain/issuer.ts'
import { keyRole } from '../domain/access-key.ts'
import { slug } from '../domain/slug.ts'
import { writtenText } from '../domain/text.ts'
import { newKey } from './access-key.ts'
import { issuers } from './aggregates.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import type { Command } from './command.ts'
import { defineEntry, entryOf, subjectOf } from './define-entry.ts'
import { execute } from './executor.ts'
import { awardKind, date, name, organizationId, ownId, reason, some } from './input-parts.ts'

type IssuerCommand<Input> = Command<Input, IssuerState, IssuerEvent, IssuerRefusal>

/** Who may issue, and who may ask at all, is the registrar's to say. */
const keeping = { aggregate: issuers, roles: ['registrar'] } as const
const at = (path: string) => ({ tag: 'issuers', path: `/issuers/:id/${path}` }) as const

const registerInput = z.strictObject({
  id: ownId('issuer'),
  name: name('Its name, in one or more languages.'),
  body: organizationId(
    'The awarding body that it records for. Without one it issues nothing: the registry’s own operator.',
  ).optional(),
})

/** The seed is made anew on each try and kept from the first that was recorded: `registerIssuer` sees to it. */
const registering = (idSeed: string): IssuerCommand<z.infer<typeof registerInput>> => ({
  ...keeping,
  name: 'issuer.register',
  summary: 'Registers an issuer',
  input: registerInput,
  references: ({ body }) => (body === undefined ? [] : [{ kind: 'organization', field: '/body', id: body }]),
  decide: ({ name, body }) => registerIssuer({ name, body, idSeed }),
})

const register = defineEntry({
  ...registering(''),
  tag: 'issuers',
  path: '/issuers',
  run: (deps, _, input, request) => {
    const idSeed = Buffer.from(deps.randomBytes(32)).toString('base64url')
    return execute(deps, registering(idSeed), input.id, input, request)
  },
})

const accreditationId = slug.meta({
  description: 'The accreditation’s ID within the issuer.',
  examples: ['a-2024'],
})

const accreditInput = z.strictObject({
  accreditationId,
  kinds: some(awardKind, 50),
  from: date('The first day of issue that it covers.', '2024-01-01'),
  until: date('The last day of issue that it covers.', '2029-12-31').optional(),
})
const accredit: IssuerCommand<z.infer<typeof accreditInput>> = {
  ...keeping,
  name: 'issuer.accredit',
  summary: 'Lets an issuer record awards of some kinds',
  input: accreditInput,
  decide: (intent) => accreditIssuer(intent),
}

const withdrawInput = z.strictObject({
  accreditationId,
  from: date('The first day of issue that it no longer covers.'),
  reason,
})
const withdraw: IssuerCommand<z.infer<typeof withdrawInput>> = {
  ...keeping,
  name: 'issuer.withdraw-accreditation',
  summary: 'Withdraws an accreditation',
  input: withdrawInput,
  decide: (intent) => withdrawAccreditation(intent),
}

const keyId = slug.meta({
  description: 'The key’s ID, by which it is logged and revoked; unique in the whole registry.',
  examples: ['k7d2m9x4q8ra'],
})
const grantInput = z
  .strictObject({
    keyId: keyId.describe('An ID that no key has borne; by default a random one.').optional(),
    role: keyRole.describe('What its holder may do.'),
    label: writtenText(200)
      .meta({ description: 'What the key is for. Name no person in it.', examples: ['office'] })
      .optional(),
    until: date('The last day on which it may be used.', '2025-12-31').optional(),
  })
  .meta({
    description:
      'The key is made here and shown once, in this answer. Where a repeat finds it granted already, the answer holds `null` in its place: revoke that key and ask for another.',
  })

const grant = defineEntry<z.infer<typeof grantInput>>({
  name: 'issuer.grant-key',
  summary: 'Grants an access key',
  tag: 'issuers',
  path: '/issuers/:id/keys',
  roles: keeping.roles,
  input: grantInput,
  run: async (deps, id, input, request) => {
    const subject = subjectOf('issuer.grant-key', id)
    const key = newKey(input.keyId)
    const holder = input.keyId === undefined ? undefined : deps.lookup.keyIssuer(input.keyId)
    if (holder !== undefined && holder !== subject && request.actor.role === 'registrar')
      return { ok: false, refusal: { kind: 'key-exists', keyId: key.keyId } }
    const command: IssuerCommand<typeof input> = {
      ...keeping,
      name: 'issuer.grant-key',
      summary: 'Grants an access key',
      input: grantInput,
      decide: (intent) => grantAccessKey({ ...intent, keyId: key.keyId, sha256: key.sha256 }),
    }
    const outcome = await execute(deps, command, subject, input, request)
    return outcome.ok ? { ...outcome, extra: { key: outcome.repeated ? null : key.text } } : outcome
  },
})

const revokeKeyInput = z.strictObject({ keyId, reason })
const revokeKey: IssuerCommand<z.infer<typeof revokeKeyInput>> = {
  ...keeping,
  name: 'issuer.revoke-key',
  summary: 'Revokes an access key at once and for good',
  input: revokeKeyInput,
  decide: (intent) => revokeAccessKey(intent),
}

const approvalInput = z.strictObject({ reason })
const requireApproval: IssuerCommand<z.infer<typeof approvalInput>> = {
  ...keeping,
  name: 'issuer.require-approval',
  summary: 'Asks for a second person’s approval of each award in the issuer’s name',
  input: approvalInput,
  decide: (intent) => requireIssuerApproval(intent),
}
const waiveApproval: IssuerCommand<z.infer<typeof approvalInput>> = {
  ...keeping,
  name: 'issuer.waive-approval',
  summary: 'Asks for a second person no longer',
  input: approvalInput,
  decide: (intent) => waiveIssuerApproval(intent),
}

export const issuerEntries: readonly CatalogueEntry[] = [
  register,
  entryOf(accredit, at('accreditations')),
  entryOf(withdraw, at('accreditation-withdrawals')),
  grant,
  entryOf(revokeKey, at('key-revocations')),
  entryOf(requireApproval, at('approval-requirements')),
  entryOf(waiveApproval, at('approval-waivers')),
]
