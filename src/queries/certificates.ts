import type { PersonRef } from '../domain/person.ts'
import { type Verdict, verdictAt, verdicts } from '../domain/verdict.ts'
import { foldHistory } from '../projections/certificate.ts'
import { type CertificateFilter, FILTERED, passes } from '../projections/certificate-filter.ts'
import { type CertificateDocument, certificateDocument } from '../projections/certificate-document.ts'
import { readHistory } from '../projections/history.ts'
import type { ReadModel } from '../projections/read-model.ts'
import { accreditationAnswer } from './accreditation.ts'
import { showPersons } from './persons.ts'
import { rememberedAnswers } from './remembered-answers.ts'

export type CertificateQuery = {
  /** The day that the question is about: what was true then. */
  readonly at: string
  /** The instant whose knowledge counts: what the registry held by then. Absent: what it holds now. */
  readonly known?: string | undefined
}

/**
 * `body` is the answer as JSON, ready to be sent: encoded in UTF-8 where it was asked for before.
 * `not-known-then`: recorded later than the instant asked for.
 */
export type CertificateFound =
  | { readonly kind: 'found'; readonly revision: bigint; readonly body: string | Buffer }
  | { readonly kind: 'unknown' | 'not-known-then' }

type Current = {
  readonly revision: number
  readonly issuer: string
  readonly kind: string
  readonly issued_on: string
  readonly document: string | null
  readonly verdicts: string
}

/**
 * The answer to «what is this certificate worth»: the verdict of the day, what it says, its lineage, and whether its
 * issuer was accredited on the day of issue.
 */
export function certificateAnswer(model: ReadModel, id: string, query: CertificateQuery): CertificateFound {
  if (query.known !== undefined) return answerAsKnown(model, id, query.at, query.known)
  const answers = rememberedAnswers(model)
  const key = `${id} ${query.at}`
  const remembered = answers.get(key)
  if (remembered) return remembered
  const found = currentAnswer(model, id, query)
  if (found.kind === 'found' && !found.namesPersons) answers.asked(key, found)
  return found
}

function currentAnswer(model: ReadModel, id: string, query: CertificateQuery) {
  model.snapshot()
  const row = model
    .prepare('SELECT revision, issuer, kind, issued_on, document, verdicts FROM certificate WHERE id = ?')
    .get(id) as Current | undefined
  if (!row || row.document === null) return { kind: 'unknown' } as const
  const { revision, issuer: issuerId, kind, issued_on: issuedOn, document } = row
  const verdict = verdictAt(JSON.parse(row.verdicts) as readonly Verdict[], query.at)
  return render(model, { id, revision, document, verdict, query, issue: { issuerId, kind, issuedOn } })
}

function answerAsKnown(model: ReadModel, id: string, at: string, known: string): CertificateFound {
  const row = model.prepare('SELECT history FROM certificate WHERE id = ?').get(id)
  if (!row) return { kind: 'unknown' }
  const history = readHistory(String(row['history'])).filter(({ recordedAt }) => recordedAt <= known)
  const award = foldHistory(history)
  if (award.status !== 'issued') return { kind: 'not-known-then' }
  return render(model, {
    id,
    revision: history.at(-1)?.revision ?? 0,
    document: JSON.stringify(certificateDocument(id, award)),
    verdict: verdictAt(verdicts(award), at),
    query: { at, known },
    issue: award.content,
  })
}

type Rendering = {
  readonly id: string
  readonly revision: number
  readonly document: string
  readonly verdict: Verdict
  readonly query: CertificateQuery
  readonly issue: { readonly issuerId: string; readonly kind: string; readonly issuedOn: string }
}

function render(model: ReadModel, { id, revision, document, verdict, query, issue }: Rendering) {
  const accreditation = accreditationAnswer(model, issue, query.known)
  const persons = showPersons(model, personsOf(document))
  const body =
    `{"id":"${id}","revision":"${revision}","at":"${query.at}"` +
    (query.known === undefined ? '' : `,"known":"${query.known}"`) +
    `,"verdict":${JSON.stringify(verdict)},"certificate":${document}` +
    `,"accreditation":${JSON.stringify(accreditation)}` +
    (persons.length === 0 ? '}' : `,"persons":${JSON.stringify(persons)}}`)
  return { kind: 'found', revision: BigInt(revision), body, namesPersons: persons.length > 0 } as const
}

