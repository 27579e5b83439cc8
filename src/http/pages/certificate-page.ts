import type { Assessment } from '../../credentials/steps.ts'
import type { LocalizedText } from '../../domain/text.ts'
import type { Status, Verdict } from '../../domain/verdict.ts'
import type { Timeline } from '../../queries/timeline.ts'
import { basisIn } from './basis.ts'
import { type Corrected, corrections, functionList } from './corrections.ts'
import { html, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { link, person, rows, shape } from './parts.ts'
import type { Speech } from './speech.ts'
import { type RawProofs, stepList } from './steps.ts'

/** All that the page of a certificate shows. */
export type CertificateView = Corrected & {
  readonly at: string
  readonly verdict: Verdict
  readonly accredited: boolean
  /** The judgement that API and command line give too, step by step. */
  readonly assessment: Assessment
  /** Where the proofs of it lie. */
  readonly raw: RawProofs
  readonly timeline: Timeline
  /** Names by organisation, as they are now. */
  readonly names: (organizationId: string) => LocalizedText | undefined
  /** The issuer's name. */
  readonly issuer?: LocalizedText | undefined
  readonly stale: boolean
  readonly signed: boolean
}

/** What a certificate says and is worth: the part of its page that a preview shows too. */
export type CertificateFace = Pick<
  CertificateView,
  'at' | 'verdict' | 'certificate' | 'accredited' | 'persons' | 'names' | 'rests' | 'correctedAt' | 'issuer'
>

/** The permanent page of a certificate: the verdict first. */
export function certificatePage(speech: Speech, view: CertificateView): Page {
  const { certificate } = view
  const { words } = speech
  return {
    title: `${headline(speech, view)} · ${certificate.id}`,
    body: html`${view.stale && html`<p class="note">${words.stale}</p>`}
${verdictBox(speech, view)}
${asOf(speech, view)}
${whatItSays(speech, view)}
${corrections(speech, view)}
${timeline(speech, view)}
${steps(speech, view)}
${takeAway(speech, view)}`,
  }
}

/** What the box shows: green alone where the whole judgement is, and not its status on that day only. */
function toneOf({ verdict: { status }, assessment: { outcome } }: CertificateView): Status {
  if (status !== 'valid' || outcome === 'valid') return status
  return outcome === 'not-valid' ? 'revoked' : 'not-yet-valid'
}

const headline = ({ words }: Speech, { verdict: { status }, assessment: { outcome } }: CertificateView) =>
  status === 'valid' && outcome === 'not-valid' ? words.notValid : words.status[status]

function verdictBox(speech: Speech, view: CertificateView): Html {
  const { words, day } = speech
  const { verdict, at, certificate, accredited, assessment } = view
  const { status, since, until, reason } = verdict
  const isLater = assessment.steps.some(({ reason: why }) => why === 'later-than-the-record')
  const isRefused = status === 'valid' && !accredited
  return html`<div class="verdict ${toneOf(view)}" role="status">${shape(toneOf(view))}<h1>${headline(speech, view)}</h1>
<p>${isRefused ? words.notAccredited : words.meaning[status]}${isLater && html` ${words.laterThanKnown}`} ${!isRefused && since && html`<span class="soft">${words.since} ${day(since)}${until && html`, ${words.until} ${day(until)}`}</span>`}</p>
${reason && html`<p class="why">${words.why}: <bdi>${reason}</bdi></p>`}${
  certificate.lineage.supersededBy &&
  html`<p class="why">${words.supersededBy} ${link(speech, `/c/${certificate.lineage.supersededBy}`, certificate.lineage.supersededBy)}</p>`
}</div>
<p><span class="id">${certificate.id}</span> · <span class="soft">${words.asOf} ${day(at)}</span></p>`
}

const asOf = ({ words, language }: Speech, { at, certificate }: CertificateView): Html =>
  html`<form class="ask noprint" action="/c/${certificate.id}" method="get"><label for="at">${words.asOf}</label><div class="row short"><input id="at" name="at" type="date" value="${at}" aria-describedby="at-hint"><input type="hidden" name="lang" value="${language}"><button class="quiet">${words.show}</button></div><small id="at-hint">${words.asOfHint}</small></form>`

/** What it says, field by field. */
export function whatItSays(speech: Speech, view: CertificateFace): Html {
  const { words, say, sayAll, day } = speech
  const { certificate, accredited } = view
  const { recipient, basis, acceptance, functions, mixedScripts = [] } = certificate
  const organization = (id: string) => {
    const name = view.names(id)
    return link(speech, `/organizations/${id}`, name ? say(name) : id)
  }
  const received = (id: string, written: LocalizedText) => {
    const name = view.names(id)
    const isNamedSo = name !== undefined && String(say(name)) === String(say(written))
    return isNamedSo
      ? sayAll(written, (said) => link(speech, `/organizations/${id}`, said))
      : html`${sayAll(written)}<small>${organization(id)}</small>`
  }
  const prolonged = certificate.prolongations.at(-1)?.until
  return html`<section aria-labelledby="says"><h2 id="says">${words.confers}</h2>
<p class="title">${sayAll(certificate.title)}</p>
${mixedScripts.length > 0 && html`<p class="note">${words.mixedScripts}: ${mixedScripts.join(', ')}</p>`}
${rows([
  [
    words.recipient,
    recipient.type === 'organization'
      ? received(recipient.organizationId, recipient.nameAsWritten)
      : person(
          speech,
          view.persons.findLast(({ commitment }) => commitment === recipient.person.commitment),
        ),
  ],
  [words.awardingBody, organization(certificate.awardingBody)],
  [
    words.issuedBy,
    link(speech, `/issuers/${certificate.issuerId}`, view.issuer ? say(view.issuer) : certificate.issuerId),
  ],
  [words.kind, words.kinds[certificate.kind] ?? certificate.kind],
  [words.citation, certificate.citation && sayAll(certificate.citation)],
  [words.functions, functions.length > 0 && functionList(speech, functions)],
  [words.issuedOn, day(certificate.issuedOn)],
  [words.validFrom, certificate.validFrom && day(certificate.validFrom)],
  [words.validUntil, (prolonged ?? certificate.validUntil) && day(prolonged ?? certificate.validUntil ?? '')],
  [words.serial, certificate.serialNumber],
  [words.basis, basisIn(speech, basis, view.rests(basis))],
  [
    words.accepted,
    acceptance &&
      html`${person(
        speech,
        view.persons.findLast(({ commitment }) => commitment === acceptance.person.commitment),
      )}<small>${day(acceptance.acceptedOn)}${acceptance.place && html`, ${say(acceptance.place)}`}</small>`,
  ],
  [words.accreditation, accredited ? words.accredited : words.notAccredited],
  [
    words.supersedes,
    certificate.lineage.supersedes.length > 0 &&
      html`${certificate.lineage.supersedes.map((id) => html`${link(speech, `/c/${id}`, id)} `)}`,
  ],
])}</section>`
}

const timeline = ({ words, instant }: Speech, { timeline: { entries } }: CertificateView): Html =>
  html`<section aria-labelledby="timeline"><h2 id="timeline">${words.timeline}</h2><ol class="events">${entries.map(
    ({ type, recordedAt, actor, reason }) =>
      html`<li><strong>${words.events[type] ?? type}</strong><br><small>${instant(recordedAt)} · ${words.recordedBy} ${actor}</small>${reason && html`<br><bdi>${reason}</bdi>`}</li>`,
  )}</ol></section>`

const steps = (speech: Speech, { assessment, raw }: CertificateView): Html =>
  html`<section aria-labelledby="proofs"><h2 id="proofs">${speech.words.proofs}</h2>${stepList(speech, assessment.steps, raw)}</section>`

function takeAway({ words, language }: Speech, { certificate, signed }: CertificateView): Html {
  const base = `/api/v1/certificates/${certificate.id}`
  const file = (path: string, name: string, hint: string) =>
    html`<li><a href="${path}">${name}</a> <small>${hint}</small></li>`
  return html`<section aria-labelledby="take"><h2 id="take">${words.takeAway}</h2><div class="take"><ul class="list noprint">${signed && html`${file(`${base}/evidence`, words.evidence, words.evidenceHint)}${file(`${base}/credential`, words.credential, words.credentialHint)}`}${file(`${base}/document.pdf?lang=${language}`, words.document, words.documentHint)}${file(base, 'JSON', words.api)}</ul><div class="qr"><img src="/c/${certificate.id}/qr.svg" alt="${words.qr}" width="136" height="136"></div></div></section>`
}
