import type { readiness } from '../health-routes.ts'
import { html, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { rows, shape } from './parts.ts'
import type { Speech } from './speech.ts'

type Health = Awaited<ReturnType<typeof readiness>>

/** How a node is doing, for whoever runs it: what `/health/ready` says, in words. */
export function operationsPage(speech: Speech, health: Health): Page {
  const { words, instant } = speech
  const said = words.operations
  const number = (count: number) => new Intl.NumberFormat(speech.language).format(count)
  const { reads, writes, transparency, check, personalStore, clockBehindMs } = health
  const isWell =
    health.status === 'ready' && transparency?.status !== 'stopped' && check?.last?.sound !== false
  const works = (ready: boolean): Html => html`${ready ? said.works : html`<strong>${said.fails}</strong>`}`
  const failed = Object.entries(transparency?.witnesses ?? {})
  return {
    title: said.operations,
    body: html`<div class="verdict ${isWell ? 'valid' : 'suspended'}" role="status">${shape(isWell ? 'valid' : 'suspended')}<h1>${said.operations}</h1><p>${isWell ? said.healthy : said.unhealthy}</p></div>${rows(
      [
        [said.reads, works(reads.ready)],
        [said.fault, reads.fault],
        [said.writes, works(writes.ready)],
        [said.readModel, reads.position],
        [said.logHead, writes.head],
        [said.lag, lagOf(speech, health)],
        [said.logSize, transparency && html`${number(transparency.size)} ${said.events}`],
        [said.personalStore, works(personalStore === 'available')],
        [
          said.transparency,
          transparency &&
            html`${number(transparency.size)} ${said.leaves}, ${number(transparency.checkpoint ?? 0)} ${said.signed}${transparency.fault && html`<br><strong>${transparency.fault}</strong>`}`,
        ],
        [
          said.lastCheckpoint,
          transparency?.checkpointAt !== undefined &&
            html`<a href="/tlog/checkpoint">${instant(transparency.checkpointAt)}</a>`,
        ],
        [
          said.witnesses,
          failed.length > 0 &&
            html`${failed.map(([name, why]) => html`<span class="said">${name}: ${why}</span>`)}`,
        ],
        [
          said.lastCheck,
          check &&
            html`${check.last ? html`${instant(check.last.at)}: ${check.last.sound ? said.sound : html`<strong>${said.unsound}: ${check.last.parts.join(', ')}</strong>`}<br><small>${check.last.seconds} ${said.seconds}</small>` : said.neverChecked}${check.running && html` (${said.running})`}`,
        ],
        [said.clock, clockBehindMs > 0 && clockBehindMs],
      ],
    )}`,
  }
}

/** How far the read model is behind the log: nothing, some events, or not to be known while the log is away. */
function lagOf({ words: { operations: said } }: Speech, { reads, writes }: Health): Html {
  if (writes.head === undefined) return html`<strong>${said.lagUnknown}</strong>`
  if (reads.position === writes.head) return html`${said.caughtUp}`
  return html`${said.behind}${reads.ageSeconds !== undefined && html` (${reads.ageSeconds} ${said.seconds})`}`
}
