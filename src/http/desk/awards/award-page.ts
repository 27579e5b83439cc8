import { currentIssuer } from '../../../queries/accreditation.ts'
import type { Registry } from '../../../registry.ts'
import { html, type Html } from '../../pages/html.ts'
import { link } from '../../pages/parts.ts'
import { type Button, form } from '../forms.ts'
import { deskHead } from '../sign-in.ts'
import { hiddenOf, type Tried, type Visit } from '../visit.ts'
import { choicesOf, meant } from './choices.ts'
import { awardParts } from './fields.ts'
import { filled } from '../typed.ts'
import { AWARD_WORDS } from './words.ts'

/** Whether an issuer asks for a second person. */
export function asksForTwo({ readModel }: Registry, issuerId: string): boolean {
  const issuer = currentIssuer(readModel, issuerId)
  return issuer.status === 'registered' && issuer.approval?.required === true
}

/** The form of a new award, with what the public would see of what was typed. */
export function awardPage(registry: Registry, visit: Visit, tried?: Tried, seen?: Html): Html {
  const { here, speech, words } = visit
  const own = AWARD_WORDS[speech.language]
  const typed = tried?.typed ?? {}
  const { issuerId } = here.actor
  const choices = choicesOf(registry.readModel, speech, issuerId, filled(typed)['sessionId'])
  const two = asksForTwo(registry, issuerId)
  const buttons: readonly Button[] = [
    { does: 'preview', label: own.preview },
    ...(two ? [] : [{ does: 'propose', label: own.propose }]),
    { does: 'more', label: own.moreFunctions },
  ]
  const asked = form({
    action: '/desk/award',
    id: 'award',
    submit: two ? own.proposeOnly : words.record,
    fields: awardParts(words, own, choices, typed),
    hidden: { ...hiddenOf(visit, typed), rows: typed['rows'] ?? '1' },
    again: words.again,
    buttons,
    typed,
    ...(tried && { errors: tried.errors }),
  })
  const { organizationId, sessionId } = filled(typed)
  const model = registry.readModel
  const guesses = [
    ...(typed['recipientType'] === 'person' ? [] : meant(model, speech, 'organization', organizationId)),
    ...meant(model, speech, 'session', sessionId),
  ]
  return html`${deskHead(speech, here)}<h2>${words.record}</h2>${two && html`<p class="note">${own.fourEyes}</p>`}${
    guesses.length > 0 &&
    html`<p class="note">${own.didYouMean}: ${guesses.map(([id, name]) => html`<bdi>${name}</bdi> <code>${id}</code> `)}</p>`
  }<p>${link(speech, '/desk/organizations', words.organizations)}</p><div class="beside">${asked}<div id="preview">${seen}</div></div>`
}
