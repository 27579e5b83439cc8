import { readFileSync, statSync } from 'node:fs'
import { MAX_EVIDENCE } from '../credentials/evidence.ts'
import { presentedIn } from '../credentials/present.ts'
import { OUTCOMES, QUESTIONS, wordsOf } from '../credentials/step-words.ts'
import type { Assessment, Outcome, StepResult } from '../credentials/steps.ts'
import { assess, type Presented } from '../credentials/verdict.ts'
import { parseVkey, type Verifier } from '../transparency/vkey.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { type Io, line, safe } from './io.ts'
import { dayOf } from './times.ts'
import { readPolicy } from './tlog.ts'

export type VerifyFileOptions = {
  readonly at?: string
  readonly vkey?: string
  readonly policy?: string
  readonly explain?: boolean
  readonly json?: boolean
}

/** What each outcome ends with. */
export const CODES: Readonly<Record<Outcome, number>> = {
  valid: EXIT.ok,
  'not-valid': EXIT.notValid,
  unconfirmed: EXIT.unconfirmed,
}

/**
 * `verify FILE`: judges an evidence file, a credential or a VC-JWT with nothing but the file: no network, no database.
 * `--vkey` is the log's key, from a place that the reader trusts; a file can't vouch for its own.
 */
export async function verifyFile(io: Io, file: string, options: VerifyFileOptions): Promise<number> {
  const now = new Date(io.now()).toISOString()
  const policy = options.policy === undefined ? undefined : readPolicy(options.policy)
  const assessment = await assess(presentedBy(file), {
    now,
    at: options.at === undefined ? undefined : dayOf('--at', options.at),
    logKey: options.vkey === undefined ? undefined : logKeyOf(options.vkey),
    policy,
  })
  if (options.json) line(io.out, JSON.stringify(assessment))
  else describe(io, assessment, options.explain === true)
  return CODES[assessment.outcome]
}

/** A step as one line: a mark, the question, the answer. */
export function stepLine(step: StepResult): string {
  const mark = { yes: '+', no: '!', 'not-checked': '?' }[step.result]
  return `  ${mark} ${QUESTIONS[step.step].padEnd(44)} ${wordsOf(step)}`
}

function presentedBy(file: string): Presented {
  if (statSync(file).size > MAX_EVIDENCE)
    throw new ExitError(EXIT.badInput, `${safe(file)} is too large for an evidence file`)
  const presented = presentedIn(readFileSync(file, 'utf8'))
  if (presented) return presented
  throw new ExitError(EXIT.badInput, `${safe(file)} is no evidence file, no credential and no JWT`)
}

function logKeyOf(vkey: string): Verifier {
  const read = parseVkey(vkey)
  if (read) return read
  throw new ExitError(EXIT.usage, '--vkey takes a verifier key such as registry.example/tlog+1a2b3c4d+AbCd…')
}

function describe(
  io: Io,
  { outcome, certificate, at, asOf, verdict, steps }: Assessment,
  explain: boolean,
): void {
  const known = asOf === undefined ? '' : `, as recorded up to ${asOf}`
  line(io.out, `${certificate ?? 'no certificate'}  ${OUTCOMES[outcome]} on ${at}${known}`)
  if (verdict?.reason !== undefined) line(io.out, `  why: ${safe(verdict.reason)}`)
  for (const step of steps) {
    line(io.out, stepLine(step))
    if (explain && step.details) line(io.out, `      ${safe(JSON.stringify(step.details))}`)
  }
}
