import { plainDate } from '../../../domain/date.ts'
import type { RecordedEvent } from '../../../log/event-log.ts'
import { EVENT_TYPES } from '../../../projections/registry-event.ts'
import { html, type Html } from '../../pages/html.ts'
import type { Visit } from './room.ts'
import { eventName } from './words.ts'

/** What the history is narrowed down by; empty texts narrow nothing. */
export type Asked = {
  readonly stream: string
  readonly type: string
  readonly actor: string
  /** First and last day of recording, UTC. */
  readonly from: string
  readonly until: string
}

export const asText = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')
const asDay = (value: unknown): string => {
  const text = asText(value)
  return plainDate.safeParse(text).success ? text : ''
}

/** Reads the filters of an address; what can't be read is as if it had not been given. */
export function askedIn(query: unknown): Asked {
  const { stream, type, actor, from, until } = query as Readonly<Record<string, unknown>>
  return {
    stream: asText(stream),
    type: asText(type),
    actor: asText(actor),
    from: asDay(from),
    until: asDay(until),
  }
}

/** Whether an event is asked for. */
export const fitting =
  ({ stream, type, actor, from, until }: Asked) =>
  (event: RecordedEvent): boolean => {
    const day = event.metadata.recordedAt.slice(0, 10)
    return (
      event.stream.includes(stream) &&
      (type === '' || event.type === type) &&
      event.metadata.actor.includes(actor) &&
      day >= from &&
      (until === '' || day <= until)
    )
  }

/** The filters as parameters of an address, with more beside them. */
export function asParameters(asked: Asked, more: Readonly<Record<string, string>>): string {
  const given = Object.entries({ ...asked, ...more }).filter(([, value]) => value !== '')
  return new URLSearchParams(given).toString()
}

/** The form that narrows the history down, folded up while nothing is asked for. */
export function filterForm({ speech, words }: Visit, asked: Asked): Html {
  const field = (name: 'stream' | 'actor' | 'from' | 'until', label: string, type = 'text') =>
    html`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" value="${asked[name]}" maxlength="200"></div>`
  const types = EVENT_TYPES.map((type) => [type, eventName(speech, type)] as const)
  const isNarrowed = Object.values(asked).some((value) => value !== '')
  return html`<details class="filters"${isNarrowed && html` open`}><summary>${words.filter}</summary>
<form class="desk wide" action="/desk/events" method="get">${field('stream', words.stream)}<div class="field"><label for="type">${words.type}</label><select id="type" name="type"><option value="">${words.anyType}</option>${types.map(
    ([type, name]) =>
      html`<option value="${type}"${type === asked.type && html` selected`}>${name === type ? type : html`${name} (${type})`}</option>`,
  )}</select></div>${field('actor', words.actor)}${field('from', words.recordedFrom, 'date')}${field('until', words.recordedUntil, 'date')}<input type="hidden" name="lang" value="${speech.language}"><button>${speech.words.show}</button></form></details>`
}
