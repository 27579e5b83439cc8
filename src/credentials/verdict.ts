import { isDeepStrictEqual } from 'node:util'
import { accreditationOn } from '../domain/issuer.ts'
import { verdictAt, verdicts } from '../domain/verdict.ts'
import type { Policy } from '../transparency/policy.ts'
import type { Verifier } from '../transparency/vkey.ts'
import { certificateCredential, type StatusEntry } from './credential.ts'
import type { JsonDocument } from './cryptosuites.ts'
import { type Evidence } from './evidence.ts'
import {
  checkIssuerKeys,
  checkSignatures,
  credentialOfJwt,
  readCredential,
  type ReadCredential,
} from './presented.ts'
import { inclusionSteps } from './inclusion.ts'
import { contentOf, type Recorded, recordedIn } from './record.ts'
import { checkLists } from './listed.ts'
import {
  type Assessment,
  no,
  outcomeOf,
  STEPS,
  type StepName,
  type StepResult,
  unchecked,
  yes,
} from './steps.ts'

/** What is to be judged. */
export type Presented =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'credential'; readonly credential: JsonDocument }
  | { readonly kind: 'jwt'; readonly jwt: string }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }

/** What whoever judges has and trusts. */
export type Means = {
  /** The day asked about; without it the day up to which the record is complete. */
  readonly at?: string | undefined
  /** The present instant: nothing can have been signed later. */
  readonly now: string
  /** The register itself, where it is at hand: what it records of a certificate; `undefined` where it knows none. */
  readonly register?: (id: string) => Recorded | undefined
  /** The transparency log's key, from elsewhere than the file. */
  readonly logKey?: Verifier | undefined
  readonly policy?: Policy | undefined
  /** Ends an evidence file's judgement at the first no: the steps behind it are not in the answer. */
  readonly stopAtNo?: boolean
}

const ONLINE: ReadonlySet<StepName> = new Set(['form', 'accreditation', 'status', 'register'])
const OFFLINE: ReadonlySet<StepName> = new Set(STEPS.filter((step) => step !== 'witnesses'))
const CREDENTIAL: ReadonlySet<StepName> = new Set([...ONLINE, 'signature', 'issuer-key'])

/**
 * What a certificate is worth and how that was found: the one judgement behind API, command line and pages. Never throws
 * for anything presented, and fails closed: what could not be checked is never a yes (steps.ts).
 */
export async function assess(presented: Presented, means: Means): Promise<Assessment> {
  try {
    return await judge(presented, means)
  } catch {
    // Something hostile that no check foresaw, such as a text that has no canonical form.
    return ended(means, [no('form', 'cannot-be-read')])
  }
}

async function judge(presented: Presented, means: Means): Promise<Assessment> {
  switch (presented.kind) {
    case 'id':
      return assessId(presented.id, means)
    case 'evidence':
      return assessEvidence(presented.evidence, means)
    case 'jwt': {
      const credential = credentialOfJwt(presented.jwt)
      if (!credential) return ended(means, [no('form', 'not-a-credential')])
      return assessCredential(credential, presented.jwt, means)
    }
    case 'credential':
      return assessCredential(presented.credential, undefined, means)
  }
}

function assessId(id: string, means: Means): Assessment {
  const recorded = means.register?.(id)
  if (!means.register) return ended(means, [unchecked('register', 'no-register')])
  if (!recorded) return ended(means, [yes('form'), no('register', 'unknown-certificate')])
  const steps = [yes('form'), ...worth(recorded, means), yes('register')]
  return judged(recorded, means, steps, ONLINE)
}

async function assessCredential(
  document: JsonDocument,
  jwt: string | undefined,
  means: Means,
): Promise<Assessment> {
  const credential = readCredential(document)
  if (!credential) return ended(means, [no('form', 'not-a-credential')])
  const recorded = means.register?.(credential.certificateId)
  if (!recorded) {
    const register = means.register
      ? no('register', 'unknown-certificate')
      : unchecked('register', 'no-register')
    return ended(means, [yes('form'), register])
  }
  const steps = [
    yes('form'),
    await checkSignatures(credential, jwt, recorded),
    checkIssuerKeys(credential, jwt, recorded, means.now),
    ...worth(recorded, means),
    sameAsRecorded(credential, recorded),
  ]
  return judged(recorded, means, steps, CREDENTIAL)
}

