import type { IssuedAward } from '../domain/award.ts'
import type { CertificateId } from '../domain/certificate-id.ts'
import type { PersonRef } from '../domain/person.ts'
import { mixedScriptWords } from './mixed-script.ts'

/** What a certificate says, as answers show it. Persons stand as references; whoever answers adds what opens them. */
export type CertificateDocument = Omit<IssuedAward['content'], 'recipient'> & {
  readonly id: CertificateId
  readonly recipient: IssuedAward['content']['recipient']
  readonly acceptance?: IssuedAward['acceptance']
  readonly corrections: IssuedAward['corrections']
  readonly prolongations: IssuedAward['prolongations']
  readonly suspensions: IssuedAward['suspensions']
  readonly revocation?: IssuedAward['revocation']
  readonly lineage: { readonly supersededBy?: CertificateId; readonly supersedes: readonly CertificateId[] }
  /** Words of the title or the recipient's name that mix scripts whose letters look alike. */
  readonly mixedScripts?: readonly string[]
  /** Every reference to a person in this document, so that a reader need not search for them. */
  readonly persons?: readonly PersonRef[]
}

/** Pure: the same award gives the same document, key by key. */
export function certificateDocument(id: CertificateId, award: IssuedAward): CertificateDocument {
  const {
    content,
    acceptance,
    corrections,
    prolongations,
    suspensions,
    revocation,
    supersession,
    predecessors,
  } = award
  const written = content.recipient.type === 'organization' ? content.recipient.nameAsWritten : {}
  const mixedScripts = mixedScriptWords([content.title, written])
  const persons = personsOf(award)
  return {
    id,
    ...content,
    ...(acceptance && { acceptance }),
    corrections,
    prolongations,
    suspensions,
    ...(revocation && { revocation }),
    lineage: { ...(supersession && { supersededBy: supersession.by }), supersedes: predecessors },
    ...(mixedScripts.length > 0 && { mixedScripts }),
    ...(persons.length > 0 && { persons }),
  }
}

function personsOf({ content, acceptance, corrections }: IssuedAward): readonly PersonRef[] {
  const refs = corrections.flatMap(({ changes }) =>
    changes.flatMap((change) =>
      change.field === 'recipient.person' || change.field === 'acceptance.person'
        ? [change.before, change.after]
        : [],
    ),
  )
  if (content.recipient.type === 'person') refs.push(content.recipient.person)
  if (acceptance) refs.push(acceptance.person)
  return [...new Map(refs.map((ref) => [ref.commitment, ref])).values()]
}
