import { QUESTIONS, REASONS } from '../../../credentials/step-words.ts'
import type { StepName } from '../../../credentials/steps.ts'
import type { Language } from '../speech.ts'
import { stepsKy } from './steps-ky.ts'
import { stepsRu } from './steps-ru.ts'

/** What pages say of a judgement, step by step. */
export type StepWords = {
  readonly questions: Readonly<Record<StepName, string>>
  /** What is done to answer each. */
  readonly how: Readonly<Record<StepName, string>>
  readonly answers: Readonly<Record<'yes' | 'no' | 'not-checked', string>>
  readonly reasons: Readonly<Record<string, string>>
  readonly facts: Readonly<Record<Fact, string>>
}

/** What was seen on the way, and where the raw proof lies. */
export type Fact =
  | 'key'
  | 'created'
  | 'suites'
  | 'until'
  | 'accreditation'
  | 'differing'
  | 'leaf'
  | 'checkpoint'
  | 'bit'
  | 'set'
  | 'notSet'
  | 'raw'
  | 'revision'
  | 'lists'

const en: StepWords = {
  questions: QUESTIONS,
  how: {
    form: 'The ID has the form of a certificate’s, and its check character fits. A file is one that registries make.',
    signature: 'The signature is computed anew over every word of it, with the issuer’s public key.',
    'issuer-key':
      'The key is looked up in the issuer’s record: since when it signs, and whether it was given up or stolen.',
    accreditation: 'The issuer’s accreditations are looked up for the day of issue and this kind of award.',
    status: 'Every suspension, revocation and last day that is recorded is weighed for the day asked about.',
    inclusion:
      'From the event’s own leaf, hash by hash, the way up to the root of the public log is computed.',
    checkpoint: 'The root is compared with the one that the log’s key has signed.',
    witnesses: 'The signatures of others who saw the same root are counted.',
    register: 'What it says is compared word by word with what is recorded.',
  },
  answers: { yes: 'yes', no: 'no', 'not-checked': 'could not be checked' },
  reasons: REASONS,
  facts: {
    key: 'Key',
    created: 'Signed',
    suites: 'Kinds of signature',
    until: 'until',
    accreditation: 'Accreditation',
    differing: 'What differs',
    leaf: 'Leaf',
    checkpoint: 'Leaves in the checkpoint',
    bit: 'Place in the list',
    set: 'set',
    notSet: 'not set',
    raw: 'Raw proof',
    revision: 'change',
    lists: 'Status lists',
  },
}

/** In every language of the pages. */
export const STEP_WORDS: Readonly<Record<Language, StepWords>> = { ky: stepsKy, ru: stepsRu, en }
