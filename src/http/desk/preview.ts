import { awards, proposals } from '../../commands/aggregates.ts'
import { foldSlice } from '../../commands/executor.ts'
import type { Rehearsal } from '../../commands/rehearse.ts'
import { type AwardState, evolveAward, initialAward, type IssuedAward } from '../../domain/award.ts'
import type { AwardContent } from '../../domain/award-content.ts'
import type { PersonRef } from '../../domain/person.ts'
import type { RegisteredOrganization } from '../../domain/organization.ts'
import { type Verdict, verdictAt, verdicts } from '../../domain/verdict.ts'
import { certificateDocument } from '../../projections/certificate-document.ts'
import type { ReadModel } from '../../projections/read-model.ts'
import { accreditationAnswer, currentIssuer } from '../../queries/accreditation.ts'
import { documentState } from '../../queries/documents.ts'
import { showPersons, type ShownPerson } from '../../queries/persons.ts'
import type { Registry } from '../../registry.ts'
import { restsOn } from '../pages/basis.ts'
import { type CertificateFace, whatItSays } from '../pages/certificate-page.ts'
import { corrections } from '../pages/corrections.ts'
import { html, type Html } from '../pages/html.ts'
import { badge } from '../pages/parts.ts'
import type { Speech } from '../pages/speech.ts'
import { AWARD_WORDS } from './awards/words.ts'

/** The award that a rehearsed command would leave, or propose. */
export async function rehearsedAward(rehearsal: Rehearsal, id: string): Promise<AwardState> {
  const award = foldSlice(awards, await rehearsal.readStream(awards.stream(id)))
  if (award.status === 'issued') return award
  const proposal = foldSlice(proposals, await rehearsal.readStream(proposals.stream(id)))
  return proposal.status === 'unproposed' ? award : asIssued(proposal.content)
}

/** What was proposed as the award that it would be. */
export const asIssued = (content: AwardContent): AwardState =>
  evolveAward(initialAward, { type: 'AwardIssued', data: content })

/** What the public would see of an award. `opened` shows persons that are not recorded yet. */
export function preview(
  registry: Registry,
  speech: Speech,
  award: IssuedAward,
  { id, opened }: { readonly id?: string; readonly opened?: Rehearsal['opened'] },
): Html {
  const own = AWARD_WORDS[speech.language]
  const today = registry.now().slice(0, 10)
  const face = faceOf(registry.readModel, today, award, opened)
  return html`<section class="preview" aria-labelledby="preview-title"><h2 id="preview-title">${own.publicSees}</h2><p class="soft">${own.nothingRecorded}${id === undefined && html` ${own.idComes}`}</p>
${spans(speech, award, today)}${whatItSays(speech, face)}${corrections(speech, face)}</section>`
}

/** What it would be worth, from now on: each span with its status. */
function spans(speech: Speech, award: IssuedAward, today: string): Html {
  const own = AWARD_WORDS[speech.language]
  const coming = verdicts(award).filter(({ until }) => until === undefined || until >= today)
  const shown: readonly Verdict[] = coming.length > 0 ? coming : [verdictAt(verdicts(award), today)]
  return html`<ul class="list">${shown.map(
    ({ status, since, until, reason }, at) =>
      html`<li>${at === 0 ? own.now : own.later}: ${badge(speech, status)} <small>${since && html`${speech.words.since} ${speech.day(since)} `}${until && html`${speech.words.until} ${speech.day(until)}`}</small>${reason && html`<br><bdi>${reason}</bdi>`}</li>`,
  )}</ul>`
}

function faceOf(
  readModel: ReadModel,
  today: string,
  award: IssuedAward,
  opened: Rehearsal['opened'] = () => undefined,
): CertificateFace {
  const certificate = certificateDocument('', award)
  const { issuerId, kind, issuedOn } = award.content
  const issuer = currentIssuer(readModel, issuerId)
  const names = (organizationId: string) =>
    (
      documentState(readModel, 'organization', organizationId) as RegisteredOrganization | undefined
    )?.names.at(-1)?.name
  return {
    at: today,
    verdict: verdictAt(verdicts(award), today),
    certificate,
    accredited: accreditationAnswer(readModel, { issuerId, kind, issuedOn }).accredited,
    persons: (certificate.persons ?? []).map((ref) => shown(readModel, ref, opened)),
    names,
    rests: (of) => restsOn(readModel, of, names),
    ...(issuer.status === 'registered' && { issuer: issuer.name }),
  }
}

function shown(readModel: ReadModel, ref: PersonRef, opened: NonNullable<Rehearsal['opened']>): ShownPerson {
  const opening = opened(ref.commitment)
  if (opening) return { ...ref, state: 'shown', ...opening.fields }
  return showPersons(readModel, [ref])[0] ?? { ...ref, state: 'unavailable' }
}
