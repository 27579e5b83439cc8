import type { CertificateLine } from '../../../queries/certificates.ts'
import { html, type Html } from '../../pages/html.ts'
import { badge, link } from '../../pages/parts.ts'
import { form } from '../forms.ts'
import { deskHead } from '../sign-in.ts'
import { hiddenOf, type Tried, type Visit } from '../visit.ts'
import { type Action, ACTIONS, actionFields } from './actions.ts'
import { AWARD_WORDS } from './words.ts'

/** A certificate at the desk: what it is, and a form for each thing that may happen to it. */
export function actPage(
  visit: Visit,
  line: CertificateLine,
  tried?: Tried & { readonly action: Action },
  recorded?: boolean,
): Html {
  const { here, speech, words } = visit
  const own = AWARD_WORDS[speech.language]
  const { id, certificate, verdict } = line
  const forms = ACTIONS.filter((action) => action !== 'accept' || !certificate.acceptance).map((action) => {
    const mine = tried?.action === action ? tried : undefined
    return html`<details${mine && html` open`}><summary>${words[action]}</summary>${actionForm(visit, id, action, mine)}</details>`
  })
  return html`${deskHead(speech, here)}${recorded && html`<p class="note good" role="status">${words.recorded}</p>`}<p class="title">${speech.say(certificate.title)} ${badge(speech, verdict.status)}</p><p><span class="id">${id}</span></p><p>${link(speech, `/c/${id}`, words.publicPage)} · ${link(speech, `/desk/c/${id}/correct`, own.correct)} · <a href="/desk/award?like=${id}&amp;lang=${speech.language}">${own.another}</a> · ${link(speech, '/desk/', speech.words.desk)}</p><section><h2>${words.act}</h2>${forms}</section>`
}

/** The form of an action; once it was seen what the public will see, it records. */
export function actionForm(visit: Visit, id: string, action: Action, tried?: Tried, seen = false): Html {
  const { speech, words } = visit
  const own = AWARD_WORDS[speech.language]
  return form({
    action: `/desk/c/${id}/${action}`,
    submit: seen ? own.recordIt : own.preview,
    fields: actionFields(action, words, own),
    hidden: { ...hiddenOf(visit, tried?.typed), seen: seen ? '1' : '' },
    again: words.again,
    ...(seen && { buttons: [{ does: 'preview', label: own.preview }] }),
    ...(tried && { typed: tried.typed, errors: tried.errors }),
  })
}

/** What the public will see once it is recorded, and the form that records it. */
export function confirmPage(visit: Visit, id: string, action: Action, tried: Tried, seen: Html): Html {
  const { here, speech, words } = visit
  return html`${deskHead(speech, here)}<h2>${words[action]}</h2><p><span class="id">${id}</span> · ${link(speech, `/desk/c/${id}`, words.back)}</p>${seen}${actionForm(visit, id, action, tried, true)}`
}
