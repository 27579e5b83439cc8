import type { RefusalKind } from '../commands/refusal.ts'

/** How a problem is told: its HTTP status, a title, and how to mend it. */
export type ProblemType = { readonly status: number; readonly title: string; readonly mend: string }

const conflict = (title: string, mend: string): ProblemType => ({ status: 409, title, mend })
const missing = (title: string, mend: string): ProblemType => ({ status: 404, title, mend })
const unprocessable = (title: string, mend: string): ProblemType => ({ status: 422, title, mend })

/** Every refusal of a command. Total: a refusal without a problem type does not compile. */
const REFUSALS: Readonly<Record<RefusalKind, ProblemType>> = {
  invalid: unprocessable('A value can’t be right', 'Mend the field that `errors` names.'),
  forbidden: {
    status: 403,
    title: 'This key may not do that',
    mend: 'Use a key of the role and issuer that may.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It has changed since you read it',
    mend: 'Read it again and repeat the request with the new ETag in If-Match.',
  },
  'idempotency-key-reused': unprocessable(
    'This Idempotency-Key came with another request before',
    'Take a new key for a new request; repeat a request unchanged.',
  ),
  'too-busy': { status: 503, title: 'Too many changes at once', mend: 'Repeat the request in a moment.' },
  'unknown-organization': unprocessable('No such organization', 'Register it first, or mend its ID.'),
  'unknown-session': unprocessable('No such session', 'Convene it first, or mend its ID.'),
  'unknown-issuer': unprocessable('No such issuer', 'Register it first, or mend its ID.'),
  'unknown-agenda-item': unprocessable('The session has no such agenda item', 'Mend the number.'),
  'unknown-alongside-event': unprocessable('The session has no such event alongside', 'Mend its ID.'),
  'unknown-successor': unprocessable(
    'No such certificate to stand in its place',
    'Issue it first, or mend its ID.',
  ),
  'unknown-item': unprocessable('The agenda has no such item', 'Mend the number.'),
  'unknown-decision': unprocessable('No such decision', 'Record the decision first, or mend its number.'),
  'unknown-participant': unprocessable(
    'No such participant',
    'Register the participant first, or mend the ID.',
  ),
  'person-erased': conflict('This person’s data were erased', 'Leave personId out to record a new person.'),
  'person-not-found': missing('No such person', 'Mend the ID.'),
  'not-accredited': unprocessable(
    'The issuer was not accredited for this kind on the day of issue',
    'Have a registrar accredit the issuer, or mend kind or issuedOn.',
  ),
  'other-body': unprocessable('The issuer does not act for that awarding body', 'Leave awardingBody out.'),
  'approval-required': conflict(
    'An award of this issuer takes a second person',
    'Propose it at /api/v1/proposals, and have somebody else approve.',
  ),
  'proposal-not-found': missing('No such proposal', 'Mend the ID.'),
  'proposal-exists': conflict('Something else was proposed under this ID', 'Take a new key.'),
  'proposal-approved': conflict('It was approved already', 'Revoke the certificate instead.'),
  'proposal-declined': conflict('It was declined already', 'Propose it anew.'),
  'second-person-needed': {
    status: 403,
    title: 'Whoever proposed can’t approve',
    mend: 'Have it approved by somebody else, with another key.',
  },
  'award-not-found': missing('No such certificate', 'Mend the ID.'),
  'award-exists': conflict(
    'This certificate was issued with another content',
    'Correct it, or take a new key.',
  ),
  'issue-abandoned': conflict('This issue was abandoned', 'Issue it anew under another Idempotency-Key.'),
  'already-accepted': conflict('It was accepted already', 'Correct the acceptance instead.'),
  'not-accepted': conflict('It has not been accepted', 'Record the acceptance first.'),
  'corrects-nothing': unprocessable('The correction corrects nothing', 'Say what it should read instead.'),
  'before-differs': conflict('It says something else now', 'Read it again, then correct it.'),
  'identity-not-correctable': unprocessable(
    'Who received it can’t be corrected',
    'Issue another certificate and supersede this one.',
  ),
  'already-known': conflict('This is known already', 'Correct it instead, which leaves a trace.'),
  'already-suspended': conflict('It is suspended then already', 'Choose other days, or reinstate it first.'),
  'not-suspended': conflict('It is not suspended then', 'Mend the date.'),
  'already-revoked': conflict('It is revoked already', 'Nothing is left to do.'),
  'already-superseded': conflict('Another certificate stands in its place already', 'See `supersededBy`.'),
  'superseded-by-itself': unprocessable('A certificate can’t supersede itself', 'Name another one.'),
  'supersession-cycle': unprocessable('The certificates would supersede each other', 'Name another one.'),
  'supersession-chain-too-long': unprocessable('Too many supersessions in a row', 'Name the latest one.'),
  'successor-of-other-issuer': unprocessable(
    'The other certificate is another issuer’s',
    'Name one of this issuer’s.',
  ),
  'has-no-end': conflict('It counts without end', 'There is nothing to prolong.'),
  'duplicate-serial': conflict('Another certificate has this serial number', 'Mend the number.'),
  'organization-not-found': missing('No such organization', 'Mend the ID.'),
  'organization-exists': conflict(
    'The organization is registered differently',
    'Rename or correct it instead.',
  ),
  'its-own-parent': unprocessable('It can’t belong to itself', 'Name another organization.'),
  'its-own-successor': unprocessable('It can’t follow itself', 'Name another organization.'),
  'already-succeeded': conflict('It has a successor already', 'Nothing is left to do.'),
  'session-not-found': missing('No such session', 'Mend the ID.'),
  'session-exists': conflict('The session was convened differently', 'Take another ID.'),
  'session-closed': conflict('The session is closed', 'Nothing can be added to it.'),
  'agenda-adopted': conflict('Another agenda was adopted', 'The agenda stays as adopted.'),
  'no-agenda': conflict('The session has no agenda', 'Adopt it first.'),
  'item-decided': conflict('The item has another decision', 'A decision stays as taken.'),
  'items-undecided': conflict('Items of the agenda have no decision', 'Record a decision on each.'),
  'protocol-published': conflict('Another protocol was published', 'It stays as published.'),
  'no-protocol': conflict('No protocol was published', 'Publish it first.'),
  'participant-exists': conflict('A participant has this ID', 'Take another one.'),
  'alongside-exists': conflict('An event alongside has this ID', 'Take another one.'),
  'issuer-not-found': missing('No such issuer', 'Mend the ID.'),
  'issuer-exists': conflict('The issuer is registered differently', 'Take another ID.'),
  'no-body': unprocessable('The issuer acts for no awarding body', 'Accredit one that does.'),
  'accreditation-exists': conflict('An accreditation has this ID', 'Take another one.'),
  'accreditation-not-found': missing('No such accreditation', 'Mend the ID.'),
  'already-withdrawn': conflict('It is withdrawn already', 'Nothing is left to do.'),
  'key-exists': conflict('A key has this ID', 'Leave keyId out.'),
  'key-not-found': missing('No such key', 'Mend the ID.'),
  'key-revoked': conflict('The key is revoked', 'Grant a new one.'),
  'signing-key-exists': conflict(
    'A signing key has this ID, or is this key',
    'Make a new key under a new ID.',
  ),
  'signing-key-not-found': missing('No such signing key', 'Mend the ID.'),
  'signing-key-retired': conflict('The signing key was retired at another time', 'Nothing is left to do.'),
  'signing-key-compromised': conflict('The compromise is recorded differently', 'It stays as recorded.'),
}

