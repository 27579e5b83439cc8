import type { Outcome, StepName, StepResult } from './steps.ts'

/** The steps as questions that a reader has. */
export const QUESTIONS: Readonly<Record<StepName, string>> = {
  form: 'Is it what it claims to be?',
  signature: 'Is it signed, and unchanged since?',
  'issuer-key': 'Did that key belong to the issuer then?',
  accreditation: 'Might the issuer confer this then?',
  status: 'Does it count on the day asked about?',
  inclusion: 'Is every change of it in the public log?',
  checkpoint: 'Is that the log you know?',
  witnesses: 'Have others seen the same log?',
  register: 'Does it say what is recorded?',
}

export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  valid: 'VALID',
  'not-valid': 'NOT VALID',
  unconfirmed: 'UNCONFIRMED',
}

/** Why, by code, for whoever reads English. */
export const REASONS: Readonly<Record<string, string>> = {
  ok: '',
  'cannot-be-read': 'it can’t be read',
  'not-a-credential': 'it is no credential of a registry',
  'not-a-certificate-id': 'its ID is no certificate ID',
  'events-out-of-order': 'a change is missing or out of order',
  'issuer-events-out-of-order': 'a change of the issuer is out of order',
  'events-from-later': 'it holds what was recorded after it was made',
  'unknown-event': 'it holds a change that this program does not know',
  'not-issued': 'it was never issued',
  'another-issuer': 'its changes name another issuer',
  'opening-does-not-open': 'a name in it is not the one that was recorded',
  'made-in-the-future': 'it was made in the future',
  'credentials-differ': 'its two credentials say different things',
  'not-signed': 'it is not signed',
  'malformed-proof': 'its signature can’t be read',
  'malformed-jwt': 'its signature can’t be read',
  'unknown-key': 'the issuer has no such key',
  'context-differs': 'its terms are not those that were signed',
  'cannot-canonicalize': 'it can’t be read as JSON-LD',
  'bad-signature': 'the signature does not fit: it was changed or made up',
  'signed-in-the-future': 'it was signed in the future',
  'key-compromised': 'the key was in other hands then',
  'key-compromised-later': 'the key was in other hands later; ask for a fresh credential',
  'key-not-in-use-then': 'the key was not in use then',
  'did-document-differs': 'the list of keys is not what the log leads to',
  'not-accredited': 'the issuer was not accredited for it on the day of issue',
  'later-than-the-record': 'that day lies after what this record knows',
  suspended: 'it is suspended',
  revoked: 'it is revoked',
  superseded: 'another certificate has taken its place',
  expired: 'its last day is over',
  'not-yet-valid': 'its first day is still to come',
  'lists-missing': 'a status list is missing',
  'lists-unreadable': 'a status list can’t be read',
  'lists-not-signed': 'a status list is not signed by the issuer',
  'lists-disagree': 'a status list says something else',
  'malformed-log-key': 'the log’s key can’t be read',
  'another-log': 'it comes from another log',
  'another-origin': 'the checkpoint is of another log',
  'malformed-checkpoint': 'the checkpoint can’t be read',
  'checkpoint-malformed': 'the checkpoint can’t be read',
  'checkpoint-ambiguous-key': 'the log’s key is ambiguous',
  'checkpoint-invalid-signature': 'the checkpoint’s signature does not fit',
  'checkpoint-unverified': 'the checkpoint is not signed by that log',
  'log-key-not-given': 'you gave no key of the log; take it from a place you trust',
  'malformed-proof-path': 'the way to the log can’t be read',
  'not-in-the-log': 'a change is not in the log',
  'no-policy': 'you named no witnesses',
  'witness-malformed': 'the witnesses’ signatures can’t be read',
  'witness-ambiguous-key': 'two of your witnesses have one key',
  'witness-invalid-signature': 'a witness’s signature does not fit',
  'too-few-witnesses': 'too few of your witnesses have seen it',
  'no-register': 'the register was not asked',
  'unknown-certificate': 'the register knows no such certificate',
  'content-differs': 'something else is recorded by now',
}

/** One step in one line of plain English. */
export function wordsOf({ result, reason }: StepResult): string {
  const why = (Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined) ?? reason
  const answer = { yes: 'yes', no: 'no', 'not-checked': 'could not be checked' }[result]
  return why === '' ? answer : `${answer}: ${why}`
}
