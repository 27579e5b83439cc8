import { type Status, type Verdict, verdictAt } from '../domain/verdict.ts'

/** What certificates may be asked for by, beside a text. */
export type CertificateFilter = {
  readonly recipient?: string | undefined
  readonly issuer?: string | undefined
  readonly session?: string | undefined
  readonly serial?: string | undefined
  readonly kind?: string | undefined
  /** On `today`. */
  readonly status?: Status | undefined
  /** The first and the last day of issue. */
  readonly from?: string | undefined
  readonly until?: string | undefined
}

/** The columns of a certificate that a filter looks at. */
export const FILTERED = 'recipient, issuer, session, serial, kind, issued_on, verdicts'
type Row = Readonly<Record<string, unknown>>

/** Whether a certificate's row is among those asked for. */
export function passes(row: Row, filter: CertificateFilter, today: string): boolean {
  const issuedOn = String(row['issued_on'])
  const { status, from = '', until = '9999-12-31' } = filter
  return (
    (['recipient', 'issuer', 'session', 'serial', 'kind'] as const).every(
      (column) => filter[column] === undefined || row[column] === filter[column],
    ) &&
    from <= issuedOn &&
    issuedOn <= until &&
    (status === undefined || statusOf(row, today) === status)
  )
}

const statusOf = (row: Row, today: string): Status =>
  verdictAt(JSON.parse(String(row['verdicts'])) as readonly Verdict[], today).status