/** Problems that no command makes: of the request's form, of who asks, of the registry's own state. */
const OTHERS = {
  'invalid-request': {
    status: 400,
    title: 'The request can’t be read as asked',
    mend: 'Mend what `errors` names.',
  },
  'malformed-json': { status: 400, title: 'The body is not JSON', mend: 'Send valid JSON in UTF-8.' },
  'malformed-url': { status: 400, title: 'The URL can’t be read', mend: 'Percent-encode it as UTF-8.' },
  'url-too-long': { status: 414, title: 'A part of the URL is too long', mend: 'Mend the ID in it.' },
  'malformed-certificate-id': {
    status: 400,
    title: 'This is no certificate ID',
    mend: 'It has 16 letters and digits and a check character: XXXX-XXXX-XXXX-XXXX-C.',
  },
  'mistyped-certificate-id': {
    status: 400,
    title: 'The certificate ID was mistyped',
    mend: 'Its check character does not fit. Compare it with the paper, letter by letter.',
  },
  'not-known-then': {
    status: 404,
    title: 'The registry did not know it then',
    mend: 'Ask with a later `known`.',
  },
  'no-signing-key': {
    status: 404,
    title: 'The issuer signs no credentials',
    mend: 'Have a registrar give it a signing key: key rotate --issuer ID.',
  },
  'key-elsewhere': {
    status: 503,
    title: 'This node does not hold the issuer’s signing key',
    mend: 'Ask another node, or have the operator put the key here.',
  },
  'key-unusable': {
    status: 503,
    title: 'This node can’t use the issuer’s signing key',
    mend: 'The operator finds the reason in the log.',
  },
  'not-covered-yet': {
    status: 503,
    title: 'No checkpoint covers the last change yet',
    mend: 'Repeat the request in a moment.',
  },
  'status-list-not-found': {
    status: 404,
    title: 'No such status list',
    mend: 'Take its address from a credential.',
  },
  'not-an-evidence-file': {
    status: 400,
    title: 'This is no evidence file of a registry',
    mend: 'Send the file as it was downloaded.',
  },
  'not-found': { status: 404, title: 'There is nothing here', mend: 'See /openapi.json for what there is.' },
  'key-required': {
    status: 401,
    title: 'An access key is needed',
    mend: 'Send Authorization: Bearer <key>.',
  },
  'key-refused': { status: 401, title: 'The access key is not good', mend: 'Ask a registrar for a new key.' },
  'body-too-large': { status: 413, title: 'The body is too large', mend: 'Send less than 1 MiB.' },
  'event-too-large': {
    status: 413,
    title: 'Too much to record at once',
    mend: 'Shorten the texts, or split the request.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'This type of body is not understood',
    mend: 'Send application/json.',
  },
  'too-many-requests': { status: 429, title: 'Too many requests', mend: 'Wait as long as Retry-After says.' },
  'too-many-listeners': {
    status: 503,
    title: 'Too many live listeners',
    mend: 'Read /api/v1/events, or wait.',
  },
  'log-unavailable': {
    status: 503,
    title: 'Nothing can be recorded now',
    mend: 'Repeat the request unchanged later.',
  },
  'personal-store-unavailable': {
    status: 503,
    title: 'Nothing about persons can be recorded now',
    mend: 'Repeat the request unchanged later.',
  },
  stopping: { status: 503, title: 'The registry is being stopped', mend: 'Repeat the request later.' },
  'request-refused': { status: 400, title: 'The request was refused', mend: 'See `detail`.' },
  'internal-error': { status: 500, title: 'The registry failed', mend: 'Tell the operator the request ID.' },
} as const satisfies Readonly<Record<string, ProblemType>>

export type ProblemKind = RefusalKind | keyof typeof OTHERS

/** Every problem type by its name, the last part of its `type`. */
export const PROBLEMS: Readonly<Record<ProblemKind, ProblemType>> = { ...REFUSALS, ...OTHERS }
