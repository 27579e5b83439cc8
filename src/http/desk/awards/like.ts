import { readCertificateId } from '../../../domain/certificate-id.ts'
import { certificateDocument, type CertificateDocument } from '../../../projections/certificate-document.ts'
import type { ReadModel } from '../../../projections/read-model.ts'
import { certificateAnswer } from '../../../queries/certificates.ts'
import { showPersons } from '../../../queries/persons.ts'
import { proposalAnswer } from '../../../queries/proposals.ts'
import { maySee } from '../../proposal-routes.ts'
import type { Typed } from '../forms.ts'
import { asIssued } from '../preview.ts'
import type { Visit } from '../visit.ts'
import { standingTyped } from './corrections.ts'

/** What an earlier award or proposal says, as what would have been typed; its number stays its own. */
export function typedLike(model: ReadModel, visit: Visit, like: string): Typed | undefined {
  const certificate = documentLike(model, visit, like)
  if (!certificate) return undefined
  const { kind, recipient } = certificate
  const typed = standingTyped({ certificate, persons: showPersons(model, certificate.persons ?? []) })
  return {
    ...typed,
    kind,
    recipientType: recipient.type,
    organizationId: recipient.type === 'organization' ? recipient.organizationId : '',
    serialNumber: '',
  }
}

function documentLike(model: ReadModel, { here }: Visit, like: string): CertificateDocument | undefined {
  const reading = readCertificateId(like)
  if (!reading.ok) return undefined
  const found = certificateAnswer(model, reading.id, { at: '2000-01-01' })
  if (found.kind === 'found')
    return (JSON.parse(found.body.toString()) as { readonly certificate: CertificateDocument }).certificate
  const proposal = proposalAnswer(model, reading.id)
  const award = proposal && maySee(here.actor, proposal) ? asIssued(proposal.state.content) : undefined
  return award?.status === 'issued' ? certificateDocument(reading.id, award) : undefined
}
