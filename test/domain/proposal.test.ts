import t from 'tap'
import * as Issuer from '../../src/domain/issuer.ts'
import { approve, decline, propose, type ProposalEvent } from '../../src/domain/proposal.ts'
import { scenarios } from '../support/decider.ts'
import { content, issuer, proposal } from '../support/deciders.ts'

const { given } = scenarios(proposal)
const now = { today: '2024-11-10' }
const by = 'council/k1'
const second = 'council/k2'
const proposed: ProposalEvent = { type: 'AwardProposed', data: { content, by } }
const approved: ProposalEvent = { type: 'AwardProposalApproved', data: { by: second } }
const no = { by: second, reason: 'the title is wrong' }
const declined: ProposalEvent = { type: 'AwardProposalDeclined', data: no }

void t.test('propose: once under an ID, with dates that can be', async (t) => {
  given().when(propose({ content, by }, now)).thenEvents(t, proposed)
  given(proposed)
    .when(propose({ content: { ...content, kind: 'other' }, by }, now))
    .thenRefused(t, { kind: 'proposal-exists' })
  given()
    .when(propose({ content: { ...content, issuedOn: '2024-11-12' }, by }, now))
    .thenRefused(t, { kind: 'invalid', field: '/issuedOn' })
})

void t.test('approve: a second person, once', async (t) => {
  given(proposed).when(approve(second)).thenEvents(t, approved)
  given(proposed).when(approve(by)).thenRefused(t, { kind: 'second-person-needed' })
  given(proposed, approved).when(approve('council/k3')).thenEvents(t)
  given(proposed, approved).when(approve(by)).thenRefused(t, { kind: 'second-person-needed' })
  given(proposed, declined).when(approve(second)).thenRefused(t, { kind: 'proposal-declined' })
  given().when(approve(second)).thenRefused(t, { kind: 'proposal-not-found' })
})

void t.test('decline: by anybody of the issuer, for good', async (t) => {
  given(proposed).when(decline(no)).thenEvents(t, declined)
  given(proposed)
    .when(decline({ by, reason: 'my mistake' }))
    .thenEvents(t, { type: 'AwardProposalDeclined', data: { by, reason: 'my mistake' } })
  given(proposed, declined)
    .when(decline({ ...no, reason: 'other' }))
    .thenRefused(t, { kind: 'proposal-declined' })
  given(proposed, approved).when(decline(no)).thenRefused(t, { kind: 'proposal-approved' })
  given().when(decline(no)).thenRefused(t, { kind: 'proposal-not-found' })
})

void t.test('an issuer asks for a second person, and no longer', async (t) => {
  const { given } = scenarios(issuer)
  const registered: Issuer.IssuerEvent = {
    type: 'IssuerRegistered',
    data: { name: { en: 'Council' }, body: 'council', idSeed: 'c2VlZHNlZWRzZWVkc2VlZA' },
  }
  const asked = { reason: 'the statute asks for two signatures' }
  const required: Issuer.IssuerEvent = { type: 'IssuerApprovalRequired', data: asked }
  const waived: Issuer.IssuerEvent = { type: 'IssuerApprovalWaived', data: asked }
  given(registered).when(Issuer.requireIssuerApproval(asked)).thenEvents(t, required)
  given(registered).when(Issuer.waiveIssuerApproval(asked)).thenEvents(t)
  given(registered, required).when(Issuer.waiveIssuerApproval(asked)).thenEvents(t, waived)
  given(registered, required, waived).when(Issuer.requireIssuerApproval(asked)).thenEvents(t, required)
  given().when(Issuer.requireIssuerApproval(asked)).thenRefused(t, { kind: 'issuer-not-found' })
})