async function assessEvidence(evidence: Evidence, means: Means): Promise<Assessment> {
  const credential = readCredential(evidence.credential)
  if (credential?.certificateId !== evidence.id) return ended(means, [no('form', 'not-a-credential')])
  const recorded = recordedIn(evidence)
  if (typeof recorded === 'string') return ended(means, [no('form', recorded)])
  if (evidence.madeAt > means.now) return ended(means, [no('form', 'made-in-the-future')])
  const { credentialJwt } = evidence
  const jwtSays = credentialOfJwt(credentialJwt)
  const { proof: _, ...unsecured } = evidence.credential
  if (!isDeepStrictEqual(jwtSays, unsecured)) return ended(means, [no('form', 'credentials-differ')])
  const register = means.register?.(evidence.id)
  // What the register has learnt of the issuer's keys since counts more than what the file could know.
  const holder = { ...recorded, issuer: register?.issuer ?? recorded.issuer }
  const { now } = means
  const asks: readonly Ask[] = [
    () => [yes('form'), sameAsRecorded(credential, recorded)],
    () => (register ? [sameAsRecorded(credential, register)] : []),
    () => inclusionSteps(evidence, means),
    () => worth(register ?? recorded, means),
    () => [
      checkIssuerKeys(credential, undefined, holder, now),
      checkIssuerKeys(credential, credentialJwt, holder, now),
    ],
    async () => [await checkSignatures(credential, credentialJwt, holder)],
    async () => [await checkLists(evidence, credential, recorded)],
    async () => [await checkSignatures(credential, undefined, holder)],
  ]
  return judged(register ?? recorded, means, merged(await answers(asks, means)), OFFLINE)
}

type Ask = () => readonly StepResult[] | Promise<readonly StepResult[]>

/** The cheap questions come first, for whoever wants no more than the first no. */
async function answers(asks: readonly Ask[], { stopAtNo = false }: Means): Promise<readonly StepResult[]> {
  const steps: StepResult[] = []
  for (const ask of asks) {
    steps.push(...(await ask()))
    if (stopAtNo && steps.some(({ result }) => result === 'no')) break
  }
  return steps
}

/** Of several answers to one question the worst; the questions in their order. */
function merged(steps: readonly StepResult[]): readonly StepResult[] {
  const order = { no: 0, 'not-checked': 1, yes: 2 } as const
  const worst = new Map<StepName, StepResult>()
  for (const step of steps) {
    const known = worst.get(step.step)
    if (!known || order[step.result] < order[known.result]) worst.set(step.step, step)
  }
  return STEPS.flatMap((step) => worst.get(step) ?? [])
}

const dayOf = (instant: string) => instant.slice(0, 10)
const atOf = ({ at }: Means, asOf: string) => at ?? dayOf(asOf)

/** Whether the issuer was accredited on the day of issue, and the status on the day asked about. */
function worth({ award, issuer, asOf }: Recorded, means: Means): readonly StepResult[] {
  const { kind, issuedOn } = award.content
  const state = { status: 'registered', name: {}, idSeed: '', keys: [], ...issuer } as const
  const accreditation = accreditationOn(state, kind, issuedOn)
  const at = atOf(means, asOf)
  const verdict = verdictAt(verdicts(award), at)
  return [
    accreditation
      ? yes('accreditation', { ...accreditation })
      : no('accreditation', 'not-accredited', { kind, on: issuedOn }),
    at > dayOf(asOf)
      ? unchecked('status', 'later-than-the-record', { at, asOf })
      : verdict.status === 'valid'
        ? yes('status', { ...verdict })
        : no('status', verdict.status, { ...verdict }),
  ]
}

/** Whether the credential says what is recorded: made anew from the record it must come out the same. */
function sameAsRecorded({ document, base, issuer, status }: ReadCredential, recorded: Recorded): StepResult {
  const anew = certificateCredential(contentOf(recorded), {
    base,
    issuer: { did: issuer.id, name: { en: issuer.name } },
    status: status as readonly StatusEntry[],
  })
  const { proof: _, ...said } = document
  const differing = [...new Set([...Object.keys(anew), ...Object.keys(said)])].filter(
    (name) => !isDeepStrictEqual((said as JsonDocument)[name], (anew as JsonDocument)[name]),
  )
  return differing.length === 0 ? yes('register') : no('register', 'content-differs', { differing })
}

function judged(
  recorded: Recorded,
  means: Means,
  steps: readonly StepResult[],
  required: ReadonlySet<StepName>,
): Assessment {
  const at = atOf(means, recorded.asOf)
  const needed =
    means.policy && required === OFFLINE ? new Set([...required, 'witnesses' as const]) : required
  return {
    outcome: outcomeOf(steps, needed),
    certificate: recorded.id,
    at,
    asOf: recorded.asOf,
    ...(at <= dayOf(recorded.asOf) && { verdict: verdictAt(verdicts(recorded.award), at) }),
    steps,
  }
}

function ended(means: Means, steps: readonly StepResult[]): Assessment {
  return { outcome: outcomeOf(steps, OFFLINE), at: atOf(means, means.now), steps }
}
