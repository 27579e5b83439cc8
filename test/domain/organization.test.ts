import t from 'tap'
import * as Organization from '../../src/domain/organization.ts'
import type { OrganizationEvent } from '../../src/domain/organization.ts'
import { fold, scenarios } from '../support/decider.ts'
import { organization } from '../support/deciders.ts'

const { given } = scenarios(organization)
const registration = {
  name: { ky: 'Мамлекеттик фонд' },
  country: 'KG',
  aliases: [{ ky: 'Мамфонд' }],
  parent: 'kyrgyzpatent',
}
const registered: OrganizationEvent = { type: 'OrganizationRegistered', data: registration }
const renaming = { name: { ky: 'Жаңы фонд' }, from: '2025-01-01', reason: 'reform' }
const renamed: OrganizationEvent = { type: 'OrganizationRenamed', data: renaming }
const succession = { successor: 'new-fund', from: '2025-06-01' }
const succeeded: OrganizationEvent = { type: 'OrganizationSucceeded', data: succession }
const correction = { after: { ky: 'Мамлекеттик Фонд' }, reason: 'typo' }
const corrected: OrganizationEvent = {
  type: 'OrganizationNameCorrected',
  data: { ...correction, before: registration.name },
}

void t.test('register', async (t) => {
  t.equal(Organization.organizationStream('state-fund'), 'organization-state-fund')
  given().when(Organization.registerOrganization('state-fund', registration)).thenEvents(t, registered)
  given(registered)
    .when(Organization.registerOrganization('state-fund', { name: registration.name }))
    .thenRefused(t, { kind: 'organization-exists' })
  given()
    .when(Organization.registerOrganization('kyrgyzpatent', registration))
    .thenRefused(t, { kind: 'its-own-parent' })
})

void t.test('nothing happens to an organization that is not registered', async (t) => {
  const decisions = [
    Organization.renameOrganization(renaming),
    Organization.addOrganizationAlias({ en: 'Fund' }),
    Organization.correctOrganizationName(correction),
    Organization.setOrganizationParent('state-fund', { parent: null }),
    Organization.noteOrganizationSuccessor('state-fund', succession),
  ]
  for (const decision of decisions) given().when(decision).thenRefused(t, { kind: 'organization-not-found' })
})

void t.test('rename', async (t) => {
  given(registered).when(Organization.renameOrganization(renaming)).thenEvents(t, renamed)
  given(registered, renamed)
    .when(Organization.renameOrganization({ name: { ky: 'Башка' }, from: '2025-01-01' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'ends-before-it-begins' })
  given(registered)
    .when(Organization.renameOrganization({ ...renaming, name: registration.name }))
    .thenRefused(t, { kind: 'invalid', field: '/name', problem: 'not-allowed' })
  given(registered, succeeded)
    .when(Organization.renameOrganization({ ...renaming, from: '2025-06-01' }))
    .thenRefused(t, { kind: 'already-succeeded', successor: 'new-fund' })
})

void t.test('every name ever held stays, with its days', async (t) => {
  const state = fold(organization, [registered, corrected, renamed])
  t.match(state, {
    names: [
      { name: correction.after, until: '2024-12-31' },
      { name: renaming.name, from: '2025-01-01' },
    ],
    aliases: [{ ky: 'Мамфонд' }],
    corrections: [{ before: registration.name, after: correction.after }],
  })
})

void t.test('alias', async (t) => {
  const alias = { en: 'State Fund' }
  given(registered)
    .when(Organization.addOrganizationAlias(alias))
    .thenEvents(t, { type: 'OrganizationAliasAdded', data: { alias } })
  given(registered)
    .when(Organization.addOrganizationAlias({ ky: 'Мамфонд' }))
    .thenEvents(t)
})

void t.test('correct the spelling of a name', async (t) => {
  given(registered).when(Organization.correctOrganizationName(correction)).thenEvents(t, corrected)
  given(registered)
    .when(Organization.correctOrganizationName({ ...correction, before: registration.name }))
    .thenEvents(t, corrected)
  given(registered)
    .when(Organization.correctOrganizationName({ after: registration.name, reason: 'r' }))
    .thenRefused(t, { kind: 'corrects-nothing' })
  given(registered)
    .when(Organization.correctOrganizationName({ ...correction, before: { ky: 'Фонд' } }))
    .thenRefused(t, { kind: 'before-differs', field: 'name' })
})

void t.test('parent', async (t) => {
  const set = (data: Organization.Parentage): OrganizationEvent => ({ type: 'OrganizationParentSet', data })
  const decide = (intent: Organization.Parentage) => Organization.setOrganizationParent('state-fund', intent)
  const away = { parent: null, from: '2025-01-01' }
  given(registered).when(decide(away)).thenEvents(t, set(away))
  given(registered)
    .when(decide({ parent: 'kyrgyzpatent' }))
    .thenEvents(t)
  given(registered)
    .when(decide({ parent: 'state-fund' }))
    .thenRefused(t, { kind: 'its-own-parent' })
  given(registered, set(away))
    .when(decide({ parent: 'kyrgyzpatent', from: '2024-12-31' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'ends-before-it-begins' })
})

void t.test('successor', async (t) => {
  const decide = (intent: Organization.Succession) =>
    Organization.noteOrganizationSuccessor('state-fund', intent)
  given(registered).when(decide(succession)).thenEvents(t, succeeded)
  given(registered)
    .when(decide({ ...succession, successor: 'state-fund' }))
    .thenRefused(t, { kind: 'its-own-successor' })
  given(registered, succeeded)
    .when(decide({ ...succession, successor: 'other' }))
    .thenRefused(t, { kind: 'already-succeeded', successor: 'new-fund' })
  given(registered, renamed)
    .when(decide({ ...succession, from: '2024-12-31' }))
    .thenRefused(t, { kind: 'invalid', field: '/from', problem: 'ends-before-it-begins' })
})
