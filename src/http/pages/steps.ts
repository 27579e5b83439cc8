import type { StepResult } from '../../credentials/steps.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { html, type Hole, type Html } from './html.ts'
import { rows } from './parts.ts'
import type { Speech } from './speech.ts'
import { STEP_WORDS, type StepWords } from './words/steps.ts'

/** Where the raw proofs of a certificate lie, for whoever wants to compute them anew. */
export type RawProofs = {
  readonly id: string
  readonly issuerId: string
  /** Of each of its changes in the public log, in their order. */
  readonly leaves: readonly number[]
  /** The leaves that the log's served checkpoint covers. */
  readonly checkpoint?: number | undefined
  /** The issuer's signing keys that were not given up. */
  readonly keys: readonly string[]
  readonly bits: readonly {
    readonly purpose: string
    readonly list: number
    readonly index: number
    readonly set: boolean
  }[]
}

/** A judgement step by step: each opens to how it was answered, why, what was seen, and where the raw proof lies. */
export const stepList = (speech: Speech, steps: readonly StepResult[], raw?: RawProofs): Html =>
  html`<div class="steps">${steps.map((one) => opened(speech, one, raw))}</div>`

function opened(speech: Speech, one: StepResult, raw: RawProofs | undefined): Html {
  const words = STEP_WORDS[speech.language]
  const { step, result, reason } = one
  const why = Object.hasOwn(words.reasons, reason) ? words.reasons[reason] : reason
  return html`<details><summary>${words.questions[step]} <strong class="answer ${result}">${words.answers[result]}</strong></summary><p>${words.how[step]}</p>${why && html`<p><strong>${why}</strong></p>`}${rows([...seen(speech, words, one), ...(raw ? rawOf(words, one, raw) : [])])}</details>`
}

type Row = readonly [string, Hole]
const code = (text: unknown) => html`<code>${String(text).slice(0, 300)}</code>`
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 50) : [])

/** What a step saw, as far as it is of use to a reader. */
function seen(speech: Speech, { facts }: StepWords, { step, details = {} }: StepResult): readonly Row[] {
  switch (step) {
    case 'signature': {
      const suites = list(details['proofs']).map((proof) => (proof as { readonly suite?: unknown }).suite)
      const method = details['verificationMethod']
      return [
        [facts.suites, suites.length > 0 && code(suites.join(', '))],
        [facts.key, method !== undefined && code(method)],
      ]
    }
    case 'issuer-key': {
      const keys = [...list(details['keys']), ...(details['keyId'] === undefined ? [] : [details['keyId']])]
      const created = details['created']
      return [
        [facts.key, keys.length > 0 && code([...new Set(keys)].join(', '))],
        [facts.created, typeof created === 'string' && code(created)],
      ]
    }
    case 'accreditation': {
      const { accreditationId, from, until } = details
      return [
        [
          facts.accreditation,
          accreditationId !== undefined &&
            html`${code(accreditationId)} ${typeof from === 'string' && speech.day(from)}${typeof until === 'string' && html` – ${speech.day(until)}`}`,
        ],
      ]
    }
    case 'status':
      return [[speech.words.confers, statusSeen(speech, details as Partial<Verdict>)]]
    case 'inclusion':
      return [[facts.leaf, details['leaves'] !== undefined && code(list(details['leaves']).join(', '))]]
    case 'checkpoint':
      return [[facts.checkpoint, details['size'] !== undefined && code(details['size'])]]
    case 'witnesses':
      return [[facts.key, details['by'] !== undefined && code(list(details['by']).join(', '))]]
    case 'register':
      return [
        [facts.differing, details['differing'] !== undefined && code(list(details['differing']).join(', '))],
      ]
    case 'form':
      return []
  }
}

function statusSeen({ words, day }: Speech, { status, since, until, reason }: Partial<Verdict>): Hole {
  return (
    status &&
    html`${words.status[status]}${since && html`, ${words.since} ${day(since)}`}${until && html`, ${words.until} ${day(until)}`}${reason && html`: <bdi>${reason}</bdi>`}`
  )
}

/** The values behind a step, each with the way to the proof itself. */
function rawOf({ facts }: StepWords, { step }: StepResult, raw: RawProofs): readonly Row[] {
  switch (step) {
    case 'accreditation':
      return [
        [
          facts.key,
          raw.keys.length > 0 &&
            html`${code(raw.keys.join(', '))} <a href="/issuers/${raw.issuerId}/did.json">${facts.raw}</a>`,
        ],
      ]
    case 'status':
      return raw.bits.map(({ purpose, list: number, index, set }) => [
        facts.bit,
        html`<a href="/status/${raw.issuerId}/${purpose}/${number}">${purpose} ${number}</a>: ${code(index)} ${set ? facts.set : facts.notSet}`,
      ])
    case 'register':
      return raw.checkpoint === undefined
        ? []
        : [
            [
              facts.leaf,
              html`${raw.leaves.map((leaf) => html`<a href="/tlog/proof/leaf/${leaf}.tlog-proof">${leaf}</a> `)}`,
            ],
            [
              facts.checkpoint,
              html`${code(raw.checkpoint)} <a href="/tlog/proof/certificates/${raw.id}">${facts.raw}</a>`,
            ],
          ]
    default:
      return []
  }
}
