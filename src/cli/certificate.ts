import { awardStream } from '../domain/award.ts'
import { type CertificateId, readCertificateId } from '../domain/certificate-id.ts'
import { issuerStream } from '../domain/issuer.ts'
import { personStream, refsIn } from '../domain/person.ts'
import type { RecordedEvent } from '../log/event-log.ts'
import { comparePositions } from '../log/position.ts'
import { PersonalIndex } from '../projections/personal-index.ts'
import { readEvent } from '../projections/registry-event.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import type { House } from './house.ts'

/** Reads an ID as typed. Throws a usage error that tells a slip from what is no ID. */
export function idOf(typed: string): CertificateId {
  const reading = readCertificateId(typed)
  if (reading.ok) return reading.id
  throw new ExitError(
    EXIT.usage,
    reading.problem === 'malformed'
      ? 'this is no certificate ID; it looks like XXXX-XXXX-XXXX-XXXX-C'
      : 'this ID was mistyped: its last character does not fit the others; compare it with the paper',
  )
}

/**
 * Brings into the command's own read model what concerns one certificate: its stream, its issuer's, and the erasures of
 * the persons it names. So the answer follows from the log itself, whatever a server's read model says.
 */
export async function loadCertificate(house: House, id: CertificateId): Promise<void> {
  const { events } = await house.log.readStream(awardStream(id))
  const issued = events.find(({ type }) => type === 'AwardIssued')
  const issuerId = issued?.data['issuerId']
  const issuer =
    typeof issuerId === 'string' ? await house.log.readStream(issuerStream(issuerId)) : { events: [] }
  const persons = [...new Set(refsIn(events.map(({ data }) => data)).map(({ personId }) => personId))]
  const erasures = await Promise.all(persons.map((person) => house.log.readStream(personStream(person))))
  const all: RecordedEvent[] = [...events, ...issuer.events, ...erasures.flatMap((slice) => slice.events)]
  all.sort((a, b) => comparePositions(a.position, b.position))
  const last = all.at(-1)
  if (last) house.readModel.apply(all.map(readEvent), last.position)
  await new PersonalIndex(house.readModel, house.personal).catchUp().catch(() => undefined)
}
