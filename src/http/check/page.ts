import type { Assessment } from '../../credentials/steps.ts'
import type { CredentialDifference } from '../../credentials/differences.ts'
import { mixedWordsIn } from '../../projections/mixed-script.ts'
import type { PaperComparison } from '../../documents/compare-paper.ts'
import { html, type Hole, type Html } from '../pages/html.ts'
import type { Page } from '../pages/layout.ts'
import { askForId, badge, link, shape } from '../pages/parts.ts'
import { stepList } from '../pages/steps.ts'
import type { Speech } from '../pages/speech.ts'
import { askForFile } from './form.ts'
import type { Checked, FileJudgement } from './judge.ts'
import type { PaperJudgement, PaperOutcome } from './paper.ts'
import { CHECK_SCRIPT } from './scripts.ts'
import { CHECK_WORDS, type CheckWords } from './words.ts'

type Tone = 'valid' | 'revoked' | 'suspended'
/** A text is shown up to here. */
const LONGEST = 3_000

type Problem = keyof CheckWords['problems']

/** The colour and shape of each outcome: green for the registry's own document alone. */
const TONES: Readonly<Partial<Record<PaperOutcome, Tone>>> = {
  exact: 'valid',
  differs: 'revoked',
  unknown: 'revoked',
}
const FILE_TONES = { valid: 'valid', 'not-valid': 'revoked', unconfirmed: 'suspended' } as const

/** The answer to a file: what it is, what differs, what its certificate is worth, and how that was found. */
export function checkedPage(speech: Speech, checked: Checked): Page {
  if (checked.kind === 'paper') return paperPage(speech, checked.paper)
  if (checked.kind === 'file') return filePage(speech, checked.file)
  return problemPage(speech, checked.kind, 422)
}

/** Why a file could not be judged, and how to go on. */
export function problemPage(speech: Speech, problem: Problem, status: number): Page {
  const { title, meaning } = CHECK_WORDS[speech.language].problems[problem]
  return {
    title,
    status,
    script: CHECK_SCRIPT,
    body: html`${box('suspended', title, meaning)}${askForId(speech)}${askForFile(speech)}`,
  }
}

/** The form alone, for whoever comes by its address. */
export function askPage(speech: Speech): Page {
  const words = CHECK_WORDS[speech.language]
  return {
    title: words.send,
    script: CHECK_SCRIPT,
    body: html`<h1>${words.send}</h1>${askForFile(speech)}${askForId(speech)}`,
  }
}

function paperPage(speech: Speech, paper: PaperJudgement): Page {
  const words = CHECK_WORDS[speech.language]
  const { outcome, assessment, differences, changedOn, credential } = paper
  if (!isTold(outcome)) return problemPage(speech, outcome, outcome === 'busy' ? 503 : 422)
  const { title, meaning } = words.outcomes[outcome]
  return {
    title,
    body: html`${box(toneOf(paper), title, meaning)}
${changedOn.length > 0 && html`<p>${words.changedOn} ${changedOn.map((day) => html`${speech.day(day)} `)}</p>`}
${outcome !== 'unknown' && differing(speech, differences)}
${credential && credential.id !== paper.id && html`<p class="note">${words.credentialOfAnother} ${link(speech, `/c/${credential.id}`, credential.id)}</p>`}
${credential && credentialDiffering(words, credential.differences)}
${outcome === 'no-text' || outcome === 'no-id' ? askForId(speech, paper.id) : ''}
${assessment && worth(speech, assessment)}
${assessment && steps(speech, assessment)}
${again(speech)}`,
  }
}

/** Green promises that all is well: not where the certificate no longer counts. */
function toneOf({ outcome, assessment }: PaperJudgement): Tone {
  const tone = TONES[outcome] ?? 'suspended'
  return tone === 'valid' && assessment?.outcome !== 'valid' ? 'suspended' : tone
}

const isTold = (outcome: PaperOutcome): outcome is keyof CheckWords['outcomes'] =>
  Object.hasOwn(CHECK_WORDS.en.outcomes, outcome)

