import { z } from 'zod'
import {
  addIssuerSigningKey,
  compromiseIssuerSigningKey,
  type IssuerEvent,
  type IssuerRefusal,
  type IssuerState,
  retireIssuerSigningKey,
} from '../domain/issuer.ts'
import { slug } from '../domain/slug.ts'
import { issuers } from './aggregates.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import type { Command } from './command.ts'
import { entryOf } from './define-entry.ts'
import { reason } from './input-parts.ts'

type IssuerCommand<Input> = Command<Input, IssuerState, IssuerEvent, IssuerRefusal>

/** In whose name what is signed, is the registrar's to say. */
const keeping = { aggregate: issuers, roles: ['registrar'] } as const
const at = (path: string) => ({ tag: 'issuers', path: `/issuers/:id/${path}` }) as const

const keyId = slug.meta({
  description: 'The signing key’s ID within the issuer: the part behind # in its DID URL.',
  examples: ['key-2026-11-23'],
})
/** Kept in UTC with milliseconds, so that instants compare as texts. */
const instant = (description: string) =>
  z.iso
    .datetime({ offset: true, message: 'is not an instant such as 2026-11-23T09:00:00Z' })
    .overwrite((written) => new Date(written).toISOString())
    .meta({ description, examples: ['2026-11-23T09:00:00Z'] })

const addInput = z.strictObject({
  keyId,
  publicKeyMultibase: z
    .string()
    .regex(/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/, 'is not an Ed25519 public key as Multikey (z6Mk…)')
    .meta({ description: 'The public half, as Multikey. The private half stays with whoever signs.' }),
  from: instant('From when on it signs.'),
})
const add: IssuerCommand<z.infer<typeof addInput>> = {
  ...keeping,
  name: 'issuer.add-signing-key',
  summary: 'Adds a key that signs credentials in the issuer’s name',
  input: addInput,
  decide: (intent) => addIssuerSigningKey(intent),
}

const retireInput = z.strictObject({
  keyId,
  until: instant('From when on it signs no more. What it signed before holds.'),
})
const retire: IssuerCommand<z.infer<typeof retireInput>> = {
  ...keeping,
  name: 'issuer.retire-signing-key',
  summary: 'Retires a signing key',
  input: retireInput,
  decide: (intent) => retireIssuerSigningKey(intent),
}

const compromiseInput = z.strictObject({
  keyId,
  since: instant('From when on it may have been in other hands. Nothing that it signed since holds.'),
  reason,
})
const compromise: IssuerCommand<z.infer<typeof compromiseInput>> = {
  ...keeping,
  name: 'issuer.compromise-signing-key',
  summary: 'Records that a signing key was in other hands',
  input: compromiseInput,
  decide: (intent) => compromiseIssuerSigningKey(intent),
}

export const signingKeyEntries: readonly CatalogueEntry[] = [
  entryOf(add, at('signing-keys')),
  entryOf(retire, at('signing-key-retirements')),
  entryOf(compromise, at('signing-key-compromises')),
]
