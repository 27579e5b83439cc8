import { type CertificateId, readCertificateId } from '../domain/certificate-id.ts'
import { ProblemError } from './problem.ts'

/** Reads the ID of a path forgivingly. Throws the problem that tells a mistyped ID from what is none. */
export function certificateIdOf(typed: string): CertificateId {
  const reading = readCertificateId(typed)
  if (reading.ok) return reading.id
  throw new ProblemError(
    reading.problem === 'malformed' ? 'malformed-certificate-id' : 'mistyped-certificate-id',
  )
}
