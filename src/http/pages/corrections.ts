import type { AwardContent, Basis, CorrectedField } from '../../domain/award-content.ts'
import type { CertificateDocument } from '../../projections/certificate-document.ts'
import type { ShownPerson } from '../../queries/persons.ts'
import { basisIn, type RestsOn } from './basis.ts'
import { html, type Html } from './html.ts'
import { person } from './parts.ts'
import type { Speech } from './speech.ts'

/** What the corrections of a certificate are shown from. */
export type Corrected = {
  readonly certificate: CertificateDocument
  readonly persons: readonly ShownPerson[]
  /** The session that an award rests on, where it is recorded. */
  readonly rests: (basis: Basis) => RestsOn | undefined
  /** When its corrections were recorded, in their order; one that is being previewed has no instant. */
  readonly correctedAt?: readonly string[] | undefined
}

/** Corrections: of each the day it was recorded, the fields, what they said before and say since, and why. */
export function corrections(speech: Speech, face: Corrected): Html | undefined {
  const { words, day } = speech
  const { certificate, correctedAt = [] } = face
  if (certificate.corrections.length === 0) return undefined
  return html`<section aria-labelledby="corrections"><h2 id="corrections">${words.corrections}</h2><ul class="list">${certificate.corrections.map(
    ({ changes, reason }, at) =>
      html`<li>${changes.map((change) => changed(speech, face, change))}<small>${correctedAt[at] && html`${day(correctedAt[at].slice(0, 10))} · `}${words.why}: <bdi>${reason}</bdi></small></li>`,
  )}</ul></section>`
}

function changed(speech: Speech, face: Corrected, change: CorrectedField): Html {
  const { words } = speech
  const [before, after] = valuesOf(speech, face, change)
  return html`<div class="change"><h3>${fieldName(words, change.field)}</h3><div><small>${words.said}</small><del>${before ?? html`—`}</del></div><div><small>${words.says}</small><ins>${after}</ins></div></div>`
}

function fieldName(words: Speech['words'], field: CorrectedField['field']): string {
  switch (field) {
    case 'recipient.nameAsWritten':
    case 'recipient.person':
      return words.recipient
    case 'acceptance.person':
      return words.accepted
    case 'acceptance.acceptedOn':
      return words.acceptedOn
    case 'acceptance.place':
      return words.acceptedAt
    case 'serialNumber':
      return words.serial
    default:
      return words[field]
  }
}

type Both = readonly [before: Html | undefined, after: Html]

/** What a field said and says, each as the page shows that field. */
function valuesOf(speech: Speech, { persons, rests }: Corrected, change: CorrectedField): Both {
  const both = <Value>(said: Value | undefined, says: Value, show: (value: Value) => Html): Both => [
    said === undefined ? undefined : show(said),
    show(says),
  ]
  switch (change.field) {
    case 'recipient.person':
    case 'acceptance.person':
      return both(change.before, change.after, (ref) =>
        person(
          speech,
          persons.find(({ commitment }) => commitment === ref.commitment),
        ),
      )
    case 'serialNumber':
      return both(change.before, change.after, (number) => html`<bdi>${number}</bdi>`)
    case 'acceptance.acceptedOn':
    case 'issuedOn':
    case 'validFrom':
    case 'validUntil':
      return both(change.before, change.after, speech.day)
    case 'basis': {
      const nothing = (basis: Basis) => basisIn(speech, basis, rests(basis)) ?? html`—`
      return both(change.before, change.after, nothing)
    }
    case 'functions':
      return both(change.before, change.after, (functions) => functionList(speech, functions))
    default:
      return both(change.before, change.after, speech.sayAll)
  }
}

/** The functions that an award confers, each with its days. */
export const functionList = ({ words, sayAll, day }: Speech, functions: AwardContent['functions']): Html =>
  functions.length === 0
    ? html`—`
    : html`<ul class="list">${functions.map(({ name, from, until }) => html`<li>${sayAll(name)}<small>${from && html`${words.since} ${day(from)} `}${until && html`${words.until} ${day(until)}`}</small></li>`)}</ul>`
