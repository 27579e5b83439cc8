import type { Basis } from '../../domain/award-content.ts'
import type { ConvenedSession } from '../../domain/session.ts'
import type { LocalizedText } from '../../domain/text.ts'
import type { ReadModel } from '../../projections/read-model.ts'
import { documentState } from '../../queries/documents.ts'
import { html, type Html } from './html.ts'
import { link } from './parts.ts'
import type { Speech } from './speech.ts'

/** The session that an award rests on, with its agenda item and what was decided, as far as they are recorded. */
export type RestsOn = {
  readonly number: number
  readonly body: LocalizedText
  readonly startsOn: string
  readonly item?: LocalizedText | undefined
  readonly decision?: LocalizedText | undefined
  /** The event held alongside. */
  readonly alongside?: LocalizedText | undefined
}

/** What is recorded of the session that an award names; `undefined` where nothing is. */
export function restsOn(
  readModel: ReadModel,
  { sessionId, agendaItem, alongsideId }: Basis,
  names: (organizationId: string) => LocalizedText | undefined,
): RestsOn | undefined {
  if (sessionId === undefined) return undefined
  const session = documentState(readModel, 'session', sessionId) as ConvenedSession | undefined
  if (!session) return undefined
  const { number, body, startsOn } = session.convocation
  return {
    number,
    startsOn,
    body: names(body) ?? { en: body },
    item: session.agenda?.find((one) => one.number === agendaItem)?.title,
    decision: session.decisions.find((one) => one.item === agendaItem)?.text,
    alongside: session.alongside.find((one) => one.alongsideId === alongsideId)?.title,
  }
}

/** What a session is called: its number, and whose it is. */
export const sessionName = (
  { words, say }: Speech,
  { number, body }: Pick<RestsOn, 'number' | 'body'>,
): Html => html`${words.session} ${number}: ${say(body)}`

/** What an award rests on, in words. */
export function basisIn(speech: Speech, basis: Basis, recorded: RestsOn | undefined): Html | undefined {
  const { words, say, day } = speech
  const { sessionId, agendaItem, decisionNumber, protocolNumber, alongsideId } = basis
  if (sessionId === undefined && decisionNumber === undefined && protocolNumber === undefined)
    return undefined
  const session = recorded && html`${sessionName(speech, recorded)}, ${day(recorded.startsOn)}`
  return html`${sessionId && html`<span class="said">${link(speech, `/sessions/${sessionId}`, session ?? sessionId)}</span>`}${agendaItem !== undefined && html`<span class="said">${words.agendaItem} ${agendaItem}${recorded?.item && html`: ${say(recorded.item)}`}</span>`}${(decisionNumber || recorded?.decision) && html`<span class="said">${words.decision} ${decisionNumber}${recorded?.decision && html`: ${say(recorded.decision)}`}</span>`}${protocolNumber && html`<span class="said">${words.protocol} ${protocolNumber}</span>`}${alongsideId && html`<span class="said">${words.alongside}: ${recorded?.alongside ? say(recorded.alongside) : alongsideId}</span>`}`
}