/** A document's own list of persons. Texts in it can't look like this: their quotation marks are escaped. */
const namesPersons = (json: string) => json.includes('"persons":[{')

function personsOf(document: string): readonly PersonRef[] {
  return namesPersons(document) ? ((JSON.parse(document) as CertificateDocument).persons ?? []) : []
}

/** What a certificate is worth on a day, as is recorded now; `undefined` where there is none. */
export function verdictOn(model: ReadModel, id: string, day: string): Verdict | undefined {
  const row = model.prepare('SELECT verdicts FROM certificate WHERE id = ?').get(id)
  const spans = row?.['verdicts']
  return typeof spans === 'string' ? verdictAt(JSON.parse(spans) as readonly Verdict[], day) : undefined
}

export type CertificateLine = {
  readonly id: string
  readonly revision: string
  readonly verdict: Verdict
  readonly certificate: CertificateDocument
}

export type { CertificateFilter }

/** The rows that one page looks at, at most: what matches rarely is found over several pages, not in one long halt. */
const MOST_LOOKED_AT = 2_000
/** Columns with an index. */
const INDEXED = ['recipient', 'issuer', 'session', 'serial'] as const

export type CertificateList = {
  readonly certificates: readonly CertificateLine[]
  /** There may be more behind these, also where a page holds none. */
  readonly next?: number
}

/** Certificates by filter, the latest recorded first. `before` is the `next` of the page before. */
export function listCertificates(
  model: ReadModel,
  filter: CertificateFilter,
  page: { readonly today: string; readonly limit: number; readonly before?: number | undefined },
): CertificateList {
  const wanted = INDEXED.flatMap((column) => {
    const value = filter[column]
    return value === undefined ? [] : [{ column, value }]
  })
  const conditions = ['document IS NOT NULL', 'number < ?', ...wanted.map(({ column }) => `${column} = ?`)]
  const rows = model
    .prepare(
      `SELECT number, ${FILTERED} FROM certificate WHERE ${conditions.join(' AND ')}
       ORDER BY number DESC LIMIT ${MOST_LOOKED_AT}`,
    )
    .iterate(page.before ?? Number.MAX_SAFE_INTEGER, ...wanted.map(({ value }) => value))
  const found: number[] = []
  let looked = 0
  let last = 0
  for (const row of rows) {
    if (found.length === page.limit) return { certificates: linesOf(model, found, page.today), next: last }
    looked++
    last = Number(row['number'])
    if (passes(row, filter, page.today)) found.push(last)
  }
  const certificates = linesOf(model, found, page.today)
  return { certificates, ...(looked === MOST_LOOKED_AT && { next: last }) }
}

/** How many certificates name an organisation as their recipient. */
export function countReceived(model: ReadModel, recipient: string): number {
  const sql = 'SELECT count(*) AS amount FROM certificate WHERE recipient = ?'
  return Number(model.prepare(sql).get(recipient)?.['amount'] ?? 0)
}

function linesOf(model: ReadModel, numbers: readonly number[], today: string): readonly CertificateLine[] {
  const line = model.prepare('SELECT id, revision, document, verdicts FROM certificate WHERE number = ?')
  return numbers.flatMap((number) => {
    const row = line.get(number)
    if (!row) return []
    return {
      id: String(row['id']),
      revision: String(row['revision']),
      verdict: verdictAt(JSON.parse(String(row['verdicts'])) as readonly Verdict[], today),
      certificate: JSON.parse(String(row['document'])) as CertificateDocument,
    }
  })
}

/** Whether the read model holds a certificate of that ID. */
export const exists = (model: ReadModel, id: string): boolean =>
  model.prepare('SELECT 1 FROM certificate WHERE id = ? AND document IS NOT NULL').get(id) !== undefined
