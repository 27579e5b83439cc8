import { entryNamed } from '../commands/catalogue.ts'
import type { Executed } from '../commands/executor.ts'
import { refsIn } from '../domain/person.ts'
import { START } from '../log/position.ts'
import type { Stores } from './config.ts'
import { EXIT, ExitError } from './exit-codes.ts'
import { type House, openHouse, OPERATOR } from './house.ts'
import { type Io, line, safe } from './io.ts'

/** Runs a command of the catalogue as the operator. Throws what it was refused for, in words. */
export async function runAsOperator(
  house: Pick<House, 'deps'>,
  name: string,
  id: string | undefined,
  input: object,
): Promise<Executed<unknown> & { readonly extra?: { readonly key: string | null } }> {
  const entry = entryNamed(name)
  const read = entry.input.safeParse(input)
  if (!read.success)
    throw new ExitError(
      EXIT.badInput,
      read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
    )
  const outcome = await entry.run(house.deps, id, read.data, {
    actor: OPERATOR,
    correlationId: 'command-line',
  })
  if (outcome.ok) return outcome
  throw new ExitError(EXIT.badInput, `refused: ${JSON.stringify(outcome.refusal)}`)
}

/** `key create`: grants an access key and shows it once. */
export async function createKey(
  io: Io,
  config: Stores,
  options: { role: string; issuer?: string; label?: string; json?: boolean },
): Promise<number> {
  const house = await openHouse(config, io.now)
  try {
    const key = await grant(house, options)
    line(io.out, options.json ? JSON.stringify({ key }) : key)
    if (!options.json) line(io.err, 'Keep it safe: it is shown this once and stored nowhere.')
    return EXIT.ok
  } finally {
    await house.close()
  }
}

/** The issuer that stands for whoever runs the registry: its keys belong to registrars and auditors. */
export async function ensureOperator(house: Pick<House, 'deps'>): Promise<void> {
  await runAsOperator(house, 'issuer.register', undefined, {
    id: 'registry',
    name: { en: 'Operator of the registry' },
  })
}

/** Grants an access key and answers its text, which is stored nowhere. Throws a usage error for a role without its issuer. */
export async function grant(
  house: Pick<House, 'deps'>,
  { role, issuer, label }: { role: string; issuer?: string; label?: string },
): Promise<string> {
  if (role === 'issuer' && issuer === undefined)
    throw new ExitError(EXIT.usage, 'a key of role issuer needs --issuer ID')
  if (issuer === undefined) await ensureOperator(house)
  const granted = await runAsOperator(house, 'issuer.grant-key', issuer ?? 'registry', {
    role,
    ...(label && { label }),
  })
  return String(granted.extra?.key)
}

/**
 * `erase PERSON`: forgets a person's data. Ends with `unknown` where no event names that person: a mistyped ID must not
 * look like an erasure.
 */
export async function erase(
  io: Io,
  config: Stores,
  personId: string,
  options: { reason: string; reference?: string },
): Promise<number> {
  const house = await openHouse(config, io.now)
  try {
    const { reason, reference } = options
    if (!(await isNamed(house, personId)))
      throw new ExitError(EXIT.unknown, `no event names a person ${safe(personId)}: nothing was erased`)
    const deps = { ...house.deps, lookup: { ...house.deps.lookup, personKnown: () => true } }
    await runAsOperator({ deps }, 'person.erase', personId, { reason, ...(reference && { reference }) })
    line(io.out, `erased ${personId}; backups made before still hold the data`)
    return EXIT.ok
  } finally {
    await house.close()
  }
}

/** Whether any event names the person: asked of the log itself, since this command has no read model. */
async function isNamed({ log }: House, personId: string): Promise<boolean> {
  for await (const batch of log.readAll(START))
    if (refsIn(batch.map(({ data }) => data)).some((ref) => ref.personId === personId)) return true
  return false
}
