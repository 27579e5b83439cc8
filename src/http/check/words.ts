import type { PaperField } from '../../documents/paper.ts'
import type { PdfProblem } from '../../documents/pdf-text.ts'
import type { Outcome } from '../../credentials/steps.ts'
import type { Language } from '../pages/speech.ts'
import { checkKy } from './words-ky.ts'
import { checkRu } from './words-ru.ts'
import type { PaperOutcome } from './paper.ts'

type Said = { readonly title: string; readonly meaning: string }

/** What the pages say where a file is checked. */
export type CheckWords = {
  readonly ask: string
  readonly hint: string
  readonly drop: string
  readonly send: string
  readonly scan: string
  readonly scanHint: string
  readonly noCamera: string
  readonly noCode: string
  readonly close: string
  readonly paper: string
  readonly certificate: string
  readonly open: string
  readonly saysHere: string
  readonly registerSays: string
  readonly differences: string
  readonly alsoSays: string
  readonly saysNothing: string
  readonly registerSaysNothing: string
  readonly hidden: string
  readonly changedOn: string
  readonly credential: string
  readonly credentialDiffers: string
  readonly credentialOfAnother: string
  readonly howChecked: string
  readonly again: string
  readonly outcomes: Readonly<Record<Exclude<PaperOutcome, PdfProblem>, Said>>
  readonly problems: Readonly<
    Record<PdfProblem | 'picture' | 'nothing' | 'none' | 'too-large' | 'too-many', Said>
  >
  readonly files: Readonly<Record<Outcome, Said>>
  readonly fields: Readonly<Record<PaperField, string>>
  /** Members of a credential (terms.ts). */
  readonly members: Readonly<Record<string, string>>
}

const en: CheckWords = {
  ask: 'Or show us the file',
  hint: 'A PDF, a credential or an evidence file, up to 5 MB. It is read, judged and forgotten.',
  drop: 'Or drop it anywhere on this page, or paste it.',
  send: 'Check the file',
  scan: 'Scan the QR code',
  scanHint: 'Hold the code before the camera. The picture stays on your device.',
  noCamera: 'The camera can’t be used. Type the ID instead.',
  noCode: 'No code of a certificate was found in this picture. Type the ID that stands beside it.',
  close: 'Close',
  paper: 'The paper',
  certificate: 'The certificate',
  open: 'Open its permanent page',
  saysHere: 'The paper says',
  registerSays: 'The register says',
  differences: 'What differs',
  alsoSays: 'Besides',
  saysNothing: 'does not say',
  registerSaysNothing: 'nothing of it',
  hidden: 'The register shows this name no longer, so it can’t be compared.',
  changedOn: 'Changed in the register since, on',
  credential: 'The credential in it',
  credentialDiffers: 'The credential says otherwise than the register',
  credentialOfAnother: 'The credential in the file belongs to another certificate:',
  howChecked: 'How this was checked',
  again: 'Check another one',
  outcomes: {
    exact: {
      title: 'This is the registry’s own document',
      meaning: 'Byte for byte what the registry hands out today.',
    },
    earlier: {
      title: 'An earlier version of the registry’s document',
      meaning: 'The registry handed it out, and has changed what it says since.',
    },
    'same-text': {
      title: 'It says the same, but is another file',
      meaning:
        'What can be read of it agrees with the register. What the eye sees may be something else: pictures and the shapes of letters were not compared. Trust the page of the register, not the paper.',
    },
    'not-compared': {
      title: 'It says the same, but for a name',
      meaning:
        'It is another file, and a name in it can’t be compared: the register shows it no longer. Nothing here vouches for that name, nor for what stands beside it.',
    },
    'earlier-text': {
      title: 'It says what the register said earlier',
      meaning: 'It is not the registry’s own file, and the register has been changed since.',
    },
    differs: {
      title: 'This paper differs from the register',
      meaning: 'What it says is not what is recorded. Do not rely on it.',
    },
    other: {
      title: 'This is not the registry’s document',
      meaning:
        'It names a certificate, but is laid out otherwise. What the register says and this file does not, stands below.',
    },
    'no-text': {
      title: 'Nothing could be read in it',
      meaning: 'It may be a scan. Type the ID that stands beside the QR code.',
    },
    'no-id': {
      title: 'It names no certificate of this registry',
      meaning: 'No certificate ID was found in it. If you see one, type it.',
    },
    unknown: {
      title: 'The register knows no such certificate',
      meaning: 'The paper names an ID under which nothing is recorded. Do not rely on it.',
    },
  },
  problems: {
    'not-a-pdf': {
      title: 'This PDF can’t be read',
      meaning: 'It is damaged, or no PDF at all. Type the ID.',
    },
    locked: { title: 'This PDF wants a password', meaning: 'Save it without one, or type the ID.' },
    'too-much': {
      title: 'Reading this PDF was given up',
      meaning: 'It takes more time or memory than a certificate can need. Type the ID.',
    },
    busy: { title: 'Too many files are being read', meaning: 'Try again in a moment, or type the ID.' },
    picture: {
      title: 'A picture can’t be read here',
      meaning:
        'Its QR code can be read where your browser can; this one can’t. Type the ID that stands beside it.',
    },
    nothing: {
      title: 'This is none of the files that can be checked',
      meaning: 'A PDF, a credential (JSON or JWT) or an evidence file can be.',
    },
    none: { title: 'No file was chosen', meaning: 'Choose one, then send it.' },
    'too-large': { title: 'This file is too large', meaning: 'Up to 5 MB can be checked. Type the ID.' },
    'too-many': {
      title: 'Too many files from your address',
      meaning: 'Wait a minute, then try again. Asking by ID still works.',
    },
  },
  files: {
    valid: {
      title: 'Genuine and valid',
      meaning: 'Every question that has to be asked was answered with yes.',
    },
    'not-valid': { title: 'Not valid', meaning: 'At least one answer is no. Do not rely on this file.' },
    unconfirmed: {
      title: 'Not confirmed',
      meaning: 'Nothing speaks against it, but something could not be checked.',
    },
  },
  fields: {
    id: 'Certificate ID',
    address: 'Address for checking',
    body: 'Awarding body',
    title: 'Title',
    citation: 'Citation',
    recipient: 'Recipient',
    functions: 'Functions conferred',
    kind: 'Kind',
    basis: 'Rests on',
    issuedOn: 'Issued on',
    validity: 'Validity',
    serialNumber: 'Number',
    acceptedBy: 'Accepted by',
    corrected: 'Corrected on',
  },
  members: {
    title: 'Title',
    citation: 'Citation',
    recipientName: 'Recipient',
    recipientCommitment: 'Recipient (commitment)',
    issuedOn: 'Issued on',
    countsFrom: 'Counts from',
    countsUntil: 'Counts until',
    serialNumber: 'Number',
    functions: 'Functions conferred',
    basis: 'Rests on',
    acceptance: 'Accepted by',
    kind: 'Kind',
    awardingBody: 'Awarding body',
    certificateId: 'Certificate ID',
    other: 'Other parts',
  },
}

/** In every language of the pages. */
export const CHECK_WORDS: Readonly<Record<Language, CheckWords>> = { ky: checkKy, ru: checkRu, en }
