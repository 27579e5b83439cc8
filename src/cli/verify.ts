import { assess } from '../credentials/verdict.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { CertificateDocument } from '../projections/certificate-document.ts'
import { certificateAnswer } from '../queries/certificates.ts'
import type { ShownPerson } from '../queries/persons.ts'
import { recordedOf } from '../signing/recorded.ts'
import { idOf, loadCertificate } from './certificate.ts'
import type { Stores } from './config.ts'
import { EXIT } from './exit-codes.ts'
import { openHouse } from './house.ts'
import { dayOf, instantOf } from './times.ts'
import { CODES, stepLine } from './verify-file.ts'
import { inAll, type Io, line, safe } from './io.ts'

export type Answer = {
  readonly at: string
  readonly verdict: Verdict
  readonly certificate: CertificateDocument
  readonly accreditation: { readonly accredited: boolean }
  readonly persons?: readonly ShownPerson[]
}

const WORDS: Readonly<Record<Verdict['status'], string>> = {
  valid: 'VALID',
  suspended: 'SUSPENDED',
  revoked: 'REVOKED',
  superseded: 'SUPERSEDED by another certificate',
  expired: 'EXPIRED',
  'not-yet-valid': 'NOT YET VALID',
}

/** `verify ID`: what a certificate is worth, from the log itself. */
export async function verify(
  io: Io,
  config: Stores,
  typed: string,
  options: { at?: string; known?: string; json?: boolean },
): Promise<number> {
  const id = idOf(typed)
  const house = await openHouse(config, io.now)
  try {
    await loadCertificate(house, id)
    const at = options.at === undefined ? house.clock.now().slice(0, 10) : dayOf('--at', options.at)
    const known = options.known === undefined ? undefined : instantOf('--known', options.known)
    const found = certificateAnswer(house.readModel, id, { at, known })
    if (found.kind !== 'found') {
      line(
        options.json ? io.out : io.err,
        options.json
          ? JSON.stringify({ id, status: found.kind })
          : `${id}: no such certificate${found.kind === 'unknown' ? '' : ' was known then'}`,
      )
      return EXIT.unknown
    }
    const answer = JSON.parse(found.body.toString()) as Answer
    const recorded = recordedOf(house.readModel, id, house.clock.now())
    const { steps, outcome } = await assess(
      { kind: 'id', id },
      { at, now: house.clock.now(), register: () => recorded },
    )
    if (options.json) line(io.out, found.body.toString())
    else {
      describe(io, answer)
      if (known === undefined) for (const step of steps) line(io.out, stepLine(step))
    }
    if (known === undefined) return CODES[outcome]
    return answer.verdict.status === 'valid' ? EXIT.ok : EXIT.notValid
  } finally {
    await house.close()
  }
}

function describe(io: Io, { at, verdict, certificate, accreditation, persons = [] }: Answer): void {
  const { since, until, reason } = verdict
  const span = [since && `since ${since}`, until && `until ${until}`].filter(Boolean).join(', ')
  line(io.out, `${certificate.id}  ${WORDS[verdict.status]} on ${at}${span && ` (${span})`}`)
  if (reason) line(io.out, `  why         ${safe(reason)}`)
  line(io.out, `  title       ${inAll(certificate.title)}`)
  const { recipient } = certificate
  if (recipient.type === 'organization') line(io.out, `  recipient   ${inAll(recipient.nameAsWritten)}`)
  for (const person of persons)
    line(io.out, `  person      ${person.state === 'shown' ? inAll(person.name) : `(${person.state})`}`)
  line(
    io.out,
    `  issued on   ${certificate.issuedOn} by ${certificate.issuerId} for ${certificate.awardingBody}`,
  )
  line(
    io.out,
    `  accredited  ${accreditation.accredited ? 'yes, on the day of issue' : 'NO, not on the day of issue'}`,
  )
  if (certificate.lineage.supersededBy) line(io.out, `  see         ${certificate.lineage.supersededBy}`)
}
