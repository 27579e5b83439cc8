import { MAX_EVIDENCE, parseEvidence } from '../credentials/evidence.ts'
import { OUTCOMES, QUESTIONS, wordsOf } from '../credentials/step-words.ts'
import type { Assessment, StepResult } from '../credentials/steps.ts'
import { assess } from '../credentials/verdict.ts'
import { parseVkey } from '../transparency/vkey.ts'

/** The page that judges an evidence file where it lies: the same function as the server's, and nothing else. */
const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  className = '',
): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name)
  made.textContent = text
  if (className !== '') made.className = className
  return made
}

const input = (id: string) => document.getElementById(id) as HTMLInputElement
const [file, vkey] = [input('file'), input('vkey')]
const answer = document.getElementById('answer') as HTMLElement
let asked = 0

async function judge(): Promise<void> {
  const chosen = file.files?.[0]
  if (!chosen) return
  asked += 1
  const mine = asked
  const shown = await judged(chosen)
  // A file that was chosen meanwhile has its own answer.
  if (mine === asked) answer.replaceChildren(...shown)
}

async function judged(chosen: File): Promise<readonly Node[]> {
  if (chosen.size > MAX_EVIDENCE) return [problem('This file is too large for an evidence file.')]
  const read = parseEvidence((await chosen.text()).trim())
  if (!read) return [problem('This is no evidence file of a registry, or it was damaged.')]
  const key = vkey.value.trim()
  const logKey = key === '' ? undefined : parseVkey(key)
  if (key !== '' && !logKey)
    return [problem('That is no key of a log. It looks like registry.example/tlog+1a2b3c4d+…')]
  const assessment = await assess(
    { kind: 'evidence', evidence: read },
    { now: new Date().toISOString(), logKey },
  )
  return show(assessment, read.credential)
}

function problem(text: string): HTMLElement {
  const shown = element('p', text, 'no')
  shown.id = 'outcome'
  return shown
}

const COLOURS = { valid: 'yes', 'not-valid': 'no', unconfirmed: 'not-checked' } as const

function show(
  { outcome, certificate, at, asOf, verdict, steps }: Assessment,
  credential: object,
): readonly Node[] {
  const title = element('p', OUTCOMES[outcome], COLOURS[outcome])
  title.id = 'outcome'
  const list = element('dl')
  const row = (name: string, value: string | undefined) => {
    if (value !== undefined) list.append(element('dt', name), element('dd', value))
  }
  row('Certificate', certificate)
  row('On the day', at)
  row('As recorded up to', asOf)
  row('Why', verdict?.reason)
  row('It says', 'name' in credential && typeof credential.name === 'string' ? credential.name : undefined)
  const answers = element('ol')
  answers.append(...steps.map(line))
  return [title, list, answers]
}

const MARKS = { yes: '✓ ', no: '✗ ', 'not-checked': '? ' } as const

function line(step: StepResult): HTMLElement {
  const shown = element('li')
  shown.append(
    element('b', QUESTIONS[step.step]),
    element('span', MARKS[step.result] + wordsOf(step), step.result),
  )
  if (step.details) {
    const more = element('details')
    more.append(element('summary', 'What was seen'), element('code', JSON.stringify(step.details)))
    shown.append(more)
  }
  return shown
}

for (const one of [file, vkey]) one.addEventListener('change', () => void judge())
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  if (!event.dataTransfer || event.dataTransfer.files.length === 0) return
  file.files = event.dataTransfer.files
  void judge()
})
