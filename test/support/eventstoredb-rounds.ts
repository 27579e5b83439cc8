/**
 * `eventstoredb-rounds.ts [--rounds 200] [--seed N]`: a registry on the wire double, into whose calls faults fall by
 * chance; writers repeat what was not acknowledged. After every ten rounds the oracle is asked. A line each; exit code 0 where nothing was
 * lost, doubled or projected otherwise than a replay does.
 */
import { parseArgs } from 'node:util'
import { READ_FAULTS, WRITE_FAULTS } from './eventstoredb/fault-mix.ts'
import { openOnDouble } from './eventstoredb-registry.ts'

export type Rounds = {
  readonly acknowledged: number
  readonly faults: number
  readonly problems: readonly string[]
}

const WRITERS = 4
const JUDGED_EVERY = 10

/** Odd rounds disturb writing, even ones reading and following. */
export async function faultRounds(
  rounds: number,
  seed: number,
  tell: (line: string) => void = () => {},
): Promise<Rounds> {
  const on = await openOnDouble({ writeTimeoutMs: 60 })
  const problems: string[] = []
  try {
    for (let round = 1; round <= rounds; round++) {
      const chance = { probability: 0.3, seed: seed + round }
      if (round % 2 === 1) on.double.faults.random({ ...chance, methods: ['append'], faults: WRITE_FAULTS })
      else on.double.faults.random({ ...chance, methods: ['read', 'subscribe'], faults: READ_FAULTS })
      await Promise.all(Array.from({ length: WRITERS }, (_, writer) => on.issue(`r${round}w${writer}`)))
      on.double.faults.clear()
      if (round % JUDGED_EVERY !== 0 && round !== rounds) continue
      problems.push(...(await on.judge()))
      const { length } = on.double.faults.applied
      tell(
        `round ${round}: ${on.acknowledged.size} acknowledged, ${length} faults, ${problems.length} problems`,
      )
    }
    return { acknowledged: on.acknowledged.size, faults: on.double.faults.applied.length, problems }
  } finally {
    await on.close()
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    },
  })
  console.log(`seed ${values.seed}`)
  const { problems } = await faultRounds(Number(values.rounds), Number(values.seed), console.log)
  for (const problem of problems.slice(0, 20)) console.log(`  ${problem}`)
  process.exit(problems.length === 0 ? 0 : 1)
}
