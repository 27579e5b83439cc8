import type { ConferredFunction } from '../domain/award-content.ts'
import type { CertificateId } from '../domain/certificate-id.ts'
import type { Period } from '../domain/date.ts'
import type { LocalizedText } from '../domain/text.ts'

/** The facts that a paper states. */
export const PAPER_FIELDS = [
  'id',
  'address',
  'body',
  'title',
  'citation',
  'recipient',
  'functions',
  'kind',
  'basis',
  'issuedOn',
  'validity',
  'serialNumber',
  'acceptedBy',
  'corrected',
] as const
export type PaperField = (typeof PAPER_FIELDS)[number]

/** A person as the paper shows one. A name that can't be shown is said to be missing, never left out in silence. */
export type PaperPerson =
  | { readonly state: 'shown'; readonly name: LocalizedText; readonly position?: LocalizedText | undefined }
  | { readonly state: 'erased' | 'unavailable' }

/** What the award rests on, as far as it is recorded. */
export type PaperBasis = {
  readonly session?: {
    readonly number: number
    readonly startsOn: string
    readonly endsOn: string
    readonly city: LocalizedText
  }
  readonly agendaItem?: number | undefined
  readonly decisionNumber?: string | undefined
  readonly protocolNumber?: string | undefined
  /** The event beside the session that a participation certificate is for. */
  readonly alongside?: LocalizedText | undefined
}

/** The languages that the paper itself speaks; what it quotes may be in any. */
export type PaperLanguage = 'ky' | 'ru' | 'en'

/** One version of a certificate as it goes on paper. Its status is not part of it: that can change, paper can't. */
export type Paper = {
  readonly id: CertificateId
  /** What the paper's own words are in; without it, what its title is in (see `languageOf`). */
  readonly language?: PaperLanguage | undefined
  /** Where its status is to be checked; the QR code says the same. */
  readonly url: string
  /** When this version was recorded (RFC 3339): the date of the document, so that its bytes follow from the version. */
  readonly recordedAt: string
  readonly kind: string
  readonly title: LocalizedText
  readonly citation?: LocalizedText | undefined
  readonly recipient:
    | { readonly type: 'organization'; readonly nameAsWritten: LocalizedText }
    | { readonly type: 'person'; readonly person: PaperPerson }
  /** The awarding body under the name that it held on the day of issue. */
  readonly body: LocalizedText
  readonly basis: PaperBasis
  readonly functions: readonly ConferredFunction[]
  readonly issuedOn: string
  /** The days on which it counts by what it says itself; none without an end has another behind it. */
  readonly validity: readonly Period[]
  readonly serialNumber?: string | undefined
  readonly acceptance?:
    | {
        readonly person: PaperPerson
        readonly acceptedOn: string
        readonly place?: LocalizedText | undefined
      }
    | undefined
  /** The days on which corrections were recorded. */
  readonly correctedOn: readonly string[]
  /** The certificate as a Verifiable Credential (JSON), where one could be signed; goes in as an attachment. */
  readonly credential?: string | undefined
}
