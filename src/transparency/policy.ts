import { SIGNATURE } from './key-name.ts'
import { parseVkey, rawKey, type Verifier } from './vkey.ts'

/** Who must have seen a checkpoint (C2SP tlog-policy): a witness by name, or so many of a group. */
type Quorum =
  | { readonly kind: 'witness'; readonly verifier: Verifier }
  | { readonly kind: 'group'; readonly needed: number; readonly members: readonly Quorum[] }

export type PolicyLog = { readonly verifier: Verifier; readonly url?: string }
export type PolicyWitness = { readonly name: string; readonly verifier: Verifier; readonly url?: string }

/** Known logs, known witnesses, and how many of those are needed. */
export type Policy = {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  /** Whether the cosignatures of these witnesses, all verified, are enough. */
  readonly isMet: (by: ReadonlySet<Verifier>) => boolean
}

/** A policy file that can't be read; the message names the line. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
}

type Draft = {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly names: Map<string, Quorum>
  readonly grouped: Set<string>
  quorum: Quorum | undefined
}

/** Reads a policy file. Throws `PolicyError`: a policy that is half understood would pass what its author refuses. */
export function parsePolicy(text: string): Policy {
  const none: Quorum = { kind: 'group', needed: 0, members: [] }
  const draft: Draft = {
    logs: [],
    witnesses: [],
    names: new Map([['none', none]]),
    grouped: new Set(),
    quorum: undefined,
  }
  for (const [at, line] of text.split('\n').entries()) {
    const [word, ...rest] = line.split(/[ \t]+/).filter((part) => part !== '')
    if (word === undefined || word.startsWith('#')) continue
    const problem = /(?!\t)\p{Cc}/u.test(line) ? 'a control character' : readLine(draft, word, rest)
    if (problem !== undefined) throw new PolicyError(`line ${at + 1} of the policy: ${problem}`)
  }
  const { logs, witnesses, quorum } = draft
  if (!quorum) throw new PolicyError('the policy has no quorum line')
  return { logs, witnesses, isMet: (by) => isWitnessed(quorum, by) }
}

function isWitnessed(quorum: Quorum, by: ReadonlySet<Verifier>): boolean {
  switch (quorum.kind) {
    case 'witness':
      return by.has(quorum.verifier)
    case 'group':
      return quorum.members.filter((member) => isWitnessed(member, by)).length >= quorum.needed
  }
}

function readLine(draft: Draft, word: string, rest: readonly string[]): string | undefined {
  switch (word) {
    case 'log':
      return readLog(draft, rest)
    case 'witness':
      return readWitness(draft, rest)
    case 'group':
      return readGroup(draft, rest)
    case 'quorum': {
      const [name = ''] = rest
      if (draft.quorum || rest.length !== 1) return 'more than one quorum'
      draft.quorum = draft.names.get(name)
      return draft.quorum ? undefined : `no witness or group ${name} above`
    }
    default:
      return `${word} is not log, witness, group or quorum`
  }
}

function readLog({ logs }: Draft, [vkey = '', url, ...more]: readonly string[]): string | undefined {
  const verifier = parseVkey(vkey)
  if (more.length > 0 || verifier?.type !== SIGNATURE.ed25519) return 'not a log key we can check'
  if (logs.some((log) => isSameKey(log.verifier, verifier))) return 'the same key twice'
  logs.push({ verifier, ...(url !== undefined && { url }) })
  return undefined
}

function readWitness(
  draft: Draft,
  [name = '', vkey = '', url, ...more]: readonly string[],
): string | undefined {
  const verifier = parseVkey(vkey)
  if (more.length > 0 || verifier?.type !== SIGNATURE.cosignature) return 'not a witness key we can check'
  if (draft.names.has(name)) return `${name} is defined above`
  if (draft.witnesses.some((witness) => isSameKey(witness.verifier, verifier))) return 'the same key twice'
  draft.witnesses.push({ name, verifier, ...(url !== undefined && { url }) })
  draft.names.set(name, { kind: 'witness', verifier })
  return undefined
}

function readGroup(draft: Draft, [name = '', count = '', ...names]: readonly string[]): string | undefined {
  if (draft.names.has(name)) return `${name} is defined above`
  const members: Quorum[] = []
  for (const member of names) {
    const found = draft.names.get(member)
    if (!found || member === 'none' || draft.grouped.has(member)) return `${member} can't be a member here`
    draft.grouped.add(member)
    members.push(found)
  }
  const number = /^[1-9][0-9]{0,3}$/.test(count) ? Number(count) : 0
  const needed = count === 'all' ? members.length : count === 'any' ? 1 : number
  if (needed < 1 || needed > members.length) return `${count} of ${members.length} members`
  draft.names.set(name, { kind: 'group', needed, members })
  return undefined
}

const isSameKey = (one: Verifier, other: Verifier) => rawKey(one.key).equals(rawKey(other.key))
