import type { ReadModel } from '../../../projections/read-model.ts'
import type { CertificateLine } from '../../../queries/certificates.ts'
import { html, type Html } from '../../pages/html.ts'
import { link } from '../../pages/parts.ts'
import { form } from '../forms.ts'
import { deskHead } from '../sign-in.ts'
import { filled } from '../typed.ts'
import { hiddenOf, type Tried, type Visit } from '../visit.ts'
import { choicesOf } from './choices.ts'
import { correctionParts, type Standing, standingTyped } from './corrections.ts'
import { AWARD_WORDS } from './words.ts'

/** The form of a correction, filled with what the certificate says, beside what the public will see. */
export function correctionPage(
  readModel: ReadModel,
  visit: Visit,
  standing: Standing & { readonly line: CertificateLine },
  tried?: Tried,
  seen?: Html,
): Html {
  const { here, speech, words } = visit
  const own = AWARD_WORDS[speech.language]
  const { line } = standing
  const typed = tried?.typed ?? standingTyped(standing)
  const choices = choicesOf(readModel, speech, line.certificate.issuerId, filled(typed)['sessionId'])
  const asked = form({
    action: `/desk/c/${line.id}/correct`,
    id: 'correction',
    submit: seen ? own.recordIt : own.preview,
    fields: correctionParts(words, own, choices, standing, typed),
    hidden: {
      ...hiddenOf(visit, tried?.typed),
      revision: typed['revision'] ?? line.revision,
      rows: typed['rows'] ?? '1',
      seen: seen ? '1' : '',
    },
    again: words.again,
    ...(seen && { buttons: [{ does: 'preview', label: own.preview }] }),
    typed,
    ...(tried && { errors: tried.errors }),
  })
  return html`${deskHead(speech, here)}<h2>${own.correct}</h2><p><span class="id">${line.id}</span> · ${link(speech, `/desk/c/${line.id}`, words.back)}</p><p>${own.correctHint}</p><div class="beside">${asked}<div id="preview">${seen}</div></div>`
}