function filePage(speech: Speech, { assessment, differences }: FileJudgement): Page {
  const words = CHECK_WORDS[speech.language]
  const { title, meaning } = words.files[assessment.outcome]
  return {
    title,
    body: html`${box(FILE_TONES[assessment.outcome], title, meaning)}
${credentialDiffering(words, differences)}
${worth(speech, assessment)}
${steps(speech, assessment)}
${again(speech)}`,
  }
}

/** A shape of its own: what is doubtful is not suspended. */
const DOUBT = html`<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" aria-hidden="true"><circle cx="24" cy="24" r="21"/><path d="M24 13v14M24 34v.5"/></svg>`

const box = (tone: Tone, title: string, meaning: string): Html =>
  html`<div class="verdict told ${tone}" role="status">${tone === 'suspended' ? DOUBT : shape(tone)}<h1>${title}</h1><p>${meaning}</p></div>`

/** What the certificate itself is worth, apart from the file. */
function worth(speech: Speech, { certificate, verdict, at }: Assessment): Html | undefined {
  const words = CHECK_WORDS[speech.language]
  if (certificate === undefined) return undefined
  return html`<section aria-labelledby="worth"><h2 id="worth">${words.certificate}</h2><p>${verdict && badge(speech, verdict.status)} <span class="id">${certificate}</span> <span class="soft">${speech.words.asOf} ${speech.day(at)}</span></p>
${verdict && html`<p>${speech.words.meaning[verdict.status]}${verdict.reason && html` ${speech.words.why}: <bdi>${verdict.reason}</bdi>`}</p>`}
<p>${link(speech, `/c/${certificate}`, words.open)}</p></section>`
}

const steps = (speech: Speech, { steps: all }: Assessment): Html =>
  html`<section aria-labelledby="steps"><h2 id="steps">${CHECK_WORDS[speech.language].howChecked}</h2>${stepList(speech, all)}</section>`

function differing(speech: Speech, differences: PaperComparison['differences']): Html | undefined {
  const words = CHECK_WORDS[speech.language]
  return table(
    words,
    words.differences,
    differences.map(({ fields, says, recorded, hidden }) => ({
      name: fields.map((field) => words.fields[field]).join(', ') || words.alsoSays,
      says,
      recorded,
      note: hidden ? words.hidden : lookalikes(speech, says),
    })),
  )
}

/** Where two texts look the same and differ, this is why. */
function lookalikes({ words }: Speech, says = ''): string | undefined {
  const mixed = mixedWordsIn(says.slice(0, LONGEST))
  return mixed.length === 0 ? undefined : `${words.mixedScripts}: ${mixed.join(', ')}`
}

const credentialDiffering = (
  words: CheckWords,
  differences: readonly CredentialDifference[],
): Html | undefined =>
  table(
    words,
    words.credentialDiffers,
    differences.map(({ field, says, recorded }) => ({
      name: words.members[field] ?? field,
      says,
      recorded,
      note: undefined,
    })),
    words.credential,
  )

type Difference = {
  readonly name: string
  readonly says: string | undefined
  readonly recorded: string | undefined
  readonly note: string | false | undefined
}

/** A list and not a table: on a telephone two long texts have no room side by side. */
function table(
  words: CheckWords,
  heading: string,
  differences: readonly Difference[],
  who = words.saysHere,
): Html | undefined {
  if (differences.length === 0) return undefined
  return html`<section><h2>${heading}</h2><ul class="list differences">${differences.map(
    ({ name, says, recorded, note }) => html`<li><strong>${name}</strong>
<dl><dt>${who}</dt><dd>${says === undefined ? soft(words.saysNothing) : html`<del>${lines(says)}</del>`}</dd><dt>${words.registerSays}</dt><dd>${recorded === undefined ? soft(words.registerSaysNothing) : html`<ins>${lines(recorded)}</ins>`}</dd></dl>${note && html`<p class="soft">${note}</p>`}</li>`,
  )}</ul></section>`
}

const soft = (text: string): Html => html`<span class="soft">${text}</span>`
const lines = (text: string): Hole =>
  text
    .slice(0, LONGEST)
    .split('\n')
    .map((line) => html`<bdi class="said">${line}</bdi>`)

const again = (speech: Speech): Html => html`<p>${link(speech, '/', CHECK_WORDS[speech.language].again)}</p>`
